//! Prometheus' metrics, those of this process. Labels are names of the configuration and words of ours, never a caller's: their
//! number is bounded.
//!
//! The handles of a model are resolved when its deployment is connected; counting is an atomic addition from then on.

use std::fmt::Debug;
use std::hash::Hash;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, LazyLock, OnceLock};

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::observe::record::{Done, Operation};
use crate::observe::timing::Timing;

/// Seconds to a whole answer, or to its first piece.
const ANSWERS: &[f64] = &[0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0];
/// Seconds that the gateway itself takes.
const OVERHEADS: &[f64] = &[0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

/// Statuses that have a series of their own once they occur; the rest is `other`.
const STATUSES: &[(u16, &str)] = &[
    (200, "200"),
    (400, "400"),
    (401, "401"),
    (403, "403"),
    (404, "404"),
    (405, "405"),
    (408, "408"),
    (413, "413"),
    (424, "424"),
    (429, "429"),
    (499, "499"),
    (500, "500"),
    (502, "502"),
    (503, "503"),
    (504, "504"),
];
const OTHER: &str = "other";

/// Codes of AWS's, and of the way to AWS, that have a series of their own once they occur; the rest is `other`.
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html>
const CODES: &[&str] = &[
    "AccessDeniedException",
    "ConflictException",
    "ExpiredTokenException",
    "InternalServerException",
    "InvalidSignatureException",
    "ModelErrorException",
    "ModelNotReadyException",
    "ModelStreamErrorException",
    "ModelTimeoutException",
    "ResourceNotFoundException",
    "ServiceQuotaExceededException",
    "ServiceUnavailableException",
    "ThrottlingException",
    "UnrecognizedClientException",
    "ValidationException",
];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Call {
    model: Arc<str>,
    operation: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    model: Arc<str>,
    operation: &'static str,
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Tokens {
    model: Arc<str>,
    operation: &'static str,
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Failure {
    model: Arc<str>,
    code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Deployment {
    model: Arc<str>,
    deployment: Arc<str>,
}

/// How often a deployment was passed over for a time.
pub(crate) type Cooldowns = Counter;
type Dollars = Counter<f64, AtomicU64>;
type Timings = Family<Call, Timing, fn() -> Timing>;

struct Metrics {
    registry: Registry,
    in_flight: Gauge,
    requests: Family<Request, Counter>,
    tokens: Family<Tokens, Counter>,
    cost: Family<Call, Dollars>,
    unpriced: Family<Call, Counter>,
    first: Timings,
    total: Timings,
    overhead: Timings,
    failures: Family<Failure, Counter>,
    cooldowns: Family<Deployment, Counter>,
}

/// Of the process, as Prometheus scrapes processes: configurations come and go.
static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::new);

impl Metrics {
    fn new() -> Self {
        let timings = |new: fn() -> Timing| Timings::new_with_constructor(new);
        let mut metrics = Self {
            registry: Registry::with_prefix("pumice"),
            in_flight: Gauge::default(),
            requests: Family::default(),
            tokens: Family::default(),
            cost: Family::default(),
            unpriced: Family::default(),
            first: timings(|| Timing::new(ANSWERS)),
            total: timings(|| Timing::new(ANSWERS)),
            overhead: timings(|| Timing::new(OVERHEADS)),
            failures: Family::default(),
            cooldowns: Family::default(),
        };
        let Self { registry, in_flight, requests, tokens, cost, unpriced, first, total, overhead, failures, cooldowns } =
            &mut metrics;
        registry.register("in_flight", "Calls of models that are open", in_flight.clone());
        registry.register("requests", "Calls of models that are over, by HTTP status", requests.clone());
        registry.register("tokens", "Tokens, by kind; input includes those of the cache", tokens.clone());
        registry.register("cost_usd", "US dollars that calls cost, where it is known", cost.clone());
        registry.register(
            "cost_unknown",
            "Calls that AWS may ask money for, and nobody knows how much",
            unpriced.clone(),
        );
        registry.register("first_token_seconds", "Until a stream had something to say", first.clone());
        registry.register("request_seconds", "Until an answer was complete", total.clone());
        registry.register("overhead_seconds", "What the gateway itself took of an answer", overhead.clone());
        registry.register("upstream_errors", "Failed calls of AWS, by AWS's code", failures.clone());
        registry.register("cooldowns", "How often a deployment was passed over for a time", cooldowns.clone());
        metrics
    }
}

/// Everything, in OpenMetrics' text format.
pub(super) fn text() -> String {
    let mut out = String::new();
    match text::encode(&mut out, &METRICS.registry) {
        Ok(()) => out,
        // Cannot happen: a `String` takes everything.
        Err(fmt_error) => format!("# {fmt_error}\n"),
    }
}

/// Those of a deployment of `model`; both are names of the configuration.
pub(crate) fn cooldowns(model: &str, deployment: &str) -> Cooldowns {
    handle(&METRICS.cooldowns, &Deployment { model: model.into(), deployment: deployment.into() })
}

pub(super) fn opened() {
    METRICS.in_flight.inc();
}

pub(super) fn closed() {
    METRICS.in_flight.dec();
}

/// Counts a call for which no model was found.
pub(super) fn count_unnamed(done: &Done<'_>) {
    static UNNAMED: LazyLock<ModelMeters> = LazyLock::new(|| ModelMeters::new(""));
    UNNAMED.count(done);
}

/// The handles of one configured model.
#[derive(Debug)]
pub(crate) struct ModelMeters {
    model: Arc<str>,
    operations: [OnceLock<Meters>; Operation::ALL.len()],
}

impl ModelMeters {
    /// Those of `model`, a name of the configuration.
    pub(crate) fn new(model: &str) -> Self {
        Self { model: model.into(), operations: Default::default() }
    }

    /// The name that the configuration has.
    pub(super) fn model(&self) -> &str {
        &self.model
    }

    /// Counts a failed call of AWS.
    pub(super) fn fails(&self, code: &str) {
        let code = CODES.iter().copied().find(|known| *known == code).unwrap_or(OTHER);
        METRICS.failures.get_or_create(&Failure { model: Arc::clone(&self.model), code }).inc();
    }

    /// Counts a call that is over.
    pub(super) fn count(&self, done: &Done<'_>) {
        let meters = self.operations[done.operation as usize].get_or_init(|| Meters::new(&self.model, done.operation));
        meters.count(done, &self.model);
    }
}

/// The handles of one model and operation.
#[derive(Debug)]
struct Meters {
    statuses: Box<[OnceLock<Counter>]>,
    input: Counter,
    output: Counter,
    cache_read: Counter,
    cache_write: Counter,
    reasoning: Counter,
    cost: Dollars,
    unpriced: Counter,
    first: Timing,
    total: Timing,
    overhead: Timing,
}

impl Meters {
    fn new(model: &Arc<str>, operation: Operation) -> Self {
        let call = Call { model: Arc::clone(model), operation: operation.name() };
        let tokens = |kind| {
            let labels = Tokens { model: Arc::clone(model), operation: operation.name(), kind };
            handle(&METRICS.tokens, &labels)
        };
        Self {
            statuses: (0..=STATUSES.len()).map(|_| OnceLock::new()).collect(),
            input: tokens("input"),
            output: tokens("output"),
            cache_read: tokens("cache_read"),
            cache_write: tokens("cache_write"),
            reasoning: tokens("reasoning"),
            cost: handle(&METRICS.cost, &call),
            unpriced: handle(&METRICS.unpriced, &call),
            first: handle(&METRICS.first, &call),
            total: handle(&METRICS.total, &call),
            overhead: handle(&METRICS.overhead, &call),
        }
    }

    fn count(&self, done: &Done<'_>, model: &Arc<str>) {
        let place = STATUSES.iter().position(|(status, _)| *status == done.status).unwrap_or(STATUSES.len());
        let requests = self.statuses[place].get_or_init(|| {
            let status = STATUSES.get(place).map_or(OTHER, |(_, name)| name);
            let labels = Request { model: Arc::clone(model), operation: done.operation.name(), status };
            handle(&METRICS.requests, &labels)
        });
        requests.inc();
        self.total.observe(done.total);
        self.overhead.observe(done.overhead);
        if let Some(first) = done.first {
            self.first.observe(first);
        }
        if let Some(usage) = done.usage {
            self.input.inc_by(usage.prompt_tokens);
            self.output.inc_by(usage.completion_tokens);
            let prompt = usage.prompt_tokens_details.unwrap_or_default();
            self.cache_read.inc_by(prompt.cached_tokens.unwrap_or_default());
            self.cache_write.inc_by(prompt.cache_creation_tokens.unwrap_or_default());
            let answer = usage.completion_tokens_details.unwrap_or_default();
            self.reasoning.inc_by(answer.reasoning_tokens.unwrap_or_default());
        }
        match done.cost {
            Some(cost) => {
                self.cost.inc_by(cost.to_f64());
            }
            None if done.unpriced => {
                self.unpriced.inc();
            }
            None => {}
        }
    }
}

fn handle<L, M, C>(family: &Family<L, M, C>, labels: &L) -> M
where
    L: Clone + Hash + Eq,
    M: Clone,
    C: MetricConstructor<M>,
{
    family.get_or_create_owned(labels)
}
