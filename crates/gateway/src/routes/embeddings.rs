//! `POST /v1/embeddings`.

use facade::transform::Operation;
use facade::types::{Embedding, Extra, RawJson, Vector};
use facade::{EmbedCall, EmbedJob, EmbedJobCall, EmbeddingRequest, EmbeddingResponse, Error, Route};

use crate::deployments::{Deployment, Found};
use crate::router::{Answer, Prepared, Routed, Whole};
use crate::routes::body;
use crate::{headers, observe};

/// What a request asks for.
#[derive(Debug)]
pub(crate) enum Work {
    /// Vectors.
    Embed(EmbedCall),
    /// A job of the model by this name.
    Start(String, EmbedJobCall),
}

impl Routed for EmbeddingRequest {
    type Call = Work;

    /// Vectors are many times as long as texts.
    const LARGE: u64 = 64 << 10;

    fn model(&mut self) -> &mut String {
        &mut self.model
    }

    fn extra(&mut self) -> &mut Extra {
        &mut self.extra
    }

    async fn prepare(mut self, found: &Found<'_>) -> Result<Prepared<Work>, Error> {
        if found.is_job()? {
            let call = found.prepare_embed_job(&mut self)?;
            tracing::debug!(target_model = call.outgoing.target.as_str(), warnings = ?call.warnings, "starting a job");
            let warnings = call.warnings.clone();
            let route = headers::operation(Operation::StartAsyncInvoke);
            return Ok(Prepared { call: Work::Start(self.model, call), route, warnings });
        }
        let call = found.prepare_embed(&mut self)?;
        tracing::debug!(calls = call.calls.len(), warnings = ?call.warnings, "embedding");
        let warnings = call.warnings.clone();
        Ok(Prepared { call: Work::Embed(call), route: headers::route(Route::Invoke), warnings })
    }

    async fn send(work: Work, deployment: &Deployment) -> Result<Answer, Error> {
        let (value, request_id) = match work {
            Work::Embed(call) => {
                let reply = deployment.client.send_embed(call).await?;
                observe::uses(&reply);
                (reply.value, reply.request_id)
            }
            Work::Start(model, call) => {
                let reply = deployment.client.send_embed_job(call).await?;
                (placeholder(model, &reply.value), reply.request_id)
            }
        };
        Ok(Answer::Whole(Whole {
            response: body::answer(&value, request_id.as_deref()),
            tokens: value.usage.map_or(0, |usage| usage.total_tokens),
            ..Whole::default()
        }))
    }
}

/// As with LiteLLM, the answer that a job was started has one embedding of no numbers. Beside it stands what AWS told of the
/// job.
fn placeholder(model: String, job: &EmbedJob) -> EmbeddingResponse {
    let mut embedding = Embedding::new(0, Vector::Floats(Vec::new()));
    embedding.provider_specific_fields = RawJson::from_value(job).ok();
    EmbeddingResponse::new(model, vec![embedding], None)
}
