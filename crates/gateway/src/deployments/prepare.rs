//! From a request to calls of AWS's, as the deployment that was found wants them: its parameters, its options, its headers.

use std::borrow::Cow;

use facade::transform::{Prices, Warnings};
use facade::types::{ChatRequest, EmbeddingRequest, Extra, ImageEditRequest, ImageRequest, RerankRequest};
use facade::{ChatCall, EmbedCall, EmbedJobCall, ImageCall, Media, ModelSpec, Outgoing, RerankCall, Warning};

use crate::deployments::{Deployment, Found, resolve};
use crate::observe::{self, Used};
use crate::{betas, cache, defaults};

/// A guardrail that the operator configured is not the caller's to choose.
const GUARDRAIL: &str = "guardrailConfig";

/// What callers tell LiteLLM of a request. A chat has a place for it; to a model that embeds, draws or ranks it means nothing.
const METADATA: &str = "metadata";

impl Found<'_> {
    /// Maps a request for this deployment: its defaults, its options, its headers. Fetches the media that it names.
    pub(crate) async fn prepare(&self, request: &mut ChatRequest) -> Result<ChatCall, facade::Error> {
        let Deployment { config, client, .. } = self.deployment;
        let taken = self.take(&mut request.extra);
        defaults::fill(request, &config.defaults);
        for (_, flags) in config.headers.iter().filter(|(name, _)| betas::is_of_flags(name)) {
            betas::add(&mut request.extra, flags);
        }
        let left_out = cache::inject(request)?;
        let media = match &self.deployments.fetcher {
            Some(fetcher) => fetcher.media(request).await?,
            None => Media::default(),
        };
        let spec = self.spec()?;
        let mut call = client.prepare_with(request, &spec, media)?;
        self.observe(&call.outgoing, |region| self.prices(&spec, region));
        self.add_headers(&mut call.outgoing);
        call.warnings.extend(taken);
        if left_out > 0 {
            let detail = format!("{left_out} cache markers were left out: a request may have four");
            call.warnings.extend(adjusted("cache_control_injection_points", &detail));
        }
        Ok(call)
    }

    /// Maps an embedding request for this deployment, as [`Found::prepare`] does.
    pub(crate) fn prepare_embed(&self, request: &mut EmbeddingRequest) -> Result<EmbedCall, facade::Error> {
        let Deployment { config, client, .. } = self.deployment;
        let taken = self.take(&mut request.extra);
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
        call.warnings.extend(taken);
        Ok(call)
    }

    /// Whether the name asks for a job.
    pub(crate) fn is_job(&self) -> Result<bool, facade::Error> {
        Ok(self.spec()?.id.job)
    }

    /// Maps an embedding request to a job for this deployment, as [`Found::prepare`] does.
    pub(crate) fn prepare_embed_job(&self, request: &mut EmbeddingRequest) -> Result<EmbedJobCall, facade::Error> {
        let Deployment { config, client, .. } = self.deployment;
        let taken = self.take(&mut request.extra);
        defaults::fill_embedding(request, &config.defaults)?;
        let mut call = client.prepare_embed_job_as(request, &*self.spec()?)?;
        self.add_headers(&mut call.outgoing);
        call.warnings.extend(taken);
        Ok(call)
    }

    /// Maps a rerank request for this deployment, as [`Found::prepare`] does.
    pub(crate) fn prepare_rerank(&self, request: &mut RerankRequest) -> Result<RerankCall, facade::Error> {
        let Deployment { config, client, .. } = self.deployment;
        let taken = self.take(&mut request.extra);
        defaults::fill_rerank(request, &config.defaults)?;
        let spec = self.spec()?;
        let mut call = client.prepare_rerank_as(request, &spec)?;
        self.observe(&call.outgoing, |region| self.prices(&spec, region));
        self.add_headers(&mut call.outgoing);
        call.warnings.extend(taken);
        Ok(call)
    }

    /// Maps a request for images for this deployment, as [`Found::prepare`] does.
    pub(crate) fn prepare_image(&self, request: &mut ImageRequest) -> Result<ImageCall, facade::Error> {
        let taken = self.fill_image(request)?;
        let spec = self.spec()?;
        let call = self.deployment.client.prepare_image_as(request, &spec)?;
        Ok(self.finish_image(call, taken, &spec, request))
    }

    /// Maps a request to edit images for this deployment, as [`Found::prepare`] does.
    pub(crate) fn prepare_image_edit(&self, request: &mut ImageEditRequest) -> Result<ImageCall, facade::Error> {
        let taken = self.fill_image(&mut request.request)?;
        let spec = self.spec()?;
        let call = self.deployment.client.prepare_image_edit_as(request, &spec)?;
        Ok(self.finish_image(call, taken, &spec, &request.request))
    }

    fn fill_image(&self, request: &mut ImageRequest) -> Result<Vec<Warning>, facade::Error> {
        let taken = self.take(&mut request.extra);
        defaults::fill_image(request, &self.deployment.config.defaults)?;
        Ok(taken)
    }

    fn finish_image(
        &self,
        mut call: ImageCall,
        taken: Vec<Warning>,
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
        for outgoing in &mut call.calls {
            self.add_headers(outgoing);
        }
        call.warnings.extend(taken);
        call
    }

    /// Takes out of a request what is not the model's, and what the operator has decided. What that was is told.
    fn take(&self, extra: &mut Extra) -> Vec<Warning> {
        // Most requests have nothing outside OpenAI's schema.
        if extra.is_empty() {
            return Vec::new();
        }
        let mut warnings = Warnings::default();
        if extra.remove(METADATA).is_some_and(|given| !given.is_null()) {
            warnings.dropped(METADATA);
        }
        if let Some(own) = self.deployment.config.defaults.extra.value(GUARDRAIL)
            && extra.remove(GUARDRAIL).is_some_and(|given| given != *own)
        {
            warnings.adjusted_field(GUARDRAIL, "the deployment's own is used");
        }
        warnings.into_vec()
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

    /// The deployment's headers, where the request has none of the same name. Flags are in the body.
    fn add_headers(&self, outgoing: &mut Outgoing) {
        for (name, value) in &self.deployment.config.headers {
            if !betas::is_of_flags(name) && !outgoing.headers.iter().any(|(set, _)| set.eq_ignore_ascii_case(name)) {
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
