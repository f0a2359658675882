//! The configuration: LiteLLM's `config.yaml`, read strictly.

mod env;
mod file;
mod identity;
mod known;
mod load;
mod model;
mod section;
mod tree;

pub use env::Environment;
pub use file::Config;
pub use section::ConfigError;

pub(crate) use file::Model;
pub(crate) use identity::{Connection, Identity};
pub(crate) use section::Place;
