//! One call: what every operation is given, and the count of those in flight.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::HeaderMap;
use tokio::sync::watch;

use crate::fault::Fault;
use crate::socket::ResetHandle;

/// A call that passed routing and authorization.
pub(crate) struct Call {
    /// The model id, decoded.
    pub(crate) model_id: String,
    pub(crate) headers: HeaderMap,
    pub(crate) fault: Option<Fault>,
    pub(crate) reset: ResetHandle,
    /// True once the emulator is to stop.
    pub(crate) stopping: watch::Receiver<bool>,
    /// Counts the call as open for as long as it lives; a stream's body takes it along.
    pub(crate) _open: OpenCall,
}

/// One of [`crate::Emulator::open_calls`], until dropped.
#[derive(Debug)]
pub(crate) struct OpenCall(Arc<AtomicUsize>);

impl OpenCall {
    pub(crate) fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(count))
    }
}

impl Drop for OpenCall {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// FNV-1a, 64 bits: equal on every machine and in every release.
pub(crate) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Letters and digits made from a text, for ids and signatures.
pub(crate) fn token(seed: &str, length: usize) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut state = hash(seed);
    (0..length)
        .map(|_| {
            // Knuth's MMIX generator; its high bits are the good ones.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let index = usize::try_from((state >> 33) % 62).unwrap_or_default();
            DIGITS.get(index).map_or('0', |&digit| char::from(digit))
        })
        .collect()
}
