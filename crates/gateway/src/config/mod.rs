//! The configuration: LiteLLM's `config.yaml`, read strictly.

mod connection;
mod env;
mod file;
pub(crate) mod identity;
mod keys;
mod known;
mod load;
mod migrate;
mod model;
mod policy;
mod reference;
mod routing;
mod schema;
mod section;
mod sources;
mod tree;

pub use env::Environment;
pub use file::Config;
pub use reference::config_reference;
pub use schema::config_schema;
pub use section::ConfigError;

pub(crate) use connection::Connection;
pub(crate) use file::Model;
pub(crate) use migrate::{Fate, Row, migrate};
pub(crate) use policy::{Class, Policy};
pub(crate) use routing::{Alias, Chains, Fallbacks, Limits, MOST_RETRIES, Routing, Strategy, TagMatch};
pub(crate) use section::Place;
