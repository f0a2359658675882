//! From the name that a caller uses to a client and a model. The file is long because every kind of request is prepared
//! here, in the same few steps.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use facade::transform::{Options, Prices, Warnings};
use facade::types::{ChatRequest, EmbeddingRequest, Extra, ImageEditRequest, ImageRequest, RerankRequest};
use facade::{
    Auth, Catalog, ChatCall, Client, EmbedCall, EmbedJobCall, Fetcher, Identity, ImageCall, Media, ModelSpec, Outgoing,
    RerankCall, Transport, UnsupportedParams, Warning,
};
use tokio::sync::Mutex;

use crate::clientside::Own;
use crate::config::{Alias, Config, ConfigError, Connection, Model, Place};
use crate::observe::{self, ModelMeters, Used};
use crate::pattern::captured;
use crate::router::{Group, Load};
use crate::{cache, defaults};

/// The models that are served, and the connections behind them.
#[derive(Debug)]
pub struct Deployments {
    /// In the file's order.
    all: Vec<Deployment>,
    /// Indexes into `all` by name.
    groups: BTreeMap<String, Vec<usize>>,
    /// Names with a `*`, the most exact one first.
    wildcards: Vec<String>,
    aliases: BTreeMap<String, Alias>,
    catalog: Catalog,
    fetcher: Option<Fetcher>,
    /// Connections that requests brought.
    own: Mutex<Pool>,
}

/// One entry of the configuration, connected.
#[derive(Debug, Clone)]
pub(crate) struct Deployment {
    config: Model,
    id: String,
    pub(crate) load: Arc<Load>,
    meters: Arc<ModelMeters>,
    /// The model, where its name does not depend on the caller's.
    spec: Option<ModelSpec>,
    /// Its prices in the region of its first call.
    prices: OnceLock<(Option<String>, Prices)>,
    pub(crate) client: Client,
    pub(crate) stream_client: Client,
    pub(crate) transport: Transport,
}

impl Deployments {
    /// Connects what `config` lists. Nothing is sent.
    ///
    /// # Errors
    /// If a region, endpoint, profile or model cannot be one.
    pub async fn connect(config: &Config) -> Result<Self, ConfigError> {
        Self::connect_by(config, &mut Pool::default()).await
    }

    /// The same, with connections and identities of `pool`.
    pub(crate) async fn connect_by(config: &Config, pool: &mut Pool) -> Result<Self, ConfigError> {
        let catalog = Catalog::builtin();
        let mut all = Vec::with_capacity(config.models.len());
        for model in &config.models {
            let mut deployment = Deployment::connect(model, pool, &catalog).await?;
            // Entries may differ in nothing but who calls.
            let same = all.iter().filter(|other: &&Deployment| other.id.starts_with(&deployment.id)).count();
            if same > 0 {
                deployment.id = format!("{}-{}", deployment.id, same + 1);
            }
            let cooldowns = observe::cooldowns(&model.name, &deployment.id);
            deployment.load = Arc::new(Load::new(model.limits.clone()).counted_by(cooldowns));
            all.push(deployment);
        }
        let mut groups = BTreeMap::<String, Vec<usize>>::new();
        let mut wildcards = Vec::new();
        for (index, deployment) in all.iter().enumerate() {
            let name = &deployment.config.name;
            if name.contains('*') && !groups.contains_key(name) {
                wildcards.push(name.clone());
            }
            groups.entry(name.clone()).or_default().push(index);
        }
        // Stable: of equally exact ones the first in the file is first.
        wildcards.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let fetcher = config.fetch.clone().and_then(|limits| {
            let fetcher = Fetcher::new(limits);
            // Only requests with media behind URLs notice.
            fetcher.inspect_err(|error| tracing::warn!("nothing can be fetched for requests: {error}")).ok()
        });
        Ok(Self {
            all,
            groups,
            wildcards,
            aliases: config.routing.aliases.clone(),
            catalog,
            fetcher,
            own: Mutex::default(),
        })
    }

    /// The names as the configuration has them, each once, and the aliases that are not hidden.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let mut seen = std::collections::BTreeSet::new();
        let names = self.all.iter().map(|deployment| deployment.config.name.as_str());
        let aliases = self.aliases.iter().filter(|(_, alias)| !alias.hidden).map(|(name, _)| name.as_str());
        names.chain(aliases).filter(move |name| seen.insert(*name))
    }

    /// Every deployment, in the file's order.
    pub(crate) fn each(&self) -> impl Iterator<Item = Found<'_>> {
        self.all.iter().map(|deployment| Found {
            deployments: self,
            deployment,
            model: Cow::Borrowed(&deployment.config.model),
        })
    }

    /// The name that an alias stands for; any other name as it is.
    pub(crate) fn canonical<'a>(&'a self, name: &'a str) -> &'a str {
        self.aliases.get(name).map_or(name, |alias| &alias.model)
    }

    /// The deployments that serve `name`.
    pub(crate) fn group<'a>(&'a self, name: &'a str) -> Option<Group<'a>> {
        let asked = name;
        let name = self.canonical(name);
        let group = |members: &'a [usize], part| Group { deployments: self, members, part, name: asked };
        if let Some(members) = self.groups.get(name).filter(|_| !name.contains('*')) {
            return Some(group(members, None));
        }
        let matching = |name: &str| {
            self.wildcards.iter().find_map(|pattern| {
                let part = captured(pattern, name)?;
                Some(group(self.groups.get(pattern)?, Some((part.to_owned(), name.to_owned()))))
            })
        };
        let prefixed = || if name.contains('/') { None } else { matching(&format!("bedrock/{name}")) };
        matching(name).or_else(prefixed)
    }

    /// The first deployment that serves `name`, and the model it means there.
    pub(crate) fn find<'a>(&'a self, name: &'a str) -> Option<Found<'a>> {
        let group = self.group(name)?;
        Some(self.found(*group.members.first()?, &group))
    }

    /// A deployment of a group, and the model that the group's name means there.
    pub(crate) fn found<'a>(&'a self, index: usize, group: &Group<'_>) -> Found<'a> {
        let deployment = &self.all[index];
        let model = match &group.part {
            Some((part, name)) => Cow::Owned(filled(&deployment.config.model, part, name)),
            None => Cow::Borrowed(deployment.config.model.as_str()),
        };
        Found { deployments: self, deployment, model }
    }

    /// A deployment by its place in the file.
    pub(crate) fn at(&self, index: usize) -> &Deployment {
        &self.all[index]
    }
}

/// What a name led to.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    deployments: &'a Deployments,
    pub(crate) deployment: &'a Deployment,
    model: Cow<'a, str>,
}

impl Found<'_> {
    /// The model as the configuration has it.
    pub(crate) fn model(&self) -> &str {
        &self.model
    }

    /// Maps a request for this deployment: its defaults, its options, its headers. Fetches the media that it names.
    pub(crate) async fn prepare(&self, request: &mut ChatRequest) -> Result<ChatCall, facade::Error> {
        let Deployment { config, client, .. } = self.deployment;
        let overruled = overrule(&mut request.extra, &config.defaults);
        defaults::fill(request, &config.defaults);
        let left_out = cache::inject(request)?;
        let media = match &self.deployments.fetcher {
            Some(fetcher) => fetcher.media(request).await?,
            None => Media::default(),
        };
        let spec = self.spec()?;
        let mut call = client.prepare_with(request, &spec, media)?;
        self.observe(&call.outgoing, |region| self.prices(&spec, region));
        self.add_headers(&mut call.outgoing);
        call.warnings.extend(overruled);
        if left_out > 0 {
            let detail = format!("{left_out} cache markers were left out: a request may have four");
            call.warnings.extend(adjusted("cache_control_injection_points", &detail));
        }
        Ok(call)
    }

    /// Maps an embedding request for this deployment, as [`Found::prepare`] does.
    pub(crate) fn prepare_embed(&self, request: &mut EmbeddingRequest) -> Result<EmbedCall, facade::Error> {
        let Deployment { config, client, .. } = self.deployment;
        let overruled = overrule(&mut request.extra, &config.defaults);
        defaults::fill_embedding(request, &config.defaults)?;
        let spec = self.spec()?;
        let mut call = client.prepare_embed_as(request, &spec)?;
        if let (Some(record), Some(first)) = (observe::current(), call.calls.first()) {
            record.takes_in(Used::by_input(&request.input));
            self.observe(first, |region| self.prices(&spec, region));
        }
        for outgoing in &mut call.calls {
            self.add_headers(outgoing);
        }
        call.warnings.extend(overruled);
        Ok(call)
    }

    /// Whether the name asks for a job.
    pub(crate) fn is_job(&self) -> Result<bool, facade::Error> {
        Ok(self.spec()?.id.job)
    }

    /// Maps an embedding request to a job for this deployment, as [`Found::prepare`] does.
    pub(crate) fn prepare_embed_job(&self, request: &mut EmbeddingRequest) -> Result<EmbedJobCall, facade::Error> {
        let Deployment { config, client, .. } = self.deployment;
        let overruled = overrule(&mut request.extra, &config.defaults);
        defaults::fill_embedding(request, &config.defaults)?;
        let mut call = client.prepare_embed_job_as(request, &*self.spec()?)?;
        self.add_headers(&mut call.outgoing);
        call.warnings.extend(overruled);
        Ok(call)
    }

    /// Maps a rerank request for this deployment, as [`Found::prepare`] does.
    pub(crate) fn prepare_rerank(&self, request: &mut RerankRequest) -> Result<RerankCall, facade::Error> {
        let Deployment { config, client, .. } = self.deployment;
        let overruled = overrule(&mut request.extra, &config.defaults);
        defaults::fill_rerank(request, &config.defaults)?;
        let spec = self.spec()?;
        let mut call = client.prepare_rerank_as(request, &spec)?;
        self.observe(&call.outgoing, |region| self.prices(&spec, region));
        self.add_headers(&mut call.outgoing);
        call.warnings.extend(overruled);
        Ok(call)
    }

    /// Maps a request for images for this deployment, as [`Found::prepare`] does.
    pub(crate) fn prepare_image(&self, request: &mut ImageRequest) -> Result<ImageCall, facade::Error> {
        let overruled = self.fill_image(request)?;
        let spec = self.spec()?;
        let call = self.deployment.client.prepare_image_as(request, &spec)?;
        Ok(self.finish_image(call, overruled, &spec, request))
    }

    /// Maps a request to edit images for this deployment, as [`Found::prepare`] does.
    pub(crate) fn prepare_image_edit(&self, request: &mut ImageEditRequest) -> Result<ImageCall, facade::Error> {
        let overruled = self.fill_image(&mut request.request)?;
        let spec = self.spec()?;
        let call = self.deployment.client.prepare_image_edit_as(request, &spec)?;
        Ok(self.finish_image(call, overruled, &spec, &request.request))
    }

    fn fill_image(&self, request: &mut ImageRequest) -> Result<Vec<Warning>, facade::Error> {
        let defaults = &self.deployment.config.defaults;
        let overruled = overrule(&mut request.extra, defaults);
        defaults::fill_image(request, defaults)?;
        Ok(overruled)
    }

    fn finish_image(
        &self,
        mut call: ImageCall,
        overruled: Vec<Warning>,
        spec: &ModelSpec,
        request: &ImageRequest,
    ) -> ImageCall {
        if let Some(first) = call.calls.first() {
            let info = spec.info_with(&self.deployment.config.info);
            self.observe(first, |region| match pixels(request) {
                Some(size) => info.image_prices(region, size, steps(request)),
                None => info.prices(region),
            });
        }
        call.calls.iter_mut().for_each(|outgoing| self.add_headers(outgoing));
        call.warnings.extend(overruled);
        call
    }

    /// The record of this request learns where the call goes, and at which prices.
    fn observe(&self, outgoing: &Outgoing, prices: impl FnOnce(Option<&str>) -> Prices) {
        if let Some(record) = observe::current() {
            let region = outgoing.region.as_deref().or_else(|| self.deployment.transport.region());
            record.goes_to(outgoing, prices(region));
        }
    }

    /// The prices there. Nearly all calls of a deployment go to one region: theirs are looked up once.
    fn prices(&self, spec: &ModelSpec, region: Option<&str>) -> Prices {
        let Deployment { config, prices, .. } = self.deployment;
        let look_up = || spec.info_with(&config.info).prices(region);
        if self.deployment.spec.is_none() {
            return look_up();
        }
        let (known, prices) = prices.get_or_init(|| (region.map(str::to_owned), look_up()));
        if known.as_deref() == region { prices.clone() } else { look_up() }
    }

    /// The model that the name means, of which the record of this request learns.
    fn spec(&self) -> Result<Cow<'_, ModelSpec>, facade::Error> {
        if let Some(record) = observe::current() {
            record.is_for(&self.deployment.meters);
        }
        match &self.deployment.spec {
            Some(spec) => Ok(Cow::Borrowed(spec)),
            None => resolve(&self.model, &self.deployment.config, &self.deployments.catalog).map(Cow::Owned),
        }
    }

    /// The deployment as the request wants it, if it brings an identity or an endpoint of its own and may.
    pub(crate) async fn own(&self, extra: &mut Extra) -> Result<Option<Deployment>, facade::Error> {
        let Deployment { config, .. } = self.deployment;
        match config.clientside.take(extra, &config.connection.identity)? {
            Some(own) => self.deployment.with(own, &self.deployments.own).await.map(Some),
            None => Ok(None),
        }
    }

    /// The same model of another deployment, which is this one's with what a request brought.
    pub(crate) fn at<'b>(&'b self, own: Option<&'b Deployment>) -> Found<'b> {
        Found {
            deployments: self.deployments,
            deployment: own.unwrap_or(self.deployment),
            model: Cow::Borrowed(&self.model),
        }
    }

    /// The deployment's headers, where the request has none of the same name.
    fn add_headers(&self, outgoing: &mut Outgoing) {
        for (name, value) in &self.deployment.config.headers {
            if !outgoing.headers.iter().any(|(set, _)| set.eq_ignore_ascii_case(name)) {
                outgoing.headers.push((name.clone(), value.clone()));
            }
        }
    }
}

/// Width and height, if the request says.
fn pixels(request: &ImageRequest) -> Option<(u32, u32)> {
    let (width, height) = request.size.as_deref()?.split_once('x')?;
    Some((width.parse().ok()?, height.parse().ok()?))
}

fn steps(request: &ImageRequest) -> Option<u32> {
    request.extra.value("steps")?.read().ok()
}

fn adjusted(name: &'static str, detail: &str) -> Vec<Warning> {
    let mut warnings = Warnings::default();
    warnings.adjusted_field(name, detail);
    warnings.into_vec()
}

/// A guardrail that the operator configured is not the caller's to choose.
const GUARDRAIL: &str = "guardrailConfig";

fn overrule(extra: &mut Extra, defaults: &ChatRequest) -> Vec<Warning> {
    let Some(own) = defaults.extra.value(GUARDRAIL) else { return Vec::new() };
    let differs = extra.remove(GUARDRAIL).is_some_and(|given| given != *own);
    if differs { adjusted(GUARDRAIL, "the deployment's own is used") } else { Vec::new() }
}

impl Deployment {
    /// The name that callers use.
    pub(crate) fn name(&self) -> &str {
        &self.config.name
    }

    /// The Bedrock model, as the configuration has it.
    pub(crate) fn model(&self) -> &str {
        &self.config.model
    }

    /// The region that the configuration names.
    pub(crate) fn region(&self) -> Option<&str> {
        self.config.connection.region.as_deref()
    }

    /// What the configuration says in `model_info`.
    pub(crate) const fn info(&self) -> &Extra {
        &self.config.shown
    }

    /// How often a silent stream says that it is alive.
    pub(crate) const fn keepalive(&self) -> Option<Duration> {
        self.config.keepalive
    }

    /// The model, where its name does not depend on the caller's.
    pub(crate) const fn spec(&self) -> Option<&ModelSpec> {
        self.spec.as_ref()
    }

    /// What answers call it.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) async fn connect(model: &Model, pool: &mut Pool, catalog: &Catalog) -> Result<Self, ConfigError> {
        // Region and endpoint were checked; what may be missing is the profile.
        let place = model.profile.as_ref().or(model.place.as_ref());
        let (transport, streams) =
            pool.transports(&model.connection, model.stream_timeout).await.map_err(|error| at(place, &error))?;
        let spec = if model.model.contains('*') {
            None
        } else {
            Some(resolve(&model.model, model, catalog).map_err(|error| at(model.place.as_ref(), &error))?)
        };
        let mut options = Options::default();
        if model.drop_params {
            options.unsupported = UnsupportedParams::Drop;
        }
        options.modify_params = model.modify_params;
        Ok(Self {
            config: model.clone(),
            load: Arc::new(Load::new(model.limits.clone())),
            id: model.id.clone().unwrap_or_else(|| id(model)),
            meters: Arc::new(ModelMeters::new(&model.name)),
            spec,
            prices: OnceLock::new(),
            client: Client::new(transport.clone()).with_options(options.clone()),
            stream_client: Client::new(streams).with_options(options),
            transport,
        })
    }
}

impl Deployment {
    /// The same, with an identity or an endpoint that a request brought.
    async fn with(&self, own: Own, pool: &Mutex<Pool>) -> Result<Self, facade::Error> {
        let mut deployment = self.clone();
        own.leave(&mut deployment.config.headers);
        let connection = own.connection(&self.config.connection);
        let (transport, streams) = {
            let mut pool = pool.lock().await;
            pool.forget_many();
            pool.transports(&connection, self.config.stream_timeout).await?
        };
        deployment.client = Client::new(transport.clone()).with_options(self.client.options().clone());
        deployment.stream_client = Client::new(streams).with_options(self.client.options().clone());
        deployment.transport = transport;
        Ok(deployment)
    }
}

/// The same for the same entry, on every machine and in every run. No secret is in it.
fn id(model: &Model) -> String {
    use std::hash::Hasher as _;
    let mut hasher = siphasher::sip::SipHasher13::new_with_keys(0, 0);
    let Connection { region, endpoint, .. } = &model.connection;
    for text in [Some(&model.name), Some(&model.model), region.as_ref(), endpoint.as_ref()] {
        hasher.write(text.map_or(&[], |text| text.as_bytes()));
        // No byte of a text.
        hasher.write(&[0xff]);
    }
    format!("{:016x}", hasher.finish())
}

/// What the SDK or the catalog says of an entry.
fn at(place: Option<&Place>, error: &facade::Error) -> ConfigError {
    let message = match error {
        facade::Error::Upstream(upstream) => upstream.error.message.clone(),
        other => other.to_string(),
    };
    match place {
        Some(place) => place.error(message),
        None => ConfigError { file: "the environment".into(), line: None, key: String::new(), message },
    }
}

fn resolve(name: &str, config: &Model, catalog: &Catalog) -> Result<ModelSpec, facade::Error> {
    let spec = match &config.base_model {
        Some(base) => ModelSpec::resolve_as(name, base, catalog)?,
        None => ModelSpec::resolve(name, catalog)?,
    };
    Ok(spec.with_overrides(&config.info))
}

/// Connections and identities by what they depend on: equal ones are shared.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    transports: Vec<(Connection, Transport)>,
    identities: Vec<(Auth, Identity)>,
}

impl Pool {
    /// One for answers in one piece, one for streams.
    async fn transports(
        &mut self,
        connection: &Connection,
        stream_timeout: Option<Duration>,
    ) -> Result<(Transport, Transport), facade::Error> {
        let transport = self.transport(connection).await?;
        let streams = match stream_timeout {
            Some(limit) => self.transport(&Connection { timeout: Some(limit), ..connection.clone() }).await?,
            None => transport.clone(),
        };
        Ok((transport, streams))
    }

    /// Begins anew when there are too many: those of requests are the callers', who may bring any number.
    fn forget_many(&mut self) {
        const MANY: usize = 100;
        if self.transports.len() >= MANY {
            *self = Self::default();
        }
    }

    async fn transport(&mut self, connection: &Connection) -> Result<Transport, facade::Error> {
        if let Some((_, transport)) = self.transports.iter().find(|(known, _)| known == connection) {
            return Ok(transport.clone());
        }
        let config = connection.config();
        let identity = self.identity(&connection.identity, &config).await?;
        let transport = Transport::connect(config.with_identity(identity)).await?;
        self.transports.push((connection.clone(), transport.clone()));
        Ok(transport)
    }

    /// One for all regions, endpoints and time limits: credentials are loaded once.
    async fn identity(&mut self, auth: &Auth, config: &facade::Config) -> Result<Identity, facade::Error> {
        if let Some((_, identity)) = self.identities.iter().find(|(known, _)| known == auth) {
            return Ok(identity.clone());
        }
        let identity = Identity::of(config).await?;
        self.identities.push((auth.clone(), identity.clone()));
        Ok(identity)
    }
}

/// The model's pattern with its `*` replaced. A pattern without one means one model.
fn filled(pattern: &str, part: &str, name: &str) -> String {
    let Some((before, after)) = pattern.split_once('*') else { return pattern.to_owned() };
    // `*` may match a name that has the prefix already.
    if !before.is_empty() && part.starts_with(before) { name.to_owned() } else { format!("{before}{part}{after}") }
}

#[cfg(test)]
mod tests {
    use crate::{Config, Environment};

    use super::*;

    #[tokio::test]
    async fn names_lead_to_models() {
        let yaml = r#"
model_list:
  - {model_name: "*", litellm_params: {model: "bedrock/*", aws_region_name: eu-west-1}}
  - {model_name: "bedrock/*", litellm_params: {model: "bedrock/*"}}
  - {model_name: "team/*-fast", litellm_params: {model: "bedrock/*"}}
  - {model_name: "bedrock/invoke/*", litellm_params: {model: "bedrock/converse/*"}}
  - {model_name: nova, litellm_params: {model: bedrock/amazon.nova-lite-v1:0}}
  - {model_name: nova, litellm_params: {model: bedrock/amazon.nova-pro-v1:0}}
"#;
        let config = Config::parse("config.yaml".as_ref(), yaml, Environment::default()).unwrap();
        let deployments = Deployments::connect(&config).await.unwrap();
        let table = [
            ("nova", "nova", "bedrock/amazon.nova-lite-v1:0"),
            ("bedrock/amazon.nova-lite-v1:0", "bedrock/*", "bedrock/amazon.nova-lite-v1:0"),
            ("amazon.nova-lite-v1:0", "*", "bedrock/amazon.nova-lite-v1:0"),
            ("team/meta.llama3-fast", "team/*-fast", "bedrock/meta.llama3"),
            ("team/x", "*", "bedrock/team/x"),
            ("bedrock/invoke/meta.llama3", "bedrock/invoke/*", "bedrock/converse/meta.llama3"),
            ("*", "*", "bedrock/*"),
        ];
        for row @ (name, entry, model) in table {
            let found = deployments.find(name).unwrap();
            assert_eq!((found.deployment.config.name.as_str(), found.model.as_ref()), (entry, model), "{row:?}");
        }
        assert_eq!(
            deployments.names().collect::<Vec<_>>(),
            ["*", "bedrock/*", "team/*-fast", "bedrock/invoke/*", "nova"]
        );
    }

    #[test]
    fn a_name_that_has_the_prefix_keeps_it() {
        assert_eq!(filled("bedrock/*", "bedrock/x", "bedrock/x"), "bedrock/x");
    }
}
