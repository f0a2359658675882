//! The commands, and what they share.

mod chat;
mod check_config;
mod completions;
mod embed;
mod emulate;
mod explain;
mod image;
mod migrate;
mod reload;
mod rerank;
mod serve;
mod setup;

use std::fmt;
use std::process::ExitCode;

use crate::cli::{Cli, Command};
use crate::observe::{Gathering, logs, spans};
use crate::output;
use crate::{ConfigError, Environment};

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The configuration is wrong.
    Config(ConfigError),
    /// Anything else, for people.
    Other(String),
    /// The request is refused: OpenAI's JSON.
    Refused(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::Other(text) | Self::Refused(text) => f.write_str(text),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl From<facade::Error> for Failure {
    fn from(error: facade::Error) -> Self {
        Self::Other(error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Other(error.to_string())
    }
}

/// Runs a command to its end.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    let Cli { command, log, json_logs, detailed_debug } = cli;
    // What the SDK has to say about credentials it says again in its errors.
    let is_server = matches!(command, Command::Serve(_));
    let default = if is_server { "info,aws_config=error" } else { "warn,aws_config=error" };
    if let Err(message) = logs::start(log.as_deref(), default) {
        output::err(&format!("error: {message}\n"));
        return ExitCode::from(2);
    }
    logs::set(json_logs, detailed_debug);
    let lines = if is_server { Gathering::start().ok() } else { None };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::err(&format!("error: {error}\n"));
            return ExitCode::FAILURE;
        }
    };
    let done = runtime.block_on(dispatch(command, Environment::of_process()));
    // Calls that are still open when the time to end is over are not waited for.
    runtime.shutdown_background();
    spans::stop();
    drop(lines);
    done.map_or_else(Failure::tell, |()| ExitCode::SUCCESS)
}

async fn dispatch(command: Command, env: Environment) -> Result<(), Failure> {
    match command {
        Command::Chat(args) => chat::run(args, env).await,
        Command::CheckConfig(args) => check_config::run(&args, env).await,
        Command::Completions(args) => {
            completions::run(&args);
            Ok(())
        }
        Command::Embed(args) => embed::run(&args, env).await,
        Command::Emulate(args) => emulate::run(&args).await,
        Command::Explain(args) => explain::run(&args, env).await,
        Command::Image(args) => image::run(args, env).await,
        Command::Migrate(args) => migrate::run(&args, env),
        Command::Rerank(args) => rerank::run(args, env).await,
        Command::Serve(args) => serve::run(&args, env).await,
    }
}

impl Failure {
    /// Says it on standard error.
    fn tell(self) -> ExitCode {
        let (text, code) = match &self {
            Self::Config(_) => (format!("error: {self}\n"), ExitCode::from(2)),
            Self::Other(_) => (format!("error: {self}\n"), ExitCode::FAILURE),
            Self::Refused(json) => (format!("{json}\n"), ExitCode::FAILURE),
        };
        output::err(&text);
        code
    }
}
