//! What a family that draws or edits images has.

use bytes::Bytes;
use core_types::ParamSet;

use crate::image::input::ImageInput;
use crate::{Model, ModelSpec, TransformError, Warnings};

/// A body to draw and edit images as two pure functions.
#[derive(Debug)]
#[non_exhaustive]
pub struct ImageCodec {
    /// The parameters that the body has.
    pub params: ParamSet,
    /// Those of them that a model lacks.
    pub lacks: fn(&Model) -> ParamSet,
    /// Most images of one call.
    pub max_images: u32,
    /// Writes the body.
    pub request: EncodeImage,
    /// Reads an answer.
    pub response: ReadImages,
}

/// Writes the body of an image call.
pub type EncodeImage = fn(&ImageInput<'_>, &ModelSpec, &mut Warnings) -> Result<Bytes, TransformError>;
/// Reads the answer to an image call.
pub type ReadImages = fn(&[u8]) -> Result<Images, TransformError>;

impl ImageCodec {
    /// A body whose calls bring up to `max_images` images.
    #[must_use]
    pub const fn new(params: ParamSet, max_images: u32, request: EncodeImage, response: ReadImages) -> Self {
        Self { params, lacks: nothing, max_images, request, response }
    }

    /// Says what a model lacks of the family's parameters.
    #[must_use]
    pub const fn with_lacks(mut self, lacks: fn(&Model) -> ParamSet) -> Self {
        self.lacks = lacks;
        self
    }

    /// The parameters that a model has.
    #[must_use]
    pub fn params_of(&self, model: &Model) -> ParamSet {
        self.params.minus((self.lacks)(model))
    }
}

const fn nothing(_: &Model) -> ParamSet {
    ParamSet::NONE
}

/// The images of one answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Images {
    /// The files, in base64.
    pub files: Vec<String>,
    /// The seeds that they came of, as far as the answer says.
    pub seeds: Vec<i64>,
    /// What a content filter says of the images that it held back.
    pub held_back: Option<String>,
}
