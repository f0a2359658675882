//! `pumice check-config`.

use crate::check::check;
use crate::cli::{CheckArgs, Source};
use crate::commands::Failure;
use crate::commands::setup::read;
use crate::{Environment, output};

pub(super) async fn run(args: &CheckArgs, env: Environment) -> Result<(), Failure> {
    let config = read(&Source { config: args.config.clone(), emulator: false }, env)?;
    let checked = check(&config, args.live).await;
    for model in &checked {
        output::out(&format!("{model}\n"));
    }
    match checked.iter().filter(|model| model.is_failure()).count() {
        0 => Ok(()),
        failures => Err(Failure::Other(format!("{failures} of {} models cannot be served", checked.len()))),
    }
}
