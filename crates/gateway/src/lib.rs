//! The gateway: an OpenAI-compatible HTTP server in front of Amazon Bedrock, and a command line.
//!
//! The binary is `pumice`. This library is the same without `main`, so that tests can build the parts:
//!
//! ```
//! use gateway::{App, Config, Deployments, Environment};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), gateway::ConfigError> {
//! let yaml = "
//! model_list:
//!   - model_name: nova
//!     litellm_params:
//!       model: bedrock/us.amazon.nova-lite-v1:0
//!       aws_region_name: os.environ/REGION
//! ";
//! let config = Config::parse("config.yaml".as_ref(), yaml, Environment::from([("REGION", "eu-west-1")]))?;
//! let deployments = Deployments::connect(&config).await?;
//! let router: axum::Router = App::new(&config, deployments).router();
//! # Ok(())
//! # }
//! ```

mod app;
mod betas;
mod cache;
mod caller;
mod check;
mod cli;
mod clientside;
mod commands;
mod config;
mod defaults;
mod deployments;
mod error;
mod headers;
mod keys;
mod limits;
mod observe;
mod output;
mod pattern;
mod probe;
mod router;
mod routes;
mod server;
mod sse;

pub use app::{App, Live};
pub use cli::{
    ChatArgs, CheckArgs, Cli, Command, CompletionsArgs, EmbedArgs, EmulateArgs, ExplainArgs, ImageArgs, MigrateArgs,
    RerankArgs, ServeArgs, Source,
};
pub use commands::run;
pub use config::{Config, ConfigError, Environment, config_reference, config_schema};
pub use deployments::Deployments;
pub use limits::Limits;
pub use routes::openapi;
pub use server::serve;
