//! Models without a native body of ours, and all models that no row knows: Converse, with permissive capabilities.

use crate::family::{Capabilities, Family, Model};

pub(crate) static FAMILY: Family = Family::new("converse_only");

/// What a model that no row knows is taken to accept. AWS has the last word.
pub(crate) static ANY: Model = Model::new("", Capabilities::PERMISSIVE);
