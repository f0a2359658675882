//! One file for each kind of endpoint.

pub(crate) mod body;
pub(crate) mod chat;
pub(crate) mod embeddings;
pub(crate) mod health;
pub(crate) mod models;
pub(crate) mod rerank;
