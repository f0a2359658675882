//! Traces: one span for each call of a model, sent to a collector by OTLP, if `OTEL_EXPORTER_OTLP_ENDPOINT` names one.
//!
//! Attributes are those of OpenTelemetry's conventions for generative AI on Bedrock; of content there is nothing.
//! <https://opentelemetry.io/docs/specs/semconv/gen-ai/aws-bedrock/>

use std::sync::OnceLock;
use std::time::Duration;

use facade::types::Usage;
use http::HeaderMap;
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry::trace::{Span as _, SpanKind, Status, Tracer as _, TracerProvider as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};

use crate::observe::record::Done;

static TRACES: OnceLock<Traces> = OnceLock::new();

#[derive(Debug)]
struct Traces {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

/// Collects traces, if the environment says where to. What else OpenTelemetry's variables say, the SDK reads itself.
///
/// # Errors
/// If that is no place.
pub(crate) fn start() -> Result<(), String> {
    let said = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let is_off = said("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"))
        || said("OTEL_TRACES_EXPORTER").is_some_and(|value| value == "none");
    let endpoint = said("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").or_else(|| said("OTEL_EXPORTER_OTLP_ENDPOINT"));
    let (Some(endpoint), false) = (endpoint, is_off) else { return Ok(()) };
    let exporter = SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary).build();
    let exporter = exporter.map_err(|error| format!("traces cannot be sent to {endpoint}: {error}"))?;
    let mut resource = Resource::builder();
    if said("OTEL_SERVICE_NAME").is_none()
        && !said("OTEL_RESOURCE_ATTRIBUTES").is_some_and(|a| a.contains("service.name="))
    {
        resource = resource.with_service_name("pumice");
    }
    let provider = SdkTracerProvider::builder().with_resource(resource.build()).with_batch_exporter(exporter).build();
    let tracer = provider.tracer("pumice");
    let _ = TRACES.set(Traces { provider, tracer });
    Ok(())
}

/// Sends what is left.
pub(crate) fn stop() {
    const PATIENCE: Duration = Duration::from_secs(5);
    if let Some(Traces { provider, .. }) = TRACES.get()
        && let Err(error) = provider.shutdown_with_timeout(PATIENCE)
    {
        tracing::warn!("the last traces were not sent: {error}");
    }
}

/// The trace that a caller is in, by its `traceparent`.
pub(super) fn parent(headers: &HeaderMap) -> Option<Context> {
    TRACES.get().map(|_| TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(headers)))
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}

/// Tells a call that is over.
pub(super) fn tell(done: &Done<'_>) {
    let (Some(Traces { tracer, .. }), Some(parent)) = (TRACES.get(), done.parent) else { return };
    let model = done.target.unwrap_or(done.model);
    let builder = tracer
        .span_builder(format!("{} {model}", done.operation.name()))
        .with_kind(SpanKind::Client)
        .with_start_time(done.at)
        .with_attributes(attributes(done));
    let mut span = builder.start_with_context(tracer, parent);
    if done.status >= 400 {
        span.set_status(Status::error(done.error.map_or_else(|| done.status.to_string(), str::to_owned)));
    }
    span.end_with_timestamp(done.at + done.total);
}

fn attributes(done: &Done<'_>) -> Vec<KeyValue> {
    let text = |key: &'static str, value: &str| KeyValue::new(key, value.to_owned());
    let count = |key: &'static str, value: u64| KeyValue::new(key, i64::try_from(value).unwrap_or(i64::MAX));
    let mut all = vec![
        KeyValue::new("gen_ai.operation.name", done.operation.name()),
        KeyValue::new("gen_ai.provider.name", "aws.bedrock"),
        text("gen_ai.request.model", done.target.unwrap_or(done.model)),
        text("pumice.model", done.model),
        count("http.response.status_code", done.status.into()),
        text("pumice.cost_usd", &done.cost.map_or_else(|| "unknown".to_owned(), |cost| cost.to_string())),
    ];
    if let Some(first) = done.first {
        all.push(KeyValue::new("gen_ai.response.time_to_first_chunk", first.as_secs_f64()));
    }
    all.extend(done.request_id.map(|id| text("aws.request_id", id)));
    if done.status >= 400 {
        all.push(text("error.type", done.error.unwrap_or(&done.status.to_string())));
    }
    let Some(Usage { prompt_tokens, completion_tokens, prompt_tokens_details, completion_tokens_details, .. }) =
        done.usage
    else {
        return all;
    };
    let prompt = prompt_tokens_details.unwrap_or_default();
    let reasoning = completion_tokens_details.unwrap_or_default().reasoning_tokens;
    all.push(count("gen_ai.usage.input_tokens", prompt_tokens));
    all.push(count("gen_ai.usage.output_tokens", completion_tokens));
    all.extend(prompt.cached_tokens.map(|n| count("gen_ai.usage.cache_read.input_tokens", n)));
    all.extend(prompt.cache_creation_tokens.map(|n| count("gen_ai.usage.cache_creation.input_tokens", n)));
    all.extend(reasoning.map(|n| count("gen_ai.usage.reasoning.output_tokens", n)));
    all
}
