//! What a client may cost before it has said what it wants.

use std::time::Duration;

/// Limits of what clients send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Largest request body, in bytes: 64 MiB, above what Bedrock takes.
    pub body: usize,
    /// Time for a whole request body: 60 s.
    pub body_time: Duration,
    /// Largest head of a request, in bytes: 64 KiB.
    pub head: usize,
    /// Time for the head of a request, and between two requests of a connection: 75 s, above what load balancers wait.
    pub head_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body: 64 << 20, body_time: Duration::from_secs(60), head: 64 << 10, head_time: Duration::from_secs(75) }
    }
}
