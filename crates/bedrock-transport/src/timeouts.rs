//! Time limits of a call.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;

/// Time limits of a call. A limit of `None` is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// To open a connection: 10 s.
    pub connect: Option<Duration>,
    /// From the request to the head of the answer: 10 min, for models think before they answer.
    pub first_byte: Option<Duration>,
    /// Between two pieces of an answer: 5 min.
    pub idle: Option<Duration>,
    /// The whole call, retries and the last byte of a stream included: none.
    pub total: Option<Duration>,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Some(Duration::from_secs(10)),
            first_byte: Some(Duration::from_secs(600)),
            idle: Some(Duration::from_secs(300)),
            total: None,
        }
    }
}

impl Timeouts {
    /// Sets the limit to open a connection.
    #[must_use]
    pub fn with_connect(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.connect = limit.into();
        self
    }

    /// Sets the limit to the head of the answer.
    #[must_use]
    pub fn with_first_byte(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.first_byte = limit.into();
        self
    }

    /// Sets the limit between two pieces of an answer.
    #[must_use]
    pub fn with_idle(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.idle = limit.into();
        self
    }

    /// Sets the limit of the whole call.
    #[must_use]
    pub fn with_total(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.total = limit.into();
        self
    }

    pub(crate) fn sdk(self) -> TimeoutConfig {
        let mut config = TimeoutConfig::builder();
        config.set_connect_timeout(self.connect).set_read_timeout(self.first_byte);
        // The SDK reads the body of an error itself, and has no limit of its own for that.
        if let (Some(connect), Some(first_byte), Some(idle)) = (self.connect, self.first_byte, self.idle) {
            config.set_operation_attempt_timeout(Some(connect + first_byte + idle));
        }
        config.build()
    }
}
