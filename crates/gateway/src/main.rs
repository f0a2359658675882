//! `pumice`: the OpenAI-shaped front door to Amazon Bedrock.

use std::process::ExitCode;

use clap::Parser as _;

/// Large bodies come and go: it keeps their memory for the next ones, where the system's allocator gives it back each time.
/// Without huge pages (feature `no_thp`), which save no time here and cost 16 MiB at rest.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    gateway::run(gateway::Cli::parse())
}
