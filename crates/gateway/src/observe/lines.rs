//! The log's way to standard error.
//!
//! A server gathers its lines and writes them together, some times a second. Under load, a write for each took two calls of the
//! system, one for the line and one at the lock on standard error, beside the four that answer a request. No thread is told of a
//! line, so that none is woken for it.

use std::io::{self, Write};
use std::mem;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

/// Longest time that a line is kept.
const PERIOD: Duration = Duration::from_millis(100);
/// What is enough to be written at once: some hundred lines.
const ENOUGH: usize = 64 << 10;

/// What is kept; `None`: nothing is, every line is written as it comes.
static KEPT: Mutex<Option<Vec<u8>>> = Mutex::new(None);
/// What is being written; held for as long, so that lines stay in order. Both take turns, and keep their memory.
static LEAVING: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Takes lines. Once nobody reads standard error, they are lost, and no call fails of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Out;

impl MakeWriter<'_> for Out {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        Self
    }
}

impl Write for Out {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut kept = lock(&KEPT);
        let Some(lines) = kept.as_mut() else {
            return io::stderr().write(line);
        };
        lines.extend_from_slice(line);
        let is_enough = lines.len() >= ENOUGH;
        drop(kept);
        if is_enough {
            let _ = self.flush();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut leaving = lock(&LEAVING);
        if let Some(lines) = lock(&KEPT).as_mut() {
            mem::swap(lines, &mut leaving);
        }
        // Nobody else waits while this is written.
        let written = io::stderr().write_all(&leaving);
        leaving.clear();
        written
    }
}

/// For as long as it lives, lines are gathered.
#[derive(Debug)]
pub(crate) struct Gathering {
    stop: Option<Sender<()>>,
    writer: Option<JoinHandle<()>>,
}

impl Gathering {
    /// Begins.
    ///
    /// # Errors
    /// If there cannot be another thread.
    pub(crate) fn start() -> io::Result<Self> {
        let (stop, stopped) = mpsc::channel();
        let writer = thread::Builder::new().name("log".to_owned()).spawn(move || {
            while stopped.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
                let _ = Out.flush();
            }
        })?;
        *lock(&KEPT) = Some(Vec::new());
        Ok(Self { stop: Some(stop), writer: Some(writer) })
    }
}

impl Drop for Gathering {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
        let _leaving = lock(&LEAVING);
        let rest = lock(&KEPT).take().unwrap_or_default();
        let _ = io::stderr().write_all(&rest);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
