//! `pumice`: the OpenAI-shaped front door to Amazon Bedrock.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    gateway::run(gateway::Cli::parse())
}
