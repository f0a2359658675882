//! `pumice serve`.

use std::future::Future;
use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::app::{App, Live};
use crate::cli::ServeArgs;
use crate::commands::Failure;
use crate::commands::reload::{Reload, versions};
use crate::commands::setup::{Setup, setup_server};
use crate::observe::spans;
use crate::{Config, ConfigError, Environment, server};

pub(super) async fn run(args: &ServeArgs, env: Environment) -> Result<(), Failure> {
    let Setup { config, deployments, emulator } = setup_server(&args.source, env.clone()).await?;
    spans::start(&config.environment).map_err(|message| ConfigError {
        file: "the environment".into(),
        line: None,
        key: String::new(),
        message,
    })?;
    let addresses = addresses(&args.host, args.port).await?;
    allowed(&config, &addresses)?;
    let listener = TcpListener::bind(&addresses[..])
        .await
        .map_err(|error| Failure::Other(format!("cannot listen on {}:{}: {error}", args.host, args.port)))?;
    let first = signal()?;
    let (models, drain) = (config.models.len(), config.drain);
    let live = Live::new(App::new(&config, deployments));
    let router = live.router();
    let reload = Reload {
        source: args.source.clone(),
        env,
        live,
        addresses,
        emulator: emulator.as_ref().map(|emulator| emulator.url()),
        files: versions(&config.files),
    };
    tracing::info!("listening on http://{}, {models} in model_list", listener.local_addr()?);
    if let Some(emulator) = &emulator {
        tracing::info!("answers come from the built-in emulator at {}", emulator.url());
    }

    let (stop, stopped) = oneshot::channel::<()>();
    let server = server::serve(listener, router, config.limits, async {
        let _ = stopped.await;
    });
    let limit = async {
        first.await;
        tracing::info!("stopping; open calls have {} s, or until the next signal", drain.as_secs());
        let _ = stop.send(());
        let second = signal()?;
        tokio::select! {
            () = second => {}
            () = tokio::time::sleep(drain) => {}
        }
        tracing::warn!("stopped with calls open");
        Ok(())
    };
    tokio::select! {
        () = server => Ok(()),
        stopped = limit => stopped,
        failed = reload.watch() => Ok(failed?),
    }
}

async fn addresses(host: &str, port: u16) -> Result<Vec<SocketAddr>, Failure> {
    let found = tokio::net::lookup_host((host, port)).await;
    let found: Vec<_> = found.map_err(|error| Failure::Other(format!("--host {host}: {error}")))?.collect();
    if found.is_empty() { Err(Failure::Other(format!("--host {host}: no such address"))) } else { Ok(found) }
}

/// Without a key everybody who reaches the port spends the operator's money.
pub(super) fn allowed(config: &Config, addresses: &[SocketAddr]) -> Result<(), Failure> {
    match addresses.iter().find(|address| !address.ip().is_loopback()) {
        Some(address) if config.keys.all.is_empty() => Err(Failure::Other(format!(
            "refusing to listen on {} without a key: set general_settings.master_key in the config, \
             or LITELLM_MASTER_KEY",
            address.ip()
        ))),
        _ => Ok(()),
    }
}

/// Ctrl-c, or what a service manager sends; from now on, not only once somebody waits for it.
#[cfg(unix)]
pub(super) fn signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ctrl-c.
#[cfg(not(unix))]
pub(super) fn signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without the signal, the process ends as the system has it.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
