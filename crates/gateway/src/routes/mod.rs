//! One file for each kind of endpoint.

pub(crate) mod body;
pub(crate) mod chat;
pub(crate) mod embeddings;
mod form;
pub(crate) mod health;
pub(crate) mod images;
pub(crate) mod models;
pub(crate) mod rerank;
