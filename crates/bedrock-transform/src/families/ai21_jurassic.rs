//! AI21 Jurassic-2.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-jurassic2.html>

use crate::family::{Capabilities, Family, Model};

pub(super) static FAMILY: Family = Family::new("ai21_jurassic").with_models(&[Model::new(
    "ai21.j2-",
    Capabilities { stream: false, system: false, ..Capabilities::NONE },
)
.preferring_invoke()]);
