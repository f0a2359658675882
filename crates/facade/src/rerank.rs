//! Ranking.

use bedrock_transform::{ModelSpec, RerankCall, rerank};
use core_types::{RerankRequest, RerankResponse};

use crate::{Client, Error, Reply};

/// Ranking.
impl Client {
    /// Asks how relevant documents are to a query. An answer in pages is followed to its end. On the AWS SDK this needs
    /// the feature `rerank`.
    ///
    /// # Errors
    /// If the request cannot be mapped, AWS refuses it, or an answer cannot be read.
    pub async fn rerank(&self, request: &RerankRequest) -> Result<Reply<RerankResponse>, Error> {
        self.send_rerank(self.prepare_rerank(request)?).await
    }

    /// Maps a rerank request without sending it.
    ///
    /// # Errors
    /// If the request is wrong, its model cannot take it, or nobody says in which region the model is.
    pub fn prepare_rerank(&self, request: &RerankRequest) -> Result<RerankCall, Error> {
        self.prepare_rerank_as(request, &self.resolve(&request.model)?)
    }

    /// Maps a rerank request for a given model, whatever the request calls it.
    ///
    /// # Errors
    /// As [`Client::prepare_rerank`].
    pub fn prepare_rerank_as(&self, request: &RerankRequest, model: &ModelSpec) -> Result<RerankCall, Error> {
        Ok(rerank(request, model, self.backend.region(), self.options())?)
    }

    /// Sends a prepared rerank request. The request id is that of the first page.
    ///
    /// # Errors
    /// As [`Client::rerank`].
    pub async fn send_rerank(&self, call: RerankCall) -> Result<Reply<RerankResponse>, Error> {
        let RerankCall { outgoing, warnings, mut reply, .. } = call;
        let mut request_id = None;
        let mut page = Some(outgoing);
        while let Some(call) = page {
            let answer = self.backend.send(&call).await.map_err(|error| error.explained(&call))?;
            let own = answer.meta.request_id.as_deref();
            page = reply.read(&call, &answer).map_err(|error| Error::from(error).with_request_id(own))?;
            request_id = request_id.or(answer.meta.request_id);
        }
        Ok(Reply { value: reply.finish(), warnings, request_id })
    }
}
