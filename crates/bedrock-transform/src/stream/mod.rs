//! Streams as state machines: frames in, chunks out. No waiting, no clock.

pub(crate) mod assembler;
pub(crate) mod decoder;
pub(crate) mod delta;
pub(crate) mod event;
pub(crate) mod step;
