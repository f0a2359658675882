//! A request to edit images.

use std::fmt;

use crate::ImageRequest;

/// `POST /v1/images/edits`: images, and what to do with them. On the wire it is a form, not JSON.
///
/// <https://platform.openai.com/docs/api-reference/images/createEdit>
#[derive(Debug, Clone, Default, PartialEq)]
#[doc(alias = "CreateImageEditRequest")]
#[non_exhaustive]
pub struct ImageEditRequest {
    /// The images, at least one.
    pub images: Vec<ImageFile>,
    /// Where to edit.
    pub mask: Option<ImageFile>,
    /// Everything else, as in a request to draw.
    pub request: ImageRequest,
}

impl ImageEditRequest {
    /// Asks for an edit of `image`.
    #[must_use]
    pub fn new(request: ImageRequest, image: impl Into<ImageFile>) -> Self {
        Self { images: vec![image.into()], mask: None, request }
    }

    /// Adds an image.
    #[must_use]
    pub fn image(mut self, image: impl Into<ImageFile>) -> Self {
        self.images.push(image.into());
        self
    }

    /// Says where to edit.
    #[must_use]
    pub fn mask(mut self, mask: impl Into<ImageFile>) -> Self {
        self.mask = Some(mask.into());
        self
    }
}

/// The bytes of an image.
#[derive(Clone, PartialEq, Eq)]
pub struct ImageFile(Vec<u8>);

impl ImageFile {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for ImageFile {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for ImageFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ImageFile({} bytes)", self.0.len())
    }
}
