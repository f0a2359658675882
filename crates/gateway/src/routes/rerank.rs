//! `POST /v2/rerank`, in Cohere's shape; version 1 is the same and has more parameters.

use facade::types::Extra;
use facade::{Error, RerankCall, RerankRequest};

use crate::deployments::{Deployment, Found};
use crate::router::{Answer, Prepared, Routed, Whole};
use crate::routes::body;
use crate::{headers, observe};

impl Routed for RerankRequest {
    type Call = RerankCall;

    fn model(&mut self) -> &mut String {
        &mut self.model
    }

    fn extra(&mut self) -> &mut Extra {
        &mut self.extra
    }

    async fn prepare(mut self, found: &Found<'_>) -> Result<Prepared<RerankCall>, Error> {
        let call = found.prepare_rerank(&mut self)?;
        let (route, warnings) = (headers::operation(call.outgoing.operation), call.warnings.clone());
        tracing::debug!(target_model = call.outgoing.target.as_str(), ?warnings, "ranking");
        Ok(Prepared { call, route, warnings })
    }

    async fn send(call: RerankCall, deployment: &Deployment) -> Result<Answer, Error> {
        let reply = deployment.client.send_rerank(call).await?;
        observe::uses(&reply);
        let response = body::answer(&reply.value, reply.request_id.as_deref());
        Ok(Answer::Whole(Whole { response, ..Whole::default() }))
    }
}
