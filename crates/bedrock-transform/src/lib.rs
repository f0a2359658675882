//! Pure mapping between OpenAI-shaped messages and Amazon Bedrock's bodies and streams. No I/O, no clock, no randomness.
//!
//! [`chat`] turns a request into a [`ChatCall`]: the operation, the target, the exact body, what was changed on the way,
//! and how to read the answer.
//!
//! ```
//! use bedrock_transform::{Catalog, ModelSpec, Options, chat};
//! use core_types::ChatRequest;
//!
//! let request = ChatRequest::new("bedrock/us.amazon.nova-lite-v1:0").user("Hello").temperature(0.7).user("again");
//! let spec = ModelSpec::resolve(&request.model, &Catalog::builtin())?;
//! let call = chat(&request, &spec, &Options::default())?;
//! assert_eq!(
//!     call.outgoing.body,
//!     r#"{"messages":[{"role":"user","content":[{"text":"Hello"},{"text":"again"}]}],"inferenceConfig":{"temperature":0.7}}"#,
//! );
//! assert!(call.warnings.is_empty());
//! # Ok::<(), bedrock_transform::TransformError>(())
//! ```

mod advice;
mod call;
mod controls;
mod converse;
mod cost;
mod drop_paths;
mod embed;
mod error;
mod facts;
mod families;
mod family;
mod guardrail;
mod hash;
mod image;
mod input;
mod json_text;
mod json_tree;
mod media;
mod model;
mod money;
mod native;
mod options;
mod policy;
mod price;
mod prompt_template;
mod rerank;
mod schema;
mod schema_root;
mod stream;
mod text;
mod tool_names;
mod upstream;
mod warning;
mod wire;

pub use call::{ChatCall, ChatReply, chat};
pub use cost::{Consumption, Cost, UnknownPrice, completion_cost};
pub use embed::codec::{EmbedCodec, EncodeEmbed, JobCodec, ReadEmbed};
pub use embed::job::{EmbedJob, EmbedJobCall, JobStatus, embed_async, embed_job};
pub use embed::{EmbedCall, EmbedContent, EmbedInput, EmbedReply, Embedded, embed};
pub use error::TransformError;
pub use facts::feature::{Feature, FeatureSet};
pub use facts::{Facts, Mode};
pub use families::body;
pub use family::{
    Cache, Capabilities, Catalog, ChatCodec, Completion, EncodeChat, Family, Model, ReadChat, Reasoning, Sampling, TopK,
};
pub use image::codec::{EncodeImage, ImageCodec, Images, ReadImages};
pub use image::input::ImageInput;
pub use image::reply::ImageReply;
pub use image::size::Size;
pub use image::{ImageCall, image, image_edit};
pub use input::ChatInput;
pub use media::{RemoteMedium, remote_media};
pub use model::arn::{Arn, ArnKind};
pub use model::id::ModelId;
pub use model::info::ModelInfo;
pub use model::overrides::{InvalidOverride, ModelOverrides};
pub use model::spec::ModelSpec;
pub use money::{NotAnAmount, Usd};
pub use options::{DefaultMaxTokens, Fetched, Media, Options, UnsupportedParams};
pub use price::{Meter, Price, Prices, Tier};
pub use prompt_template::{PromptTemplate, RoleTemplate, RoleTemplates};
pub use rerank::codec::{EncodeRerank, ReadRerank, RerankCodec};
pub use rerank::{Ranked, RerankCall, RerankInput, RerankReply, rerank};
pub use stream::decoder::ChatDecoder;
pub use stream::delta::{Decode, Delta, Trailer};
pub use stream::event::{EventKind, StreamEvent};
pub use stream::step::Step;
pub use upstream::{ErrorKind, UpstreamError};
pub use warning::{Warning, Warnings};
pub use wire::{Answer, Delivery, Operation, Outgoing, ResponseMeta, Route, Target};
