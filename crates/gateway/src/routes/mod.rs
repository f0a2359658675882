//! One file for each kind of endpoint.

pub(crate) mod chat;
pub(crate) mod health;
pub(crate) mod models;
