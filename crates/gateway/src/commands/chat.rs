//! `pumice chat`.
use crate::cli::ChatArgs;
use crate::commands::Failure;
use crate::Environment;
pub(super) async fn run(_: ChatArgs, _: Environment) -> Result<(), Failure> { Ok(()) }
