//! The record of one call of a model.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use axum::response::Response;
use facade::Step;
use facade::transform::{Outgoing, Prices, Usd, completion_cost};
use facade::types::Usage;
use http::{HeaderMap, HeaderValue};
use opentelemetry::Context;

use crate::headers;
use crate::observe::metrics::{self, ModelMeters};
use crate::observe::usage::{Used, sum};
use crate::observe::{logs, spans};

/// What a caller wants of a model, in the words of OpenTelemetry's `gen_ai.operation.name`, where it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Chat,
    Embeddings,
    Image,
    Rerank,
    TextCompletion,
}

impl Operation {
    pub(super) const ALL: &[Self] = &[Self::Chat, Self::Embeddings, Self::Image, Self::Rerank, Self::TextCompletion];

    /// By the end of the path; none of those that call no model.
    pub(super) fn of_path(path: &str) -> Option<Self> {
        let ends = |end| path.ends_with(end);
        Some(match () {
            () if ends("/chat/completions") => Self::Chat,
            () if ends("/completions") => Self::TextCompletion,
            () if ends("/embeddings") => Self::Embeddings,
            () if ends("/images/generations") || ends("/images/edits") => Self::Image,
            () if ends("/rerank") => Self::Rerank,
            () => return None,
        })
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Embeddings => "embeddings",
            Self::Image => "image",
            Self::Rerank => "rerank",
            Self::TextCompletion => "text_completion",
        }
    }
}

/// The record of one call of a model, told when the last who holds it lets go.
#[derive(Debug)]
pub(crate) struct Record {
    operation: Operation,
    started: Instant,
    at: SystemTime,
    /// The trace that the caller is in, if traces are collected.
    parent: Option<Context>,
    facts: Mutex<Facts>,
}

#[derive(Debug, Default)]
struct Facts {
    meters: Option<Arc<ModelMeters>>,
    /// What went into AWS's URL.
    target: Option<String>,
    prices: Prices,
    /// Of the answer; none if nobody waited for it.
    status: Option<u16>,
    request_id: Option<String>,
    /// Spent on waiting, for AWS or to ask again, until the answer began.
    waited: Duration,
    /// Until the answer began.
    began: Option<Duration>,
    /// Until a stream had something to say.
    first: Option<Duration>,
    stream: Stream,
    /// The status that the failure of a stream would have had at its begin.
    broke: Option<u16>,
    taken_in: Used,
    /// Of all answers to the request: several prompts have several, and a fallback may answer what a filter held back.
    usage: Option<Usage>,
    spent: Spent,
    /// AWS's code of the last failure.
    error: Option<String>,
}

/// What the answers to a request cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Spent {
    Known(Usd),
    #[default]
    Nothing,
    /// Of one of them it is not known.
    Unknown,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Stream {
    #[default]
    No,
    Open,
    Over,
}

/// A call that is over.
#[derive(Debug)]
pub(super) struct Done<'a> {
    pub(super) operation: Operation,
    /// A name of the configuration; empty if none was found.
    pub(super) model: &'a str,
    pub(super) target: Option<&'a str>,
    /// 499 if the caller did not wait for the end; of a stream that broke off, the one that its error means.
    pub(super) status: u16,
    pub(super) stream: bool,
    pub(super) at: SystemTime,
    pub(super) total: Duration,
    pub(super) first: Option<Duration>,
    pub(super) overhead: Duration,
    pub(super) usage: Option<Usage>,
    /// In US dollars; `None` if it is not known.
    pub(super) cost: Option<Usd>,
    /// Whether AWS may ask for money, and nobody knows how much.
    pub(super) unpriced: bool,
    pub(super) request_id: Option<&'a str>,
    pub(super) error: Option<&'a str>,
    pub(super) parent: Option<&'a Context>,
}

/// The caller went away: no status of HTTP's, but the usual one.
const GONE: u16 = 499;
/// The model may still have been at work.
const TIMED_OUT: u16 = 408;

impl Record {
    pub(super) fn open(operation: Operation, headers: &HeaderMap) -> Self {
        metrics::opened();
        Self {
            operation,
            started: Instant::now(),
            at: SystemTime::now(),
            parent: spans::parent(headers),
            facts: Mutex::default(),
        }
    }

    /// The call is for this model of the configuration.
    pub(crate) fn is_for(&self, meters: &Arc<ModelMeters>) {
        self.facts().meters = Some(Arc::clone(meters));
    }

    /// The call goes there, at these prices.
    pub(crate) fn goes_to(&self, outgoing: &Outgoing, prices: Prices) {
        let mut facts = self.facts();
        facts.target = Some(outgoing.target.as_str().to_owned());
        facts.prices = prices;
    }

    /// What goes in is not all among the tokens that AWS counts.
    pub(crate) fn takes_in(&self, used: Used) {
        self.facts().taken_in = used;
    }

    /// How long it waited until the answer began.
    pub(super) fn waited(&self, time: Duration) {
        self.facts().waited = time;
    }

    /// What the answer says that it used.
    pub(crate) fn uses(&self, used: Option<Used>) {
        let mut facts = self.facts();
        let cost = used.and_then(|used| facts.cost(used));
        facts.spent = match (facts.spent, cost) {
            (Spent::Nothing, Some(cost)) => Spent::Known(cost),
            (Spent::Known(before), Some(cost)) => Spent::Known(before + cost),
            _ => Spent::Unknown,
        };
        if let Some(Used { counts, .. }) = used {
            facts.usage = Some(facts.usage.map_or(counts.usage, |before| sum(before, counts.usage)));
        }
    }

    /// A call of AWS failed.
    pub(crate) fn fails(&self, error: &facade::Error) {
        let Some(upstream) = error.upstream() else { return };
        let mut facts = self.facts();
        if let Some(meters) = &facts.meters {
            meters.fails(&upstream.code);
        }
        facts.error = Some(upstream.code.clone());
    }

    /// The answer that the caller gets. What is known of its cost goes with it.
    pub(super) fn answers(&self, response: &mut Response) {
        let mut facts = self.facts();
        facts.began = Some(self.started.elapsed());
        facts.status = Some(response.status().as_u16());
        let map = response.headers_mut();
        facts.request_id = map.get(headers::REQUEST_ID).and_then(|id| id.to_str().ok()).map(str::to_owned);
        if facts.stream == Stream::No && response.status().is_success() {
            let cost = facts.spent.known().map_or_else(|| "unknown".to_owned(), |cost| cost.to_string());
            if let Ok(cost) = HeaderValue::try_from(cost) {
                response.headers_mut().insert(headers::COST, cost);
            }
        }
    }

    fn facts(&self) -> MutexGuard<'_, Facts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The record of a request that is answered with a stream, for as long as somebody listens.
#[derive(Debug)]
pub(crate) struct StreamRecord {
    record: Option<Arc<Record>>,
    has_spoken: bool,
    is_over: bool,
    service_tier: Option<String>,
}

impl StreamRecord {
    /// That of this request.
    pub(crate) fn of_request() -> Self {
        Self { record: crate::observe::current(), has_spoken: false, is_over: false, service_tier: None }
    }

    /// The stream has something to say.
    pub(crate) fn sees(&mut self, step: &Step<'_>) {
        if let Some(record) = self.record.as_ref().filter(|_| !self.has_spoken) {
            let elapsed = record.started.elapsed();
            record.facts().first = Some(elapsed);
            self.has_spoken = true;
        }
        if let Some(tier) = step.service_tier() {
            self.service_tier = Some(tier.to_owned());
        }
    }

    /// The answer goes out.
    pub(crate) fn begins(&self) {
        if let Some(record) = &self.record {
            record.facts().stream = if self.is_over { Stream::Over } else { Stream::Open };
        }
    }

    /// The stream broke off.
    pub(crate) fn fails(&self, error: &facade::Error) {
        if let Some(record) = &self.record {
            record.fails(error);
            record.facts().broke = Some(error.openai().0);
        }
    }

    /// Nobody listens any more. What is known of the usage is that of the whole answer.
    pub(crate) fn is_left(&self, usage: &Usage) {
        if let Some(record) = &self.record {
            record.uses(Some(Used::by_chat(usage, self.service_tier.as_deref())));
        }
    }

    /// The stream is over, whether it failed or not.
    pub(crate) fn ends(&mut self, usage: Option<&Usage>) {
        self.is_over = true;
        if let Some(record) = &self.record {
            record.facts().stream = Stream::Over;
            record.uses(usage.map(|usage| Used::by_chat(usage, self.service_tier.as_deref())));
        }
    }
}

impl Spent {
    const fn known(self) -> Option<Usd> {
        match self {
            Self::Known(cost) => Some(cost),
            Self::Nothing | Self::Unknown => None,
        }
    }
}

impl Facts {
    /// What an answer cost that used so much. Nothing that was used is free: without counts it is not known.
    fn cost(&self, used: Used) -> Option<Usd> {
        let used = self.taken_in.and(used);
        let cost = completion_cost(&used.counts, &self.prices).ok()?;
        let counts = &used.counts;
        let nothing = counts.usage.prompt_tokens == 0
            && counts.usage.completion_tokens == 0
            && counts.input_images == 0
            && counts.output_images == 0
            && counts.queries == 0;
        Some(cost.total()).filter(|_| !nothing && !used.and_more)
    }

    /// Whether AWS may ask for money that nobody knows of: an answer did not say what it used, or it was not heard to its end.
    fn is_unpriced(&self, status: u16) -> bool {
        let unheard = self.target.is_some() && matches!(status, GONE | TIMED_OUT);
        self.spent == Spent::Unknown || (self.spent == Spent::Nothing && (unheard || self.stream == Stream::Open))
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        metrics::closed();
        let facts = self.facts.get_mut().unwrap_or_else(PoisonError::into_inner);
        let total = self.started.elapsed();
        let complete = facts.status.filter(|_| facts.stream != Stream::Open);
        let status = facts.broke.or(complete).unwrap_or(GONE);
        let done = Done {
            operation: self.operation,
            model: facts.meters.as_ref().map_or("", |meters| meters.model()),
            target: facts.target.as_deref(),
            status,
            stream: facts.stream != Stream::No,
            at: self.at,
            total,
            first: facts.first,
            overhead: facts.began.unwrap_or(total).saturating_sub(facts.waited),
            usage: facts.usage,
            cost: facts.spent.known(),
            unpriced: facts.is_unpriced(status),
            request_id: facts.request_id.as_deref(),
            // What a retry has mended is no failure of the call.
            error: facts.error.as_deref().filter(|_| status >= 400),
            parent: self.parent.as_ref(),
        };
        match &facts.meters {
            Some(meters) => meters.count(&done),
            None => metrics::count_unnamed(&done),
        }
        logs::tell(&done);
        spans::tell(&done);
    }
}
