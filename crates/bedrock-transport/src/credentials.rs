//! Credentials that are loaded once for all who wait, renewed before they expire, and renewed once when AWS says that
//! they have. The SDK's own cache belongs to one client and cannot be told that what it holds is no longer good.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, Result, SharedCredentialsProvider, future};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Longest wait for new credentials.
const PATIENCE: Duration = Duration::from_secs(30);
/// Credentials are not used in the last seconds before they expire.
const MARGIN: Duration = Duration::from_secs(10);
/// How long before they expire credentials are renewed at the earliest.
const EARLY: Duration = Duration::from_secs(300);
/// How often credentials that say nothing of an end are looked for: files and variables may have changed.
const RELOAD: Duration = Duration::from_secs(600);
/// Least time between two tries to renew what is still good, where the first has failed.
const RETRY: Duration = Duration::from_secs(30);
/// Least time between two renewals that AWS's refusals cause.
const FORCED: Duration = Duration::from_secs(30);

/// Credentials of one identity. Clones share them.
#[derive(Clone)]
pub(crate) struct Cached(Arc<Shared>);

struct Shared {
    provider: SharedCredentialsProvider,
    state: RwLock<State>,
    /// Who holds it, loads.
    turn: Arc<Mutex<()>>,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    /// Counts what was held.
    generation: u64,
    /// What went wrong last, for all who waited for it.
    failure: Option<(Instant, Arc<CredentialsError>)>,
    /// What AWS has refused last.
    refused: Option<(Instant, Credentials)>,
}

#[derive(Clone)]
struct Held {
    credentials: Credentials,
    renew: SystemTime,
}

impl Cached {
    pub(crate) fn new(provider: SharedCredentialsProvider) -> Self {
        Self(Arc::new(Shared { provider, state: RwLock::default(), turn: Arc::default() }))
    }

    /// What is to be used now.
    async fn at(&self, now: SystemTime) -> Result {
        let asked = Instant::now();
        if let Some(held) = self.usable(now) {
            if held.renew <= now
                && !self.failed_lately()
                && let Ok(turn) = Arc::clone(&self.0.turn).try_lock_owned()
            {
                drop(self.load(turn, now));
            }
            return Ok(held.credentials);
        }
        let turn = Arc::clone(&self.0.turn).lock_owned().await;
        // Another's turn may have brought what this call waited for, or have failed for all who waited.
        if let Some(held) = self.usable(now) {
            return Ok(held.credentials);
        }
        if let Some((at, error)) = &self.read(|state| state.failure.clone())
            && *at >= asked
        {
            return Err(again(error));
        }
        self.load(turn, now).await.unwrap_or_else(|error| Err(CredentialsError::unhandled(error)))
    }

    fn failed_lately(&self) -> bool {
        self.read(|state| state.failure.as_ref().is_some_and(|(at, _)| at.elapsed() < RETRY))
    }

    fn usable(&self, now: SystemTime) -> Option<Held> {
        let is_usable = |held: &&Held| held.credentials.expiry().is_none_or(|end| end > now + MARGIN);
        self.read(|state| state.held.as_ref().filter(is_usable).cloned())
    }

    /// In a task of its own: the caller may go away, and others wait.
    fn load(&self, turn: OwnedMutexGuard<()>, now: SystemTime) -> JoinHandle<Result> {
        let this = self.clone();
        tokio::spawn(async move {
            let loaded = timeout(PATIENCE, this.0.provider.provide_credentials()).await;
            let loaded = loaded.unwrap_or_else(|_| Err(CredentialsError::provider_timed_out(PATIENCE)));
            let result = this.keep(loaded, now);
            drop(turn);
            result
        })
    }

    fn keep(&self, loaded: Result, now: SystemTime) -> Result {
        match loaded {
            Ok(credentials) => {
                let held = Held { renew: renewal(&credentials, now), credentials: credentials.clone() };
                self.write(|state| {
                    state.held = Some(held);
                    state.generation += 1;
                });
                Ok(credentials)
            }
            Err(error) => {
                // Callers are told where there is nothing left to use.
                if self.read(|state| state.held.is_some()) {
                    tracing::warn!("the AWS credentials could not be renewed: {}", crate::error::chain(&error));
                }
                let error = Arc::new(error);
                self.write(|state| state.failure = Some((Instant::now(), Arc::clone(&error))));
                Err(again(&error))
            }
        }
    }

    /// Counts the credentials that were held so far.
    pub(crate) fn generation(&self) -> u64 {
        self.read(|state| state.generation)
    }

    /// AWS says that the credentials of `generation` have expired. Whether there are others now.
    pub(crate) async fn renewed(&self, generation: u64) -> bool {
        let may = self.write(|state| {
            let lately = state.refused.as_ref().is_some_and(|(at, _)| at.elapsed() < FORCED);
            match &state.held {
                Some(held) if state.generation == generation && !lately => {
                    state.refused = Some((Instant::now(), held.credentials.clone()));
                    state.held = None;
                    true
                }
                // Others were loaded in the meantime, or are about to be.
                Some(_) => state.generation != generation,
                None => true,
            }
        });
        let Some((_, refused)) = self.read(|state| state.refused.clone()).filter(|_| may) else { return may };
        let is_other = |new: &Credentials| {
            (new.access_key_id(), new.session_token()) != (refused.access_key_id(), refused.session_token())
        };
        self.at(SystemTime::now()).await.is_ok_and(|new| is_other(&new))
    }

    fn read<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.0.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<T>(&self, write: impl FnOnce(&mut State) -> T) -> T {
        write(&mut self.0.state.write().unwrap_or_else(PoisonError::into_inner))
    }
}

/// When to look for the next ones. Spread a little, for many processes may have begun at once.
fn renewal(credentials: &Credentials, now: SystemTime) -> SystemTime {
    let Some(end) = credentials.expiry() else { return now + RELOAD };
    let lifetime = end.duration_since(now).unwrap_or_default();
    let early = EARLY.min(lifetime / 4);
    let since_epoch = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let spread = early / 4 * (since_epoch.subsec_micros() % 256) / 256;
    now + lifetime.saturating_sub(early + spread)
}

/// The same error for another who waited.
fn again(error: &Arc<CredentialsError>) -> CredentialsError {
    let shared = Reason(Arc::clone(error));
    match &**error {
        CredentialsError::CredentialsNotLoaded(_) => CredentialsError::not_loaded(shared),
        CredentialsError::InvalidConfiguration(_) => CredentialsError::invalid_configuration(shared),
        _ => CredentialsError::provider_error(shared),
    }
}

/// What is said once is not said again by the error around it.
#[derive(Debug)]
struct Reason(Arc<CredentialsError>);

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match std::error::Error::source(&*self.0) {
            Some(source) => f.write_str(&crate::error::chain(source)),
            None => self.0.fmt(f),
        }
    }
}

impl std::error::Error for Reason {}

impl ProvideCredentials for Cached {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.at(SystemTime::now()))
    }
}

impl fmt::Debug for Cached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cached").field("generation", &self.generation()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// Hands out numbered credentials that last an hour of the test's clock, after a while or not at all.
    #[derive(Debug, Default)]
    struct Source {
        calls: AtomicU64,
        fails: bool,
        forever: bool,
        same: bool,
    }

    const HOUR: Duration = Duration::from_secs(3600);

    impl ProvideCredentials for Source {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            future::ProvideCredentials::new(async {
                let call = self.calls.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(20)).await;
                if self.fails {
                    return Err(CredentialsError::provider_error("no such role"));
                }
                let end = (!self.forever).then(|| now() + HOUR * u32::try_from(call + 1).unwrap());
                let number = if self.same { 0 } else { call };
                Ok(Credentials::new(format!("AKID{number}"), "secret", None, end, "test"))
            })
        }
    }

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + HOUR * 1_000_000
    }

    fn cached(source: Source) -> (Cached, Arc<Source>) {
        let source = Arc::new(source);
        let provider: Arc<dyn ProvideCredentials> = source.clone();
        (Cached::new(SharedCredentialsProvider::from(provider)), source)
    }

    async fn id(cached: &Cached, now: SystemTime) -> String {
        cached.at(now).await.unwrap().access_key_id().to_owned()
    }

    #[tokio::test]
    async fn a_thousand_first_calls_load_once_and_fail_once() {
        for (fails, expected) in [(false, Ok("AKID0".to_owned())), (true, Err(()))] {
            let (cached, source) = cached(Source { fails, ..Source::default() });
            let calls = (0..1000).map(|_| cached.at(now()));
            for result in futures::future::join_all(calls).await {
                let id = result.map(|credentials| credentials.access_key_id().to_owned());
                assert_eq!(id.map_err(|error| assert!(format!("{error:?}").contains("no such role"))), expected);
            }
            assert_eq!(source.calls.load(Ordering::SeqCst), 1);
        }
    }

    #[tokio::test]
    async fn a_caller_who_goes_away_takes_nothing_from_those_who_wait() {
        let (cached, source) = cached(Source::default());
        let gone = timeout(Duration::from_millis(1), cached.at(now())).await;
        assert!(gone.is_err());
        assert_eq!(id(&cached, now()).await, "AKID0");
        assert_eq!(source.calls.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn credentials_are_renewed_behind_the_back_of_callers_before_they_expire() {
        let (cached, source) = cached(Source::default());
        assert_eq!(id(&cached, now()).await, "AKID0");
        assert_eq!(id(&cached, now() + HOUR / 2).await, "AKID0");
        assert_eq!(source.calls.load(Ordering::SeqCst), 1);
        // Four minutes before the end the old ones are still good, and new ones are on their way.
        let late = now() + HOUR - Duration::from_secs(240);
        assert_eq!(id(&cached, late).await, "AKID0");
        drop(cached.0.turn.lock().await);
        assert_eq!(id(&cached, late).await, "AKID1");
        assert_eq!(source.calls.load(Ordering::SeqCst), 2);
        // Afterwards nobody gets them any more.
        assert_eq!(id(&cached, now() + HOUR * 2 - MARGIN).await, "AKID2");
    }

    #[tokio::test]
    async fn credentials_without_an_end_are_looked_for_again() {
        let (cached, _) = cached(Source { forever: true, ..Source::default() });
        assert_eq!(id(&cached, now()).await, "AKID0");
        assert_eq!(id(&cached, now() + RELOAD).await, "AKID0");
        drop(cached.0.turn.lock().await);
        assert_eq!(id(&cached, now() + RELOAD).await, "AKID1");
    }

    #[tokio::test]
    async fn what_aws_has_refused_is_renewed_once() {
        let (cached, source) = cached(Source { forever: true, ..Source::default() });
        assert_eq!(id(&cached, SystemTime::now()).await, "AKID0");
        let generation = cached.generation();
        let all = futures::future::join_all((0..100).map(|_| cached.renewed(generation))).await;
        assert!(all.into_iter().all(|renewed| renewed));
        assert_eq!(source.calls.load(Ordering::SeqCst), 2);
        // Not again within half a minute.
        assert!(!cached.renewed(cached.generation()).await);
        assert_eq!(source.calls.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn the_same_credentials_again_are_no_renewal() {
        let (cached, _) = cached(Source { forever: true, same: true, ..Source::default() });
        assert_eq!(id(&cached, SystemTime::now()).await, "AKID0");
        assert!(!cached.renewed(cached.generation()).await);
    }
}
