//! OpenAI-shaped values for chat, embeddings and images: requests, answers, stream chunks and errors. Data only, no I/O.
//!
//! A request is read the way OpenAI's clients write it and keeps what it does not know: parameters outside the OpenAI
//! schema stay in [`Extra`], in the caller's order and spelling; content parts of an unknown type stay in
//! [`Part::Other`].
//!
//! ```
//! use core_types::{ChatRequest, Message};
//!
//! let built = ChatRequest::new("bedrock/us.amazon.nova-lite-v1:0").system("Be brief.").user("Hello").temperature(0.7);
//! let read: ChatRequest = serde_json::from_str(&serde_json::to_string(&built)?)?;
//! assert_eq!(built, read);
//! assert!(matches!(read.messages[1], Message::User(_)));
//! # Ok::<(), serde_json::Error>(())
//! ```

mod chat;
mod embedding;
mod error_body;
mod extra;
mod image;
mod param;
mod raw_json;
mod read;
mod rerank;
mod usage;
mod write;

pub use chat::chunk::{ChatChunk, ChunkChoice, ChunkDelta, FunctionDelta, ToolCallDelta};
pub use chat::message::{
    AssistantMessage, FunctionMessage, Message, SystemMessage, ThinkingBlock, ToolMessage, UserMessage,
};
pub use chat::part::{
    Audio, CacheControl, Content, Document, DocumentSource, File, GuardedText, ImageUrl, Part, TextPart, VideoUrl,
};
pub use chat::request::{ChatRequest, Stop, StreamOptions};
pub use chat::response::{Annotation, ChatResponse, Choice, FinishReason, ResponseMessage};
pub use chat::response_format::{JsonSchema, ResponseFormat};
pub use chat::tool::{Function, FunctionCall, Tool, ToolCall, ToolChoice};
pub use embedding::EmbeddingInput;
pub use embedding::request::{EmbeddingRequest, EncodingFormat};
pub use embedding::response::{Embedding, EmbeddingResponse, EmbeddingUsage, Vector};
pub use error_body::{ApiError, ErrorBody};
pub use extra::Extra;
pub use image::edit::{ImageEditRequest, ImageFile};
pub use image::request::ImageRequest;
pub use image::response::{Image, ImageResponse};
pub use param::{Param, ParamSet};
pub use raw_json::RawJson;
pub use rerank::{BilledUnits, RerankDocument, RerankMeta, RerankRequest, RerankResponse, RerankResult, RerankTokens};
pub use usage::{CacheWrites, CompletionTokensDetails, PromptTokensDetails, Usage};
