//! The running server and what a test may ask of it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::fault::Fault;
use crate::request_log::ReceivedRequest;
use crate::server::{self, State};

/// A running emulator. Dropping it shuts it down.
#[derive(Debug)]
pub struct Emulator {
    addr: SocketAddr,
    state: Arc<State>,
    /// True once the emulator is to stop; streams that stall on purpose listen to it too.
    shutdown: watch::Sender<bool>,
    server: Option<JoinHandle<()>>,
}

impl Emulator {
    /// Starts on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// If no loopback port can be bound.
    pub async fn start() -> io::Result<Self> {
        Self::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await
    }

    /// Starts on this address; port 0 means a free one.
    ///
    /// # Errors
    /// If the address cannot be bound.
    pub async fn bind(addr: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(addr).await?;
        let addr = listener.local_addr()?;
        let (shutdown, stopping) = watch::channel(false);
        let state = Arc::new(State::new(stopping.clone()));
        let server = tokio::spawn(server::serve(listener, Arc::clone(&state), stopping));
        Ok(Self { addr, state, shutdown, server: Some(server) })
    }

    /// The endpoint URL, without a trailing slash: `http://127.0.0.1:49152`.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// The address it listens on.
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Every request received, refused ones too, in order of arrival; the last 1,000.
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.state.log.requests()
    }

    /// Forgets the requests received so far.
    pub fn clear_requests(&self) {
        self.state.log.clear();
    }

    /// Calls in flight: from the arrival of a request to the last byte of its answer, or until the client goes away.
    pub fn open_calls(&self) -> usize {
        self.state.open_calls()
    }

    /// Queues a fault for the next call that has none of its own. Faults queue up, one call each; [`Fault::Throttle`] counts
    /// for `times` calls.
    pub fn script(&self, fault: Fault) {
        self.state.faults.script(fault);
    }

    /// Serves until the process ends.
    pub async fn wait(mut self) {
        if let Some(server) = self.server.take() {
            // An error means that the server task is gone, and so is the reason to wait.
            let _ = server.await;
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // Nobody listens any more if the runtime was dropped first, which is fine.
        let _ = self.shutdown.send(true);
    }
}
