//! What is going on at one deployment: counts of this minute, open calls, and whether it is passed over.
//!
//! Limits are counted in whole minutes, as LiteLLM counts them: the tokens of a call are known when it is over, and a bucket
//! that refills evenly wants them before.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::config::Limits;
use crate::observe::Cooldowns;
use crate::router::verdict::{Cools, Verdict};

/// What one deployment may take, and what it does. Shared by all requests, and never locked.
#[derive(Debug)]
pub(crate) struct Load {
    limits: Limits,
    cooldowns: Cooldowns,
    /// Of the deployment, whatever its limits become.
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    begun: Instant,
    calls: Window,
    failures: Window,
    tokens: Window,
    open: AtomicU32,
    /// Until when it is passed over, in milliseconds since `begun`; 0 is not at all.
    cool_until: AtomicU64,
    /// What may be spent on asking again.
    budget: AtomicU32,
}

/// As the AWS SDKs have it: this much to begin with and at most, so much for asking again, one more for each answer.
const BUDGET: u32 = 500;
const PRICE: u32 = 5;

/// Longest time that AWS may ask for.
const LONGEST: Duration = Duration::from_secs(60);

/// Failures say little before there were so many calls in a minute.
const FEWEST: u32 = 5;

impl Load {
    /// Of a deployment that has done nothing yet. How often it is passed over is counted by `cooldowns`.
    pub(crate) fn new(limits: Limits, cooldowns: Cooldowns) -> Self {
        Self { limits, cooldowns, state: Arc::new(State::new()) }
    }

    /// The same deployment goes on under other limits.
    pub(crate) fn go_on_from(&mut self, before: &Self) {
        self.state = Arc::clone(&before.state);
    }

    pub(crate) const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Calls that are not over yet.
    pub(crate) fn open(&self) -> u32 {
        self.state.open.load(Ordering::Relaxed)
    }

    /// Tokens of the answers of this minute.
    pub(crate) fn tokens(&self) -> u32 {
        self.state.tokens.count(self.state.minute())
    }

    /// How much longer it is passed over.
    pub(crate) fn cooling(&self) -> Duration {
        let until = Duration::from_millis(self.state.cool_until.load(Ordering::Relaxed));
        until.saturating_sub(self.state.begun.elapsed())
    }

    /// Lets a call in, unless a limit is reached.
    pub(crate) fn admit(self: &Arc<Self>) -> Option<Ticket> {
        let state = &self.state;
        let minute = state.minute();
        if self.limits.tpm.is_some_and(|limit| state.tokens.count(minute) >= limit) {
            return None;
        }
        if !step(&state.open, self.limits.max_parallel) {
            return None;
        }
        // From here on, dropping it closes the call.
        let ticket = Ticket(Arc::clone(self));
        state.calls.take(minute, self.limits.rpm).then_some(ticket)
    }

    /// Pays for asking again, if there is enough left: who is down is not to be asked several times as often.
    pub(crate) fn affords_another(&self) -> bool {
        let less = |budget: u32| budget.checked_sub(PRICE);
        self.state.budget.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }

    /// How long the counts of this minute stand.
    pub(crate) fn until_next_minute(&self) -> Duration {
        Duration::from_millis(
            60_000 - u64::try_from(self.state.begun.elapsed().as_millis() % 60_000).unwrap_or_default(),
        )
    }

    /// Counts a failure, and passes the deployment over if it was one too many: for as long as AWS asked for, if that is
    /// longer than the operator's time.
    fn fail(&self, verdict: &Verdict, asked: Option<Duration>) {
        let Some(cooldown) = self.limits.cooldown else { return };
        let state = &self.state;
        let minute = state.minute();
        let allowed = self.limits.allowed_fails_by_class.number(verdict.class).or(self.limits.allowed_fails);
        let too_many = match verdict.cools {
            Cools::No => return,
            _ if allowed.is_some() => Some(state.failures.add(minute, 1)) > allowed,
            Cools::AtOnce => true,
            Cools::IfOften => {
                let (failures, calls) = (state.failures.add(minute, 1), state.calls.count(minute));
                calls >= FEWEST && failures > calls / 2
            }
        };
        if too_many {
            self.cooldowns.inc();
            let until = state.begun.elapsed() + cooldown.max(asked.unwrap_or_default().min(LONGEST));
            state.cool_until.fetch_max(u64::try_from(until.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
        }
    }
}

impl State {
    fn new() -> Self {
        Self {
            begun: Instant::now(),
            calls: Window::default(),
            failures: Window::default(),
            tokens: Window::default(),
            open: AtomicU32::new(0),
            cool_until: AtomicU64::new(0),
            budget: AtomicU32::new(BUDGET),
        }
    }

    fn minute(&self) -> u32 {
        u32::try_from(self.begun.elapsed().as_secs() / 60).unwrap_or(u32::MAX)
    }
}

/// One more, unless that would be above `limit`.
fn step(count: &AtomicU32, limit: Option<u32>) -> bool {
    let more = |open: u32| Some(open + 1).filter(|open| limit.is_none_or(|limit| *open <= limit));
    count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
}

/// A call at a deployment; dropping it ends the call.
#[derive(Debug)]
pub(crate) struct Ticket(Arc<Load>);

impl Ticket {
    /// Counts the tokens of the answer.
    pub(crate) fn spend(&self, tokens: u64) {
        self.0.state.tokens.add(self.0.state.minute(), u32::try_from(tokens).unwrap_or(u32::MAX));
    }

    /// The deployment answered.
    pub(crate) fn succeed(&self) {
        let more = |budget| (budget < BUDGET).then_some(budget + 1);
        // It may be full.
        let _ = self.0.state.budget.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }

    /// Counts a failure, after which AWS may have asked to wait.
    pub(crate) fn fail(&self, verdict: &Verdict, asked: Option<Duration>) {
        self.0.fail(verdict, asked);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.state.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A count that begins anew every minute: the minute in the upper half, the count in the lower.
#[derive(Debug, Default)]
struct Window(AtomicU64);

impl Window {
    fn count(&self, minute: u32) -> u32 {
        of(self.0.load(Ordering::Relaxed), minute)
    }

    /// Adds, and says how many there are.
    fn add(&self, minute: u32, more: u32) -> u32 {
        let sum = |packed| of(packed, minute).saturating_add(more);
        let before =
            self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |packed| Some(pack(minute, sum(packed))));
        sum(before.unwrap_or_default())
    }

    /// Adds one, unless that would be above `limit`.
    fn take(&self, minute: u32, limit: Option<u32>) -> bool {
        let next = |packed| {
            let count = of(packed, minute).saturating_add(1);
            limit.is_none_or(|limit| count <= limit).then(|| pack(minute, count))
        };
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).is_ok()
    }
}

const fn pack(minute: u32, count: u32) -> u64 {
    (minute as u64) << 32 | count as u64
}

const fn of(packed: u64, minute: u32) -> u32 {
    const LOWER: u64 = u32::MAX as u64;
    if packed >> 32 == minute as u64 { (packed & LOWER) as u32 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::verdict::{Fallback, Retry};

    fn verdict(cools: Cools) -> Verdict {
        Verdict { retry: Retry::No, cools, fallback: Fallback::None, class: None }
    }

    fn load(limits: Limits) -> Arc<Load> {
        Arc::new(Load::new(limits, Cooldowns::default()))
    }

    /// Lets time pass.
    fn pass(load: &mut Arc<Load>, time: Duration) {
        let state = &mut Arc::get_mut(load).unwrap().state;
        Arc::get_mut(state).unwrap().begun -= time;
    }

    #[test]
    fn limits_are_per_minute_and_open_calls_are_counted() {
        let limits = Limits { rpm: Some(3), tpm: Some(100), max_parallel: Some(2), ..Limits::default() };
        let mut load = load(limits);
        let (one, two) = (load.admit().unwrap(), load.admit().unwrap());
        assert!(load.admit().is_none(), "two are open");
        drop((one, two));
        assert_eq!(load.open(), 0);
        drop(load.admit().unwrap());
        assert!(load.admit().is_none(), "three in a minute");
        assert_eq!(load.open(), 0, "who is not let in leaves nothing behind");
        pass(&mut load, Duration::from_secs(60));
        load.admit().unwrap().spend(100);
        assert!(load.admit().is_none(), "the tokens are spent");
        pass(&mut load, Duration::from_secs(60));
        assert!(load.admit().is_some());
    }

    #[test]
    fn a_deployment_cools_at_once_or_when_it_fails_often() {
        let mut load = load(Limits::default());
        let fail = |load: &Arc<Load>, cools| load.admit().unwrap().fail(&verdict(cools), None);
        fail(&load, Cools::No);
        (0..3).for_each(|_| fail(&load, Cools::IfOften));
        assert_eq!(load.cooling(), Duration::ZERO, "four calls say little");
        fail(&load, Cools::IfOften);
        assert!(load.cooling() > Duration::from_secs(4));
        pass(&mut load, Duration::from_secs(5));
        assert_eq!(load.cooling(), Duration::ZERO);
        fail(&load, Cools::AtOnce);
        assert!(load.cooling() > Duration::from_secs(4));
    }

    #[test]
    fn asking_again_has_a_budget_that_answers_fill() {
        let load = load(Limits::default());
        assert_eq!((0..1000).filter(|_| load.affords_another()).count(), 100);
        (0..PRICE).for_each(|_| load.admit().unwrap().succeed());
        assert!(load.affords_another() && !load.affords_another());
    }

    #[test]
    fn allowed_fails_and_cooldown_times_are_the_operators() {
        let cooldown = Some(Duration::from_secs(30));
        let own = load(Limits { allowed_fails: Some(1), cooldown, ..Limits::default() });
        own.admit().unwrap().fail(&verdict(Cools::AtOnce), None);
        assert_eq!(own.cooling(), Duration::ZERO);
        own.admit().unwrap().fail(&verdict(Cools::IfOften), None);
        assert!(own.cooling() > Duration::from_secs(29));
        let never = load(Limits { cooldown: None, ..Limits::default() });
        never.admit().unwrap().fail(&verdict(Cools::AtOnce), None);
        assert_eq!(never.cooling(), Duration::ZERO);
    }

    #[test]
    fn a_deployment_goes_on_under_other_limits() {
        let before = load(Limits { rpm: Some(2), ..Limits::default() });
        let open = before.admit().unwrap();
        let mut after = Load::new(Limits { rpm: Some(3), ..Limits::default() }, Cooldowns::default());
        after.go_on_from(&before);
        let after = Arc::new(after);
        assert_eq!(after.open(), 1);
        open.fail(&verdict(Cools::AtOnce), None);
        drop(open);
        assert_eq!(after.open(), 0);
        assert!(after.cooling() > Duration::from_secs(4));
        assert!(after.admit().is_some() && after.admit().is_some() && after.admit().is_none(), "three in a minute");
    }
}
