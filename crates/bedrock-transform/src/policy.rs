//! What becomes of a parameter: the caller's policy, the same for every kind of request.

use std::borrow::Cow;

use crate::{Options, TransformError, UnsupportedParams, Warnings};

/// How a parameter suits a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    /// It changes nothing in the answer, and the model has no place for it: left out, whatever the policy.
    Label,
    /// The model does not have it.
    Missing,
    /// The model has it.
    Supported,
}

/// What becomes of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is mapped.
    Admitted,
    /// It was left out, and that was reported.
    Dropped,
    /// It is passed on as it is, because the caller says so.
    Insisted,
}

impl Options {
    /// Whether `name` is to be left out, supported or not.
    pub(crate) fn drops(&self, name: &str) -> bool {
        self.additional_drop_params.iter().any(|listed| listed == name)
    }

    /// Decides about the OpenAI parameter `name`.
    pub(crate) fn judge(
        &self,
        name: &'static str,
        fit: Fit,
        family: &'static str,
        warnings: &mut Warnings,
    ) -> Result<Verdict, TransformError> {
        if self.drops(name) {
            warnings.dropped(name);
            return Ok(Verdict::Dropped);
        }
        if fit == Fit::Supported {
            return Ok(Verdict::Admitted);
        }
        if self.allowed_openai_params.iter().any(|allowed| allowed == name) {
            return Ok(Verdict::Insisted);
        }
        if fit == Fit::Label || self.unsupported == UnsupportedParams::Drop {
            warnings.dropped(name);
            return Ok(Verdict::Dropped);
        }
        Err(TransformError::UnsupportedParam { param: Cow::Borrowed(name), family })
    }
}
