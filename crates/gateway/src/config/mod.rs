//! The configuration: LiteLLM's `config.yaml`, read strictly.

mod connection;
mod env;
mod file;
pub(crate) mod identity;
mod known;
mod load;
mod model;
mod routing;
mod section;
mod tree;

pub use env::Environment;
pub use file::Config;
pub use section::ConfigError;

pub(crate) use connection::Connection;
pub(crate) use file::Model;
pub(crate) use routing::{Alias, Chains, Fallbacks, Limits, MOST_RETRIES, Routing};
pub(crate) use section::Place;
