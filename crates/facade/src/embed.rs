//! Embeddings.

use bedrock_transform::{EmbedCall, ModelSpec, embed};
use core_types::{EmbeddingRequest, EmbeddingResponse};

use crate::many::send_all;
use crate::{Client, Error, Reply};

/// Embeddings.
impl Client {
    /// Asks for embeddings. A request may take many calls: they are made at once, as far as
    /// [`Client::with_concurrency`] allows; the first failure ends the others, and so does dropping the future.
    ///
    /// # Errors
    /// If the request cannot be mapped, AWS refuses any of it, or an answer cannot be read. The error names the input.
    pub async fn embed(&self, request: &EmbeddingRequest) -> Result<Reply<EmbeddingResponse>, Error> {
        self.send_embed(self.prepare_embed(request)?).await
    }

    /// Maps an embedding request without sending it.
    ///
    /// # Errors
    /// If the request is wrong, or its model cannot take it.
    pub fn prepare_embed(&self, request: &EmbeddingRequest) -> Result<EmbedCall, Error> {
        self.prepare_embed_as(request, &self.resolve(&request.model)?)
    }

    /// Maps an embedding request for a given model, whatever the request calls it.
    ///
    /// # Errors
    /// As [`Client::prepare_embed`].
    pub fn prepare_embed_as(&self, request: &EmbeddingRequest, model: &ModelSpec) -> Result<EmbedCall, Error> {
        Ok(embed(request, model, self.options())?)
    }

    /// Sends a prepared embedding request. The request id is that of the first call.
    ///
    /// # Errors
    /// As [`Client::embed`].
    pub async fn send_embed(&self, call: EmbedCall) -> Result<Reply<EmbeddingResponse>, Error> {
        let EmbedCall { calls, warnings, reply, .. } = call;
        let parts = send_all(
            &*self.backend,
            calls,
            self.concurrency,
            |index| reply.at(index).to_owned(),
            |index, answer| Ok((reply.read(index, answer)?, answer.meta.request_id.clone())),
        )
        .await?;
        let (parts, request_ids): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        let request_id = request_ids.into_iter().next().flatten();
        Ok(Reply { value: reply.assemble(parts), warnings, request_id })
    }
}
