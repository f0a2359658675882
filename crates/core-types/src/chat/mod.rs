//! `POST /v1/chat/completions`.

mod build;
pub(crate) mod chunk;
pub(crate) mod message;
mod params;
pub(crate) mod part;
mod part_build;
pub(crate) mod read;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod response_format;
pub(crate) mod tool;
mod write;
