//! The emulator over real sockets: its wire, its strictness, its answers, its faults.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod answers;
mod client;
mod faults;
mod images;
mod invoke;
mod jobs;
mod rerank;
mod rules;
mod schemas;
mod streams;
mod strictness;
mod wire;
