//! What a family that draws or edits images has.

use bytes::Bytes;
use core_types::ParamSet;

use crate::image::input::ImageInput;
use crate::{ModelSpec, TransformError, Warnings};

/// A body to draw and edit images as two pure functions.
#[derive(Debug)]
#[non_exhaustive]
pub struct ImageCodec {
    /// The parameters that the body has.
    pub params: ParamSet,
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
        Self { params, max_images, request, response }
    }
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
