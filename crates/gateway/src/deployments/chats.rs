//! Chats of a deployment, through an inference profile where that is wanted and nothing else serves the model.

use facade::transform::Options;
use facade::types::ChatResponse;
use facade::{Catalog, ChatCall, ChatStream, Client, Error, Outgoing, Reply, Transport};

use crate::config::Model;
use crate::deployments::{Deployment, resolve};
use crate::observe;

/// A client as the deployment wants it.
pub(super) fn client(config: &Model, transport: Transport, options: &Options) -> Client {
    let client = Client::new(transport).with_options(options.clone());
    if config.use_profiles { client.with_profiles() } else { client }
}

impl Deployment {
    /// Asks for an answer in one piece.
    pub(crate) async fn chat(&self, call: ChatCall) -> Result<Reply<ChatResponse>, Error> {
        let asked = self.asked(&call);
        let reply = self.client.send(call).await?;
        self.observe_profile(&self.client, asked);
        Ok(reply)
    }

    /// Asks for an answer in pieces.
    pub(crate) async fn chat_stream(&self, call: ChatCall) -> Result<ChatStream, Error> {
        let asked = self.asked(&call);
        let stream = self.stream_client.stream(call).await?;
        self.observe_profile(&self.stream_client, asked);
        Ok(stream)
    }

    /// The call as it was asked for, where another one may be made in its place.
    fn asked(&self, call: &ChatCall) -> Option<Outgoing> {
        self.config.use_profiles.then(|| call.outgoing.clone())
    }

    /// The record of this request learns of the profile that answered: it has prices of its own.
    fn observe_profile(&self, client: &Client, asked: Option<Outgoing>) {
        let (Some(mut call), Some(record)) = (asked, observe::current()) else { return };
        let Some(profile) = client.known_profile(&call) else { return };
        let Ok(spec) = resolve(&profile, &self.config, &Catalog::builtin()) else { return };
        let region = call.region.as_deref().or_else(|| self.transport.region());
        let prices = spec.info_with(&self.config.info).prices(region);
        call.target = spec.target;
        record.goes_to(&call, prices);
    }
}
