//! `pumice explain`.
use crate::cli::ExplainArgs;
use crate::commands::Failure;
use crate::Environment;
pub(super) async fn run(_: &ExplainArgs, _: Environment) -> Result<(), Failure> { Ok(()) }
