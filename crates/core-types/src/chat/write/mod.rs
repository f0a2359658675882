//! Writing, in OpenAI's shape: absent members are left out.

mod chunk;
mod message;
mod part;
mod request;
mod response;
mod tool;
