//! The gateway over real sockets, in front of the emulator.
#![expect(clippy::unwrap_used, clippy::needless_pass_by_value, reason = "tests")]

mod bad_input;
mod chat;
mod cli;
mod clientside;
mod common;
mod completions;
mod config;
mod config_files;
mod deployment;
mod disconnects;
mod embeddings;
mod faults;
mod identity;
mod images;
mod machine;
mod observe;
mod observe_process;
mod policies;
mod process;
#[cfg(unix)]
mod process_storms;
mod profiles;
mod published;
mod reload;
mod rerank;
mod routing;
mod safety;
mod server;
#[cfg(target_os = "linux")]
mod slow_readers;
mod storms;
mod where_to;
mod who_calls;
