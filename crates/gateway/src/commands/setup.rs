//! Configuration, emulator and deployments of a command.

use bedrock_emulator::Emulator;

use crate::cli::Source;
use crate::commands::Failure;
use crate::config::{Config, identity};
use crate::observe::logs;
use crate::{Deployments, Environment};

/// What a command works with.
pub(super) struct Setup {
    pub(super) config: Config,
    pub(super) deployments: Deployments,
    pub(super) emulator: Option<Emulator>,
}

/// The region of calls to the emulator that name none.
const EMULATED_REGION: &str = "us-east-1";

/// For a command that makes one call. It has no router, so the SDK repeats what fails.
pub(super) async fn setup(source: &Source, env: Environment) -> Result<Setup, Failure> {
    const ATTEMPTS: u32 = 3;
    let mut config = read(source, env)?;
    for model in &mut config.models {
        model.connection.max_attempts = model.limits.retries.map_or(ATTEMPTS, |retries| 1 + retries);
    }
    connect(config, source).await
}

/// For the server.
pub(super) async fn setup_server(source: &Source, env: Environment) -> Result<Setup, Failure> {
    connect(read(source, env)?, source).await
}

async fn connect(mut config: Config, source: &Source) -> Result<Setup, Failure> {
    let emulator = if source.emulator { Some(Emulator::start().await?) } else { None };
    if let Some(emulator) = &emulator {
        emulate(&mut config, &emulator.url());
    }
    let deployments = Deployments::connect(&config).await?;
    Ok(Setup { config, deployments, emulator })
}

/// Sends every model's calls to an emulator.
pub(super) fn emulate(config: &mut Config, url: &str) {
    for model in &mut config.models {
        model.connection.endpoint = Some(url.to_owned());
        model.connection.agent_endpoint = Some(url.to_owned());
        model.connection.identity = identity::fake();
        model.connection.region.get_or_insert_with(|| EMULATED_REGION.to_owned());
    }
}

/// The configuration, its warnings logged.
pub(super) fn read(source: &Source, env: Environment) -> Result<Config, Failure> {
    let config = match &source.config {
        Some(path) => Config::load(path, env)?,
        None => Config::of_environment(&env),
    };
    logs::set(config.json_logs, config.verbose);
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    Ok(config)
}
