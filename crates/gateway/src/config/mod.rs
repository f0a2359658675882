//! The configuration: LiteLLM's `config.yaml`, read strictly.

mod connection;
mod env;
mod file;
pub(crate) mod identity;
mod known;
mod load;
mod model;
mod section;
mod tree;

pub use env::Environment;
pub use file::Config;
pub use section::ConfigError;

pub(crate) use connection::{Connection, RETRIES};
pub(crate) use file::Model;
pub(crate) use section::Place;
