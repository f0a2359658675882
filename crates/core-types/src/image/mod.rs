//! Images: requests to draw and to edit, and their answers.

mod build;
pub(crate) mod edit;
mod params;
mod read;
pub(crate) mod request;
pub(crate) mod response;
mod write;
