//! The loop of attempts: one for all kinds of requests.

use std::future::Future;
use std::time::Duration;

use axum::response::Response;
use facade::transform::TransformError;
use facade::types::{Extra, RawJson};
use facade::{Error, ErrorKind, Warning};
use http::{HeaderMap, HeaderValue};
use tokio::time::{Instant, sleep};

use crate::caller::Caller;
use crate::config::{MOST_RETRIES, Policy, Routing, TagMatch};
use crate::deployments::{Deployment, Found};
use crate::error::ApiError;
use crate::router::aside::aside;
use crate::router::choice::{Chosen, Cold, Group, Nobody, Tried};
use crate::router::names::Names;
use crate::router::tags::Tags;
use crate::router::trail::Trail;
use crate::router::verdict::{Cools, Fallback, Retry, Verdict};
use crate::router::wishes::Wishes;
use crate::{observe, sse};

/// A kind of request that is routed.
pub(crate) trait Routed: Send + Sized {
    /// The request, mapped for one deployment.
    type Call: Send;

    /// The length of a request, in bytes, from which others must not wait behind the work on it and its answer: some
    /// milliseconds.
    const LARGE: u64 = 2 << 20;

    /// The name of the model.
    fn model(&mut self) -> &mut String;
    /// What the request has outside its schema.
    fn extra(&mut self) -> &mut Extra;
    /// Its `metadata`, which may have tags.
    fn metadata(&mut self) -> Option<&RawJson> {
        self.extra().value("metadata")
    }
    /// Maps the request for a deployment.
    fn prepare(self, found: &Found<'_>) -> impl Future<Output = Result<Prepared<Self::Call>, Error>> + Send;
    /// Sends what was mapped, and waits for an answer or the beginning of one.
    fn send(call: Self::Call, deployment: &Deployment) -> impl Future<Output = Result<Answer, Error>> + Send;
}

/// A request, mapped for one deployment.
#[derive(Debug)]
pub(crate) struct Prepared<C> {
    pub(crate) call: C,
    /// How the model is called.
    pub(crate) route: HeaderValue,
    /// What was left out, changed or rewritten.
    pub(crate) warnings: Vec<Warning>,
}

/// What a deployment answered.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The beginning of a stream.
    Stream(Box<sse::Opened>),
    /// All of it.
    Whole(Whole),
}

/// An answer in one piece.
#[derive(Debug, Default)]
pub(crate) struct Whole {
    pub(crate) response: Response,
    /// All tokens together.
    pub(crate) tokens: u64,
    /// Whether a filter held the answer back.
    pub(crate) filtered: bool,
    /// What the answer has to say, what the request had included; `None` is no more than that.
    pub(crate) warnings: Option<Vec<Warning>>,
}

/// Answers `first`. `again` reads the request once more, for another attempt.
pub(crate) async fn route<R: Routed>(
    app: &Caller,
    mut first: R,
    again: impl Fn() -> Result<R, ApiError> + Send,
) -> Result<Response, ApiError> {
    let name = first.model().clone();
    app.admit(&name, first.extra())?;
    let mut trail = Trail::new();
    // Boxed here, where it is small: the layers of the server move what a handler returns a dozen times.
    let work = Box::pin(go(app, first, again, &mut trail));
    let outcome = if app.length >= R::LARGE { aside(work).await } else { work.await };
    observe::waited(trail.waited);
    match outcome {
        Ok(mut response) => {
            trail.write(response.headers_mut());
            Ok(response)
        }
        Err(Failure { error, labels, .. }) => {
            let mut headers = HeaderMap::new();
            trail.write(&mut headers);
            Err(error.with_headers(headers).with_headers(labels))
        }
    }
}

/// Goes from name to name.
async fn go<R: Routed>(
    app: &Caller,
    mut first: R,
    again: impl Fn() -> Result<R, ApiError> + Send,
    trail: &mut Trail,
) -> Result<Response, Failure> {
    let asked = app.deployments.canonical(first.model()).to_owned();
    let wishes = Wishes::take(first.extra(), &asked).map_err(ApiError::from)?;
    let tags = app.routing.tags.map(|match_by| (tags(app, &mut first), match_by));
    let is_served = |name: &str| app.deployments.group(name).is_some();
    // The operator's fallbacks are the operator's choice; the caller's own are held against the key.
    if let Some(name) = wishes.names().find(|name| !is_served(name) || !app.admits(name)) {
        let message = format!("fallbacks: the model `{name}` does not exist");
        return Err(ApiError::from(Error::from(TransformError::invalid("fallbacks", message))).into());
    }
    let mut names = Names::new(&app.routing, &wishes, &is_served, asked);
    let mut requests = Requests { first: Some(first), again };
    let mut kept: Option<Failure> = None;
    let mut held: Option<(Response, HeaderMap)> = None;
    while let Some(name) = names.next() {
        trail.fallbacks += u32::from(trail.attempts > 0 || kept.is_some());
        let cold = if names.has_more(&name) { Cold::Never } else { Cold::Last };
        let policy = app.routing.retries.of(app.deployments.canonical(&name));
        let outcome = match group(app, &name, tags.as_ref()) {
            Ok(group) => {
                let attempts = Attempts { routing: &app.routing, policy, wishes: &wishes, group: &group, cold };
                attempts.run(&mut requests, trail).await
            }
            Err(failure) => Err(failure),
        };
        match outcome {
            Ok(done) if !(done.filtered && names.push(Fallback::ContentPolicy, &name)) => return Ok(done.response),
            // Somebody else may answer. If nobody does, this is the answer.
            Ok(done) => held = held.or_else(|| Some((done.response, trail.labels()))),
            Err(failure) => {
                names.push(failure.fallback, &name);
                // When nobody answers, the caller sees what AWS said of the model that it asked for.
                kept = Some(kept.filter(|kept| kept.of_aws || !failure.of_aws).unwrap_or(failure));
            }
        }
    }
    if let Some((response, labels)) = held {
        trail.goes_back_to(&labels);
        return Ok(response);
    }
    Err(kept.unwrap_or_else(|| ApiError::unknown_model("").into()))
}

/// The deployments of a name that the request is for.
fn group<'a>(app: &'a Caller, name: &'a str, tags: Option<&(Tags, TagMatch)>) -> Result<Group<'a>, Failure> {
    let group = app.deployments.group(name).ok_or_else(|| ApiError::unknown_model(name))?;
    let Some((tags, match_by)) = tags else { return Ok(group) };
    let tagged = group.for_tags(tags, *match_by);
    tagged.ok_or_else(|| Failure { fallback: Fallback::General, ..ApiError::untagged(name).into() })
}

/// Those of header and body.
fn tags<R: Routed>(app: &Caller, request: &mut R) -> Tags {
    let metadata = request.metadata().cloned();
    app.tags().and_of_body(request.extra(), metadata.as_ref())
}

/// The same request, as often as it is needed.
struct Requests<R, F> {
    first: Option<R>,
    again: F,
}

impl<R: Routed, F: Fn() -> Result<R, ApiError>> Requests<R, F> {
    fn next(&mut self) -> Result<R, ApiError> {
        if let Some(first) = self.first.take() {
            return Ok(first);
        }
        let mut request = (self.again)()?;
        // They were read the first time. What is left of the request goes to AWS.
        Wishes::take(request.extra(), "")?;
        Ok(request)
    }
}

/// An answer on its way to the caller.
struct Done {
    response: Response,
    filtered: bool,
}

/// Why a name did not answer.
struct Failure {
    error: ApiError,
    fallback: Fallback,
    /// Whether a deployment was asked.
    of_aws: bool,
    /// Of the deployment that failed.
    labels: HeaderMap,
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self { error, fallback: Fallback::None, of_aws: false, labels: HeaderMap::new() }
    }
}

/// The attempts at the deployments of one name.
struct Attempts<'a> {
    routing: &'a Routing,
    /// Attempts after the first, by class of failure.
    policy: &'a Policy,
    wishes: &'a Wishes,
    group: &'a Group<'a>,
    cold: Cold,
}

impl Attempts<'_> {
    async fn run<R: Routed, F: Fn() -> Result<R, ApiError>>(
        &self,
        requests: &mut Requests<R, F>,
        trail: &mut Trail,
    ) -> Result<Done, Failure> {
        let mut tried = Tried::default();
        let mut cold = self.cold;
        let mut attempt = 0;
        loop {
            let chosen = self.group.choose(&tried, cold).map_err(|nobody| self.nobody(&nobody))?;
            let mut request = requests.next()?;
            if trail.fallbacks > 0 {
                self.group.name.clone_into(request.model());
            }
            trail.goes_to(&chosen.found, self.group.name);
            let index = chosen.index;
            let (error, verdict) = match self.ask(request, chosen, trail).await {
                Ok(done) => return Ok(done),
                Err(failed) => failed,
            };
            let (retries, whom) = self.again(&verdict);
            tried.add(index, whom);
            let asked_to_wait = error.upstream().and_then(|upstream| upstream.retry_after).unwrap_or_default();
            let moves = self.group.has_other(&tried);
            let is_over = attempt >= retries || whom == Retry::No || !self.group.has_more(&tried);
            if is_over || !(moves || (asked_to_wait <= LONGEST_WAIT && self.group.affords_another(index))) {
                let labels = trail.labels();
                return Err(Failure { error: error.into(), fallback: verdict.fallback, of_aws: true, labels });
            }
            attempt += 1;
            trail.retries += 1;
            // Who was just asked is asked again, however cold it is.
            cold = Cold::Last;
            if !moves {
                let pause = pause(attempt, fastrand::f64()).max(self.routing.retry_after).max(asked_to_wait);
                trail.waited += pause;
                sleep(pause).await;
            }
        }
    }

    /// One attempt.
    async fn ask<R: Routed>(
        &self,
        mut request: R,
        chosen: Chosen<'_>,
        trail: &mut Trail,
    ) -> Result<Done, (Error, Verdict)> {
        let Chosen { found, ticket, .. } = chosen;
        trail.attempts += 1;
        // What cannot be mapped is the caller's to mend, and was never sent.
        let own = found.own(request.extra()).await.map_err(|error| self.judged(error))?;
        let found = found.at(own.as_ref());
        let prepared = request.prepare(&found).await.map_err(|error| self.judged(error))?;
        let Prepared { call, route, warnings } = prepared;
        trail.takes(route);
        trail.tells(&warnings);
        let sent = Instant::now();
        let answer = R::send(call, found.deployment).await;
        trail.waited += sent.elapsed();
        match answer {
            Ok(Answer::Stream(stream)) => {
                ticket.succeed();
                trail.tells(stream.warnings());
                Ok(Done { response: stream.respond(ticket), filtered: false })
            }
            Ok(Answer::Whole(Whole { response, tokens, filtered, warnings })) => {
                ticket.succeed();
                ticket.spend(tokens);
                if let Some(warnings) = warnings {
                    trail.tells(&warnings);
                }
                Ok(Done { response, filtered })
            }
            Err(error) => {
                observe::fails(&error);
                let (error, verdict) = self.judged(error);
                tracing::debug!(deployment = found.deployment.id(), %error, ?verdict, "failed");
                ticket.fail(&verdict, error.upstream().and_then(|upstream| upstream.retry_after));
                Err((error, verdict))
            }
        }
    }

    /// How many attempts there may be after the first, and whom they may ask. A policy of the operator's for failures like
    /// this one wins over what else is said, unless the request wants no other attempt.
    fn again(&self, verdict: &Verdict) -> (u32, Retry) {
        match self.policy.number(verdict.class).filter(|_| self.wishes.retries != Some(0)) {
            Some(retries) => (retries.min(MOST_RETRIES), Retry::Anywhere),
            None => (self.wishes.retries.unwrap_or_else(|| self.group.retries()), verdict.retry),
        }
    }

    fn judged(&self, error: Error) -> (Error, Verdict) {
        let mut verdict = Verdict::on(&error);
        let of_the_caller = match error.kind() {
            ErrorKind::Timeout => self.wishes.own_limit,
            ErrorKind::AccessDenied | ErrorKind::Credentials => self.wishes.own_target,
            _ => self.wishes.own_endpoint,
        };
        if of_the_caller {
            verdict.cools = Cools::No;
        }
        (error, verdict)
    }

    fn nobody(&self, nobody: &Nobody) -> Failure {
        let wait = match nobody {
            Nobody::Cooling(wait) | Nobody::Full(wait) => *wait,
        };
        let error = ApiError::busy(self.group.name, wait);
        Failure { fallback: Fallback::General, ..error.into() }
    }
}

/// Longest wait that AWS may ask for; the caller is told of longer ones instead.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// Before the same deployments are asked again: up to half a second, then twice as long each time, up to 8 s. All of it is
/// a matter of luck, so that callers who failed together do not come back together.
fn pause(attempt: u32, luck: f64) -> Duration {
    const FIRST: Duration = Duration::from_millis(500);
    const LONGEST: Duration = Duration::from_secs(8);
    FIRST.saturating_mul(1 << (attempt - 1).min(10)).min(LONGEST).mul_f64(luck)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_an_end() {
        let longest = [1, 2, 3, 4, 5, 6, 10].map(|attempt| pause(attempt, 1.0).as_millis());
        assert_eq!(longest, [500, 1000, 2000, 4000, 8000, 8000, 8000]);
        assert_eq!(pause(3, 0.25).as_millis(), 500);
    }
}
