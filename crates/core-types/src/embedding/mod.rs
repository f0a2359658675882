//! `POST /v1/embeddings`.

mod input;
pub(crate) mod request;
pub(crate) mod response;

pub use input::EmbeddingInput;
