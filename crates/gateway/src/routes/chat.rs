//! `POST /v1/chat/completions`.

use facade::transform::Delivery;
use facade::types::{Extra, FinishReason, RawJson};
use facade::{ChatCall, ChatRequest, Error};

use crate::deployments::{Deployment, Found};
use crate::router::{Answer, Prepared, Routed, Whole};
use crate::routes::body;
use crate::{headers, observe, sse};

impl Routed for ChatRequest {
    type Call = (ChatCall, Delivery);

    fn model(&mut self) -> &mut String {
        &mut self.model
    }

    fn extra(&mut self) -> &mut Extra {
        &mut self.extra
    }

    fn metadata(&mut self) -> Option<&RawJson> {
        self.metadata.as_ref()
    }

    async fn prepare(mut self, found: &Found<'_>) -> Result<Prepared<Self::Call>, Error> {
        let call = found.prepare(&mut self).await?;
        let delivery = if self.stream == Some(true) { Delivery::Stream } else { Delivery::Whole };
        tracing::debug!(
            target_model = call.outgoing.target.as_str(),
            operation = ?call.outgoing.operation,
            warnings = ?call.warnings,
            "calling"
        );
        let (route, warnings) = (headers::route(call.route), call.warnings.clone());
        Ok(Prepared { call: (call, delivery), route, warnings })
    }

    async fn send((call, delivery): Self::Call, deployment: &Deployment) -> Result<Answer, Error> {
        if delivery == Delivery::Stream {
            let stream = deployment.chat_stream(call).await?;
            return Ok(Answer::Stream(Box::new(sse::open(stream, deployment.keepalive(), sse::Shape::Chat).await?)));
        }
        let reply = deployment.chat(call).await?;
        observe::uses(&reply);
        let choice = reply.value.choices.first();
        Ok(Answer::Whole(Whole {
            response: body::answer(&reply.value, reply.request_id.as_deref()),
            tokens: reply.value.usage.map_or(0, |usage| usage.total_tokens),
            filtered: choice.is_some_and(|choice| choice.finish_reason == FinishReason::ContentFilter),
            warnings: Some(reply.warnings),
        }))
    }
}
