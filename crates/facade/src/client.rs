//! The client.

use std::sync::Arc;

use bedrock_transform::{Answer, Catalog, ChatCall, Delivery, Media, ModelSpec, Options, Outgoing, chat};
use core_types::{ChatRequest, ChatResponse};

use crate::learnt::Learnt;
use crate::{Backend, ChatStream, Error, EventStream, Reply};

/// A client for Amazon Bedrock that speaks OpenAI's shapes. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    pub(crate) backend: Arc<dyn Backend>,
    catalog: Catalog,
    options: Options,
    pub(crate) concurrency: usize,
    /// Whether a model that only inference profiles serve is called through one.
    use_profiles: bool,
    /// Shared by all clones.
    learnt: Arc<Learnt>,
    #[cfg(feature = "fetch")]
    fetcher: Option<crate::Fetcher>,
}

/// Calls at once for one request that needs many.
const CONCURRENCY: usize = 10;

impl Client {
    /// A client on any backend.
    pub fn new(backend: impl Backend + 'static) -> Self {
        Self {
            backend: Arc::new(backend),
            catalog: Catalog::builtin(),
            options: Options::default(),
            concurrency: CONCURRENCY,
            use_profiles: false,
            learnt: Arc::default(),
            #[cfg(feature = "fetch")]
            fetcher: None,
        }
    }

    /// Sets what happens where a request does not fit its model.
    #[must_use]
    pub fn with_options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Sets the families of models to choose from.
    #[must_use]
    pub fn with_catalog(mut self, catalog: Catalog) -> Self {
        self.catalog = catalog;
        self
    }

    /// Sets how many calls are made at once for one request that needs many, as embeddings of many texts do with models
    /// that take one at a time. The default is 10.
    #[must_use]
    pub fn with_concurrency(mut self, calls: usize) -> Self {
        self.concurrency = calls.max(1);
        self
    }

    /// Calls a model through an inference profile where AWS says that nothing else serves it, and remembers which one: the nearest of
    /// the region's. Off by default, since a profile may answer from another region. ARNs are never replaced.
    #[must_use]
    pub const fn with_profiles(mut self) -> Self {
        self.use_profiles = true;
        self
    }

    /// The inference profile that stands in for the model of `call`, if [`Client::with_profiles`] is set and one has answered.
    #[must_use]
    pub fn known_profile(&self, call: &Outgoing) -> Option<String> {
        if self.use_profiles { self.learnt.profile(call) } else { None }
    }

    /// What happens where a request does not fit its model.
    #[must_use]
    pub const fn options(&self) -> &Options {
        &self.options
    }

    /// Looks a model's name up.
    ///
    /// # Errors
    /// If it cannot name a Bedrock model.
    pub fn resolve(&self, model: &str) -> Result<ModelSpec, Error> {
        Ok(ModelSpec::resolve(model, &self.catalog)?)
    }

    /// Maps a request without sending it: operation, target, body, warnings.
    ///
    /// # Errors
    /// If the request is wrong, or its model cannot take it.
    pub fn prepare(&self, request: &ChatRequest) -> Result<ChatCall, Error> {
        self.prepare_as(request, &self.resolve(&request.model)?)
    }

    /// Maps a request for a given model, whatever the request calls it.
    ///
    /// # Errors
    /// As [`Client::prepare`].
    pub fn prepare_as(&self, request: &ChatRequest, model: &ModelSpec) -> Result<ChatCall, Error> {
        Ok(chat(request, model, &self.options)?)
    }

    /// Maps a request with media that was fetched for it.
    ///
    /// # Errors
    /// As [`Client::prepare`].
    pub fn prepare_with(&self, request: &ChatRequest, model: &ModelSpec, media: Media) -> Result<ChatCall, Error> {
        let mut options = self.options.clone();
        options.media = media;
        Ok(chat(request, model, &options)?)
    }

    /// Fetches what must be fetched, then maps, whatever the request's `stream` says.
    async fn prepare_fetching(&self, request: &ChatRequest, delivery: Delivery) -> Result<ChatCall, Error> {
        let mut options = self.options.clone();
        options.delivery = Some(delivery);
        #[cfg(feature = "fetch")]
        if let Some(fetcher) = &self.fetcher {
            options.media = fetcher.media(request).await?;
        }
        Ok(chat(request, &self.resolve(&request.model)?, &options)?)
    }

    /// Fetches images and documents behind `http(s)` URLs, which Bedrock does not do, before a request is sent.
    #[cfg(feature = "fetch")]
    #[must_use]
    pub fn with_fetcher(mut self, fetcher: crate::Fetcher) -> Self {
        self.fetcher = Some(fetcher);
        self
    }

    /// Asks for an answer in one piece.
    ///
    /// # Errors
    /// If the request cannot be mapped, AWS refuses it, or the answer cannot be read.
    pub async fn chat(&self, request: &ChatRequest) -> Result<Reply<ChatResponse>, Error> {
        self.send(self.prepare_fetching(request, Delivery::Whole).await?).await
    }

    /// Asks for an answer in pieces.
    ///
    /// # Errors
    /// As [`Client::chat`]; errors within the stream are items of it.
    pub async fn chat_stream(&self, request: &ChatRequest) -> Result<ChatStream, Error> {
        self.stream(self.prepare_fetching(request, Delivery::Stream).await?).await
    }

    /// Sends a prepared call whose answer comes in one piece.
    ///
    /// # Errors
    /// As [`Client::chat`].
    pub async fn send(&self, mut call: ChatCall) -> Result<Reply<ChatResponse>, Error> {
        call.outgoing.operation = call.route.operation(Delivery::Whole);
        let (call, answer) = self.answer(self.through_known_profile(call)).await?;
        let request_id = answer.meta.request_id.as_deref();
        let read = call.reply.read(&answer.body, &answer.meta);
        let value = read.map_err(|error| Error::from(error).with_request_id(request_id))?;
        Ok(Reply { value, warnings: call.warnings, request_id: answer.meta.request_id })
    }

    /// Sends a prepared call as a stream. Where the model has none, its whole answer comes as one.
    ///
    /// # Errors
    /// As [`Client::chat_stream`].
    pub async fn stream(&self, call: ChatCall) -> Result<ChatStream, Error> {
        let mut call = self.through_known_profile(call);
        let streams = call.outgoing.operation == call.route.operation(Delivery::Stream);
        if streams && call.has_tools && self.learnt.streams_no_tools(&call.outgoing.target) {
            call = call.whole();
        } else if streams {
            match self.events(call).await? {
                (answered, Some(events)) => {
                    let ChatCall { reply, warnings, .. } = answered;
                    return Ok(ChatStream::live(reply.decoder(events.meta()), events, warnings));
                }
                (refused, None) => {
                    self.learnt.learn_no_tools(&refused.outgoing.target);
                    call = refused.whole();
                }
            }
        }
        let (call, answer) = self.answer(call).await?;
        Ok(ChatStream::replay(call.reply, answer, call.warnings))
    }

    /// A stream, and the call that it answers; none where the model does not stream tools.
    async fn events(&self, call: ChatCall) -> Result<(ChatCall, Option<EventStream>), Error> {
        let error = match self.backend.stream(&call.outgoing).await {
            Ok(events) => return Ok((call, Some(events))),
            Err(error) if error.is_of_streamed_tools() => return Ok((call, None)),
            Err(error) => error,
        };
        let Some(profile) = self.profile(&error, &call) else { return Err(error.explained(&call.outgoing)) };
        let asked = call.outgoing.clone();
        let call = call.through(profile);
        match self.backend.stream(&call.outgoing).await {
            Ok(events) => {
                self.learnt.learn_profile(&asked, call.outgoing.target.as_str());
                Ok((call, Some(events)))
            }
            Err(error) if error.is_of_streamed_tools() => Ok((call, None)),
            Err(error) => Err(error.explained(&call.outgoing)),
        }
    }

    /// A whole answer, and the call that it answers.
    async fn answer(&self, call: ChatCall) -> Result<(ChatCall, Answer), Error> {
        let error = match self.backend.send(&call.outgoing).await {
            Ok(answer) => return Ok((call, answer)),
            Err(error) => error,
        };
        let Some(profile) = self.profile(&error, &call) else { return Err(error.explained(&call.outgoing)) };
        let asked = call.outgoing.clone();
        let call = call.through(profile);
        let answer = self.backend.send(&call.outgoing).await.map_err(|error| error.explained(&call.outgoing))?;
        self.learnt.learn_profile(&asked, call.outgoing.target.as_str());
        Ok((call, answer))
    }

    fn through_known_profile(&self, call: ChatCall) -> ChatCall {
        match self.known_profile(&call.outgoing) {
            Some(profile) => call.through(profile),
            None => call,
        }
    }

    /// The profile to try, if that may be.
    fn profile(&self, error: &Error, call: &ChatCall) -> Option<String> {
        let error = error.upstream().filter(|_| self.use_profiles)?;
        error.profiles(&call.outgoing).into_iter().next()
    }
}
