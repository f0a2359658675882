//! One client for Amazon Bedrock that speaks OpenAI's shapes.
//!
//! ```
//! use facade::{ChatRequest, Client};
//!
//! # async fn run() -> Result<(), facade::Error> {
//! # #[cfg(feature = "transport")] {
//! let client = Client::from_env().await?;
//! let request = ChatRequest::new("bedrock/us.amazon.nova-lite-v1:0").user("Why is the sky blue?");
//! let reply = client.chat(&request).await?;
//! println!("{}", reply.value.text().unwrap_or_default());
//! for warning in &reply.warnings {
//!     eprintln!("{warning}");
//! }
//! # }
//! # Ok(())
//! # }
//! ```
//!
//! Without the feature `transport` no SDK is linked: [`Client`] then works on a [`Backend`] of your own, and
//! [`Client::prepare`] shows the exact body of a request offline.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

mod backend;
mod client;
mod embed;
mod error;
#[cfg(feature = "fetch")]
mod fetch;
mod image;
mod learnt;
mod many;
mod reply;
mod rerank;
mod stream;
#[cfg(feature = "transport")]
mod transport;

/// The mapping by itself.
pub use bedrock_transform as transform;
pub use bedrock_transform::{
    Catalog, ChatCall, EmbedCall, EmbedJob, EmbedJobCall, ErrorKind, ImageCall, JobStatus, Media, ModelSpec, Options,
    Outgoing, RerankCall, Route, Step, StreamEvent, UnsupportedParams, UpstreamError, Warning,
};
#[cfg(feature = "transport")]
pub use bedrock_transport::{
    Auth, Config, Identity, Role, SdkConfig, Secret, SignedRequest, Timeouts, Transport, WebIdentity, WebToken,
};
/// The messages by themselves.
pub use core_types as types;
pub use core_types::{
    ChatChunk, ChatRequest, ChatResponse, EmbeddingRequest, EmbeddingResponse, EncodingFormat, ErrorBody,
    ImageEditRequest, ImageFile, ImageRequest, ImageResponse, Message, RerankDocument, RerankRequest, RerankResponse,
};

pub use crate::backend::{Backend, EventStream};
pub use crate::client::Client;
pub use crate::error::{Error, Upstream};
#[cfg(feature = "fetch")]
pub use crate::fetch::{FetchLimits, Fetcher};
pub use crate::reply::Reply;
pub use crate::stream::ChatStream;
