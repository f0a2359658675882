//! The log: lines for people or JSON, and one line for each call of a model.

use std::fmt;
use std::mem;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::format::{Format, Full, Json, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Registry, reload};

use crate::observe::lines;
use crate::observe::record::Done;

/// The target under which the transport tells every request of AWS, secrets masked.
const WIRE: &str = "bedrock_transport=debug";

/// What may change while the log is written: the configuration is read after the first lines.
static IS_JSON: AtomicBool = AtomicBool::new(false);
static FILTER: OnceLock<reload::Handle<EnvFilter, Registry>> = OnceLock::new();

/// Starts the log on standard error. `filter` comes before `RUST_LOG`, and that before `default`.
///
/// # Errors
/// If the filter is not one.
pub(crate) fn start(filter: Option<&str>, default: &str) -> Result<(), String> {
    let filter = match filter.map(str::to_owned).or_else(|| std::env::var("RUST_LOG").ok().filter(|f| !f.is_empty())) {
        Some(filter) => EnvFilter::try_new(&filter).map_err(|error| format!("log filter `{filter}`: {error}"))?,
        None => EnvFilter::new(default),
    };
    let (filter, handle) = reload::Layer::new(filter);
    let lines = Lines { text: Format::default(), json: Format::default().json().flatten_event(true) };
    let lines = Lines { json: lines.json.with_current_span(false).with_span_list(false), ..lines };
    let layer = tracing_subscriber::fmt::layer().event_format(lines).with_writer(lines::Out).log_internal_errors(false);
    // A second start in one process, as in tests, keeps the first.
    let registry = tracing_subscriber::registry().with(filter).with(filter_fn(is_masked)).with(layer);
    if registry.try_init().is_ok() {
        let _ = FILTER.set(handle);
    }
    Ok(())
}

/// Whether what is logged here has no secrets: the SDK tells whole requests, and masks no headers but its own. The transport tells them,
/// too.
fn is_masked(metadata: &Metadata<'_>) -> bool {
    *metadata.level() != Level::TRACE || !metadata.target().starts_with("aws_smithy_runtime::client")
}

/// Writes JSON from now on, if `json`, and shows every request of AWS, secrets masked, if `verbose`.
pub(crate) fn set(json: bool, verbose: bool) {
    IS_JSON.fetch_or(json, Ordering::Relaxed);
    if verbose {
        show_requests();
    }
}

fn show_requests() {
    let (Some(filter), Ok(wire)) = (FILTER.get(), WIRE.parse()) else { return };
    // It fails only once the log is gone.
    let _ = filter.modify(|filter| *filter = mem::take(filter).add_directive(wire));
}

/// One line for a call that is over.
pub(super) fn tell(done: &Done<'_>) {
    let usage = done.usage.as_ref();
    let prompt = usage.and_then(|usage| usage.prompt_tokens_details);
    tracing::info!(
        target: "gateway::requests",
        model = done.model,
        operation = done.operation.name(),
        deployment = done.target,
        status = done.status,
        stream = done.stream,
        ms = milliseconds(done.total),
        first_ms = done.first.map(milliseconds),
        gateway_ms = milliseconds(done.overhead),
        input_tokens = usage.map(|usage| usage.prompt_tokens),
        output_tokens = usage.map(|usage| usage.completion_tokens),
        cache_read_tokens = prompt.and_then(|prompt| prompt.cached_tokens),
        cache_write_tokens = prompt.and_then(|prompt| prompt.cache_creation_tokens),
        cost_usd = done.cost.map_or_else(|| "unknown".to_owned(), |cost| cost.to_string()),
        request_id = done.request_id,
        error = done.error,
        "called"
    );
}

/// To the microsecond.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// Either form of a line.
struct Lines {
    text: Format<Full>,
    json: Format<Json>,
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        if IS_JSON.load(Ordering::Relaxed) {
            self.json.format_event(context, writer, event)
        } else {
            self.text.format_event(context, writer, event)
        }
    }
}
