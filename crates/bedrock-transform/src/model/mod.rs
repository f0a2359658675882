//! Model names: parsed once, looked up once.

pub(crate) mod arn;
pub(crate) mod id;
pub(crate) mod info;
pub(crate) mod overrides;
pub(crate) mod spec;
