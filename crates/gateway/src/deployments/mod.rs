//! From the name that a caller uses to a client and a model.

mod chats;
mod pool;
mod prepare;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use facade::transform::{Options, Prices};
use facade::types::Extra;
use facade::{Catalog, Client, Fetcher, ModelSpec, Transport, UnsupportedParams};
use tokio::sync::Mutex;

use crate::clientside::Own;
use crate::config::{Alias, Config, ConfigError, Connection, Model, Place, Strategy};
use crate::observe::{self, Cooldowns, ModelMeters};
use crate::pattern::captured;
use crate::router::{Group, Load};

pub(crate) use pool::Pool;

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
    /// Which of several is next.
    pub(crate) strategy: Strategy,
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
            deployment.load = Arc::new(Load::new(model.limits.clone(), cooldowns));
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
        let (aliases, strategy) = (config.routing.aliases.clone(), config.routing.strategy);
        Ok(Self { all, groups, wildcards, aliases, strategy, catalog, fetcher, own: Mutex::default() })
    }

    /// Those that were there `before` keep their counts, their open calls and the time for which they are passed over.
    pub(crate) fn go_on_from(&mut self, before: &Self) {
        let mut left: Vec<&Deployment> = before.all.iter().collect();
        for deployment in &mut self.all {
            let Some(place) = left.iter().position(|other| other.is_for_the_same(deployment)) else { continue };
            // Entries may be the same in all that counts here: each goes on from another one.
            let before = left.remove(place);
            // Nobody else has it yet.
            if let Some(load) = Arc::get_mut(&mut deployment.load) {
                load.go_on_from(&before.load);
            }
        }
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
        let group = |members: &'a [usize], part| Group {
            deployments: self,
            members: Cow::Borrowed(members),
            part,
            name: asked,
        };
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
}

impl Deployment {
    /// Whether both are the same model of the same account at the same place, by the same name.
    fn is_for_the_same(&self, other: &Self) -> bool {
        let (one, other) = (&self.config, &other.config);
        let (at, other_at) = (&one.connection, &other.connection);
        (&one.name, &one.model, &at.region, &at.endpoint, &at.identity)
            == (&other.name, &other.model, &other_at.region, &other_at.endpoint, &other_at.identity)
    }

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

    /// What requests with tags find it by.
    pub(crate) fn tags(&self) -> &[String] {
        &self.config.tags
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
            load: Arc::new(Load::new(model.limits.clone(), Cooldowns::default())),
            id: model.id.clone().unwrap_or_else(|| id(model)),
            meters: Arc::new(ModelMeters::new(&model.name)),
            spec,
            prices: OnceLock::new(),
            client: chats::client(model, transport.clone(), &options),
            stream_client: chats::client(model, streams, &options),
            transport,
        })
    }

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
        deployment.client = chats::client(&self.config, transport.clone(), self.client.options());
        deployment.stream_client = chats::client(&self.config, streams, self.client.options());
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
