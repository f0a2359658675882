//! Traces: one span for each call of a model, sent to a collector by OTLP, if `OTEL_EXPORTER_OTLP_ENDPOINT` names one.
//!
//! Attributes are those of OpenTelemetry's conventions for generative AI on Bedrock; of content there is nothing.
//! <https://opentelemetry.io/docs/specs/semconv/gen-ai/aws-bedrock/>

use std::collections::HashMap;
use std::sync::OnceLock;
use std::time::Duration;

use facade::types::Usage;
use http::HeaderMap;
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry::trace::{Span as _, SpanKind, Status, Tracer as _, TracerProvider as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider};
use percent_encoding::percent_decode_str;

use crate::config::Environment;
use crate::observe::record::Done;

static TRACES: OnceLock<Traces> = OnceLock::new();

#[derive(Debug)]
struct Traces {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

/// Collects traces, if the environment says where to. Of what else OpenTelemetry's variables say, the SDK reads itself what is in
/// the process's environment; it does not see what the configuration sets.
///
/// # Errors
/// If that is no place, or no way to choose traces.
pub(crate) fn start(env: &Environment) -> Result<(), String> {
    let is_off = env.value("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"))
        || env.value("OTEL_TRACES_EXPORTER").is_some_and(|value| value == "none");
    let (Some(endpoint), false) = (endpoint(env), is_off) else { return Ok(()) };
    let exporter = SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary);
    let exporter = exporter.with_endpoint(&endpoint).with_headers(headers(env)).build();
    let exporter = exporter.map_err(|error| format!("traces cannot be sent to {endpoint}: {error}"))?;
    let mut provider = SdkTracerProvider::builder().with_resource(resource(env)).with_batch_exporter(exporter);
    if let Some(name) = env.set_by_file("OTEL_TRACES_SAMPLER") {
        provider = provider.with_sampler(sampler(name, env.value("OTEL_TRACES_SAMPLER_ARG"))?);
    }
    let provider = provider.build();
    let tracer = provider.tracer(NAME);
    let _ = TRACES.set(Traces { provider, tracer });
    Ok(())
}

/// Of this service, where nobody says another.
const NAME: &str = "pumice";

/// The endpoint of traces, or that of all signals with their path.
fn endpoint(env: &Environment) -> Option<String> {
    let of_all = || Some(format!("{}/v1/traces", env.value("OTEL_EXPORTER_OTLP_ENDPOINT")?.trim_end_matches('/')));
    env.value("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").map(str::to_owned).or_else(of_all)
}

fn headers(env: &Environment) -> HashMap<String, String> {
    let own = env.set_by_file("OTEL_EXPORTER_OTLP_TRACES_HEADERS");
    let said = own.or_else(|| env.set_by_file("OTEL_EXPORTER_OTLP_HEADERS")).unwrap_or_default();
    let decoded = |value: &str| percent_decode_str(value).decode_utf8_lossy().into_owned();
    pairs(said).map(|(name, value)| (name.to_owned(), decoded(value))).collect()
}

fn resource(env: &Environment) -> Resource {
    let attributes = env.set_by_file("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default();
    let attributes = pairs(attributes).map(|(name, value)| KeyValue::new(name.to_owned(), value.to_owned()));
    let resource = Resource::builder().with_attributes(attributes);
    let is_named = env.value("OTEL_RESOURCE_ATTRIBUTES").is_some_and(|said| said.contains("service.name="));
    match env.value("OTEL_SERVICE_NAME") {
        Some(name) => resource.with_service_name(name.to_owned()),
        None if is_named => resource,
        None => resource.with_service_name(NAME),
    }
    .build()
}

/// `name=value,name=value`.
fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(',').filter_map(|pair| pair.split_once('=')).map(|(name, value)| (name.trim(), value.trim()))
}

/// <https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#general-sdk-configuration>
fn sampler(name: &str, argument: Option<&str>) -> Result<Sampler, String> {
    let (is_child, own) = match name.strip_prefix("parentbased_") {
        Some(own) => (true, own),
        None => (false, name),
    };
    let sampler = match own {
        "always_on" => Sampler::AlwaysOn,
        "always_off" => Sampler::AlwaysOff,
        "traceidratio" => {
            let ratio = argument.unwrap_or("1").parse::<f64>().ok().filter(|ratio| (0.0..=1.0).contains(ratio));
            Sampler::TraceIdRatioBased(ratio.ok_or("OTEL_TRACES_SAMPLER_ARG: expected a number from 0 to 1")?)
        }
        _ => {
            let known = "`always_on`, `always_off` or `traceidratio`, alone or after `parentbased_`";
            return Err(format!("OTEL_TRACES_SAMPLER: expected {known}, not `{name}`"));
        }
    };
    Ok(if is_child { Sampler::ParentBased(Box::new(sampler)) } else { sampler })
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
