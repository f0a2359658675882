//! From a request to a deployment that answers it: choice, repetition, other deployments, other models.
//!
//! Who repeats: the router, and nobody below it; the SDK makes one attempt. Every attempt maps the request anew, so that
//! each goes out with the identity, region, parameters and limits of its own deployment. Nothing is repeated once the first
//! byte of an answer is there. The state is a handful of atomics for each deployment; no lock is taken.

mod aside;
mod attempt;
mod choice;
mod load;
mod names;
mod tags;
mod trail;
mod verdict;
mod wishes;

pub(crate) use attempt::{Answer, Prepared, Routed, Whole, route};
pub(crate) use choice::Group;
pub(crate) use load::{Load, Ticket};
pub(crate) use tags::Tags;
pub(crate) use verdict::Verdict;
