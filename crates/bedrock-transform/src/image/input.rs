//! The gate between an image request and a mapper: what the model does not have does not get through.

use core_types::{ImageFile, Param, RawJson};

use crate::image::size::Size;
use crate::{Options, TransformError, UnsupportedParams, Warnings};

/// The part of an image request that the model has a place for, for one call. Mappers see only this: a parameter that is
/// reported as dropped cannot reach the wire.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ImageInput<'a> {
    /// What the caller decides about mapping.
    pub options: &'a Options,
    /// The images to edit; none if the model is to draw.
    pub images: &'a [ImageFile],
    /// Where to edit.
    pub mask: Option<&'a ImageFile>,
    /// What to draw.
    pub prompt: &'a str,
    /// Number of images that this call is to bring, at least 1.
    pub n: u32,
    /// Number of images that the calls before this one are to bring.
    pub earlier: u32,
    /// `png`, `jpeg` or `webp`.
    pub output_format: Option<&'a str>,
    /// `standard`, `hd`, `low`, `medium` or `high`.
    pub quality: Option<&'a str>,
    /// Seed for sampling, as the caller has it.
    pub seed: Option<i64>,
    /// Width and height.
    pub size: Option<Size>,
    /// `vivid`, `natural`, or a word of the model's.
    pub style: Option<&'a str>,
    /// Parameters outside the OpenAI schema, in the caller's order, without those that steer the gateway.
    pub extra: Vec<(&'a str, &'a RawJson)>,
}

impl ImageInput<'_> {
    /// The prompt of a model that cannot do without.
    ///
    /// # Errors
    /// If there is none.
    pub fn required_prompt(&self) -> Result<&str, TransformError> {
        if self.prompt.is_empty() {
            Err(TransformError::invalid("prompt", "the model needs one"))
        } else {
            Ok(self.prompt)
        }
    }

    /// Leaves out a parameter that this model, or this task, has no place for although its family has; or refuses it.
    ///
    /// # Errors
    /// If the caller did not ask to drop what a model does not have.
    pub fn leave_out(&self, param: Param, family: &'static str, warnings: &mut Warnings) -> Result<(), TransformError> {
        if self.options.unsupported == UnsupportedParams::Reject {
            return Err(TransformError::unsupported_param(param, family));
        }
        warnings.dropped(param.name());
        Ok(())
    }

    /// The seed of this call. Calls with one seed would bring one image several times, so that each further call has its
    /// own: the seed asked for, or else the model's default, and as many more as images came before.
    #[must_use]
    pub fn call_seed(&self, default: Option<i64>, most: i64) -> Option<i64> {
        let first = if self.earlier == 0 { self.seed } else { self.seed.or(default) }?;
        let later = first.checked_add(i64::from(self.earlier))?;
        // Zero is a random seed. What the caller chose out of bounds is AWS's to refuse.
        Some(if self.earlier > 0 && later > most { later - most } else { later })
    }
}
