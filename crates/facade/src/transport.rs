//! The SDK as a [`Backend`].

use async_trait::async_trait;
use bedrock_transform::{Answer, Outgoing};
use bedrock_transport::{Config, SignedRequest, Transport, TransportError};
use futures_util::TryStreamExt as _;

use crate::{Backend, ChatRequest, Client, Error, EventStream};

#[async_trait]
impl Backend for Transport {
    async fn send(&self, call: &Outgoing) -> Result<Answer, Error> {
        Ok(Self::send(self, call).await?)
    }

    async fn stream(&self, call: &Outgoing) -> Result<EventStream, Error> {
        let events = Self::stream(self, call).await?;
        Ok(EventStream::new(events.meta().clone(), events.map_err(Error::from)))
    }

    fn region(&self) -> Option<&str> {
        Self::region(self)
    }
}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        let upstream = error.upstream().clone();
        Self::upstream_with_source(upstream, error)
    }
}

impl Client {
    /// A client on the AWS SDK, with credentials, region and endpoint from the environment.
    ///
    /// # Errors
    /// If the environment says nothing usable, e.g. names a profile that does not exist.
    pub async fn from_env() -> Result<Self, Error> {
        Ok(Self::new(Transport::from_env().await?))
    }

    /// A client on the AWS SDK.
    ///
    /// # Errors
    /// As [`Transport::connect`].
    pub async fn connect(config: Config) -> Result<Self, Error> {
        Ok(Self::new(Transport::connect(config).await?))
    }

    /// The exact HTTP request that `transport` would send for `request`; nothing is sent.
    ///
    /// # Errors
    /// If the request cannot be mapped or signed.
    pub async fn sign(&self, request: &ChatRequest, transport: &Transport) -> Result<SignedRequest, Error> {
        let call = self.prepare(request)?;
        Ok(transport.sign(&call.outgoing).await?)
    }
}
