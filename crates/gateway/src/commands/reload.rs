//! Another configuration for a server that runs: on SIGHUP, and when a file of it changes.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::app::{App, Live};
use crate::cli::Source;
use crate::commands::serve::allowed;
use crate::commands::setup::{emulate, read};
use crate::{Config, Deployments, Environment};

/// How often the files are looked at. Kubernetes swaps links, editors swap files: the time of a file's last change tells
/// both.
const PERIOD: Duration = Duration::from_secs(2);

/// A file that somebody writes is not read before it has rested for so long.
const REST: Duration = Duration::from_millis(300);

/// What it takes to read the configuration again.
pub(super) struct Reload {
    pub(super) source: Source,
    pub(super) env: Environment,
    pub(super) live: Live,
    /// Where the server listens: without a key, only on loopback.
    pub(super) addresses: Vec<SocketAddr>,
    /// The emulator's URL.
    pub(super) emulator: Option<String>,
    /// The files, as they were when they were read.
    pub(super) files: Vec<(PathBuf, Option<Version>)>,
}

/// When a file changed last, and its length.
pub(super) type Version = (SystemTime, u64);

/// The files as they are now.
pub(super) fn versions(files: &[PathBuf]) -> Vec<(PathBuf, Option<Version>)> {
    files.iter().map(|file| (file.clone(), version(file))).collect()
}

fn version(file: &PathBuf) -> Option<Version> {
    let metadata = std::fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

impl Reload {
    /// Reads the configuration again whenever there is reason to, for ever.
    pub(super) async fn watch(mut self) -> std::io::Result<()> {
        let mut hangups = hangups()?;
        loop {
            tokio::select! {
                () = hangups.next() => {}
                () = tokio::time::sleep(PERIOD) => {
                    if self.files.iter().all(|(file, known)| version(file) == *known) {
                        continue;
                    }
                    settled(REST, || self.files.iter().map(|(file, _)| version(file)).collect::<Vec<_>>()).await;
                }
            }
            // Before they are read: a change meanwhile is another one.
            for (file, known) in &mut self.files {
                *known = version(file);
            }
            match self.read().await {
                Ok(models) => tracing::info!("the configuration was read again, {models} in model_list"),
                Err(error) => tracing::error!("the configuration is wrong, and the one before it stays: {error}"),
            }
        }
    }

    /// All or nothing: what serves is replaced once all of the new one is there.
    async fn read(&mut self) -> Result<usize, String> {
        let mut config = read(&self.source, self.env.clone()).map_err(|error| error.to_string())?;
        allowed(&config, &self.addresses).map_err(|error| error.to_string())?;
        if let Some(url) = &self.emulator {
            emulate(&mut config, url);
        }
        let deployments = Deployments::connect(&config).await.map_err(|error| error.to_string())?;
        self.live.replace(App::new(&config, deployments));
        self.follow(&config);
        Ok(config.models.len())
    }

    /// Files that were not known before are watched from now on.
    fn follow(&mut self, config: &Config) {
        let known = std::mem::take(&mut self.files);
        let before = |file: &PathBuf| known.iter().find(|(path, _)| path == file).map(|(_, version)| *version);
        let version = |file: &PathBuf| before(file).unwrap_or_else(|| version(file));
        self.files = config.files.iter().map(|file| (file.clone(), version(file))).collect();
    }
}

/// Looks until what it sees stays the same: half a file may read as a whole one, with models missing.
async fn settled<V: PartialEq>(rest: Duration, mut look: impl FnMut() -> V) {
    let mut seen = look();
    loop {
        tokio::time::sleep(rest).await;
        let now = look();
        if now == seen {
            return;
        }
        seen = now;
    }
}

/// SIGHUP, where there is such a thing.
struct Hangups {
    #[cfg(unix)]
    signal: tokio::signal::unix::Signal,
}

fn hangups() -> std::io::Result<Hangups> {
    Ok(Hangups {
        #[cfg(unix)]
        signal: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())?,
    })
}

impl Hangups {
    async fn next(&mut self) {
        #[cfg(unix)]
        self.signal.recv().await;
        #[cfg(not(unix))]
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_that_is_being_written_is_not_read() {
        let mut looks = [1, 2, 3, 3, 4].into_iter();
        settled(Duration::from_millis(1), || looks.next()).await;
        assert_eq!(looks.next(), Some(4), "it looked until the same was there twice");
    }
}
