//! Embeddings.

use bedrock_transform::{EmbedCall, EmbedJob, EmbedJobCall, ModelSpec, Outgoing, embed, embed_async, embed_job};
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

/// Embeddings of long media, in jobs that leave their vectors in S3.
impl Client {
    /// Starts a job. The model's name begins with `async_invoke/`, or need not; the request says in `output_s3_uri` where
    /// the vectors go. [`Client::embed_job`] tells how far it is.
    ///
    /// # Errors
    /// If the request cannot be mapped, AWS refuses it, or the answer cannot be read.
    pub async fn embed_async(&self, request: &EmbeddingRequest) -> Result<Reply<EmbedJob>, Error> {
        self.send_embed_job(self.prepare_embed_job(request)?).await
    }

    /// Maps an embedding request to a job without starting it.
    ///
    /// # Errors
    /// If the request is wrong, or its model does no jobs.
    pub fn prepare_embed_job(&self, request: &EmbeddingRequest) -> Result<EmbedJobCall, Error> {
        self.prepare_embed_job_as(request, &self.resolve(&request.model)?)
    }

    /// Maps an embedding request to a job of a given model, whatever the request calls it.
    ///
    /// # Errors
    /// As [`Client::prepare_embed_job`].
    pub fn prepare_embed_job_as(&self, request: &EmbeddingRequest, model: &ModelSpec) -> Result<EmbedJobCall, Error> {
        Ok(embed_async(request, model, self.options())?)
    }

    /// Starts a prepared job.
    ///
    /// # Errors
    /// As [`Client::embed_async`].
    pub async fn send_embed_job(&self, call: EmbedJobCall) -> Result<Reply<EmbedJob>, Error> {
        let EmbedJobCall { outgoing, warnings, .. } = call;
        let reply = self.ask_job(&outgoing).await?;
        Ok(Reply { warnings, ..reply })
    }

    /// Asks how far a job is.
    ///
    /// # Errors
    /// If `invocation_arn` is not the ARN of a job, or AWS does not know it.
    pub async fn embed_job(&self, invocation_arn: &str) -> Result<Reply<EmbedJob>, Error> {
        self.ask_job(&embed_job(invocation_arn)?).await
    }

    async fn ask_job(&self, call: &Outgoing) -> Result<Reply<EmbedJob>, Error> {
        let answer = self.backend.send(call).await.map_err(|error| error.explained(call))?;
        let request_id = answer.meta.request_id.clone();
        let read = EmbedJob::read(&answer);
        let value = read.map_err(|error| Error::from(error).with_request_id(request_id.as_deref()))?;
        Ok(Reply { value, warnings: Vec::new(), request_id })
    }
}
