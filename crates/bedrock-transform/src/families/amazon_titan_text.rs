//! Amazon Titan Text.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-text.html>

use crate::family::{Capabilities, Family, Model};

pub(super) static FAMILY: Family = Family::new("amazon_titan_text").with_models(&[Model::new(
    "amazon.titan-text-",
    Capabilities { documents: true, system: false, ..Capabilities::NONE },
)
.preferring_invoke()]);
