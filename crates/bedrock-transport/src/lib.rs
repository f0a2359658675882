//! Sends Bedrock bodies through the official AWS SDK, and hands back the bytes that AWS answered.
//!
//! The SDK's typed operations give region, endpoint, credentials, SigV4 or bearer tokens, retries and timeouts. The JSON
//! is not theirs: the body of a [call](bedrock_transform::Outgoing) goes out byte for byte, and the bytes of a successful
//! answer come back as they are, whatever the SDK's own reader would have said of them. This crate knows no model.
//!
//! ```no_run
//! use bedrock_transform::{Operation, Outgoing, Target};
//! use bedrock_transport::Transport;
//!
//! # async fn run() -> Result<(), bedrock_transport::TransportError> {
//! let transport = Transport::from_env().await?;
//! let body = r#"{"messages":[{"role":"user","content":[{"text":"Hello"}]}]}"#;
//! let call = Outgoing::new(Operation::Converse, Target::new("amazon.nova-lite-v1:0"), body);
//! let answer = transport.send(&call).await?;
//! # let _ = answer.body;
//! # Ok(())
//! # }
//! ```
//!
//! What goes out is told to [`tracing`] at debug level, body included and secrets masked: listen to the target `bedrock_transport`.

mod auth;
mod body;
mod config;
mod credentials;
mod endpoint;
mod error;
mod frame;
mod frames;
mod http_client;
mod identity;
mod lean;
mod operation;
mod region;
#[cfg(feature = "rerank")]
mod rerank;
mod retry;
mod secret;
mod sign;
mod stream;
mod sts;
mod timeouts;
mod transport;
mod web_token;
mod wire;

pub use auth::{Auth, Role, WebIdentity, WebToken};
pub use aws_config::SdkConfig;
/// The AWS SDK that carries [`Operation::Rerank`](bedrock_transform::Operation::Rerank), for [`Transport::with_agent_client`].
#[cfg(feature = "rerank")]
pub use aws_sdk_bedrockagentruntime as agent_sdk;
/// The AWS SDK that carries the calls, for [`Transport::from_client`].
pub use aws_sdk_bedrockruntime as sdk;
pub use config::Config;
pub use error::TransportError;
pub use identity::Identity;
pub use secret::Secret;
pub use sign::SignedRequest;
pub use stream::EventStream;
pub use timeouts::Timeouts;
pub use transport::Transport;

/// A variable of the process's environment; an empty one counts as none.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
