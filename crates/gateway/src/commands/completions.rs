//! `pumice completions`.

use clap::CommandFactory as _;

use crate::cli::{Cli, CompletionsArgs};
use crate::output;

pub(super) fn run(args: &CompletionsArgs) {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "pumice", &mut script);
    output::out(&String::from_utf8_lossy(&script));
}
