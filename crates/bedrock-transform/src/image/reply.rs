//! Reading answers with images.

use core_types::{Image, ImageResponse, RawJson};
use serde::Serialize;
use serde::de::Error as _;

use crate::family::Family;
use crate::image::codec::Images;
use crate::{Answer, ErrorKind, TransformError, UpstreamError, Warning, Warnings};

/// How to read the answers to the calls of one request.
#[derive(Debug, Clone)]
pub struct ImageReply {
    pub(super) family: &'static Family,
    /// Number of images that each call is to bring.
    pub(super) counts: Vec<u32>,
}

impl ImageReply {
    /// What the call at `index` is for, e.g. `image 3`, counted from 1.
    #[must_use]
    pub fn at(&self, index: usize) -> String {
        let earlier: u32 = self.counts.iter().take(index).sum();
        match self.counts.get(index) {
            Some(count) if *count > 1 => format!("images {} to {}", earlier + 1, earlier + count),
            _ => format!("image {}", earlier + 1),
        }
    }

    /// Reads the answer to one call.
    ///
    /// # Errors
    /// If it cannot be read, or a filter held all its images back.
    pub fn read(&self, answer: &Answer) -> Result<Images, TransformError> {
        let name = self.family.name;
        let codec = self.family.image.as_ref().ok_or_else(|| TransformError::unsupported_capability(name, "image"))?;
        let images = (codec.response)(&answer.body)?;
        match &images.held_back {
            _ if !images.files.is_empty() => Ok(images),
            Some(reason) => Err(UpstreamError::new(ErrorKind::ContentFiltered, "ContentFiltered", reason).into()),
            None => Err(TransformError::malformed(name, serde_json::Error::custom("there is no image"))),
        }
    }

    /// The answer to the request: what the calls brought, in their order; and what there is to say of images that a filter
    /// held back while others came. `created` is in Unix seconds.
    #[must_use]
    pub fn assemble(&self, parts: Vec<Images>, created: u64) -> (ImageResponse, Vec<Warning>) {
        let mut response = ImageResponse::new(created);
        let mut warnings = Warnings::default();
        let mut seeds = Vec::new();
        for images in parts {
            response.data.extend(images.files.into_iter().map(Image::base64));
            seeds.extend(images.seeds);
            if let Some(reason) = images.held_back {
                warnings.rewritten("data", format!("there are fewer images than asked for: {reason}"));
            }
        }
        if !seeds.is_empty() {
            response.provider_specific_fields = RawJson::from_value(&Fields { seeds }).ok();
        }
        (response, warnings.into_vec())
    }
}

/// What OpenAI's shape has no place for.
#[derive(Serialize)]
struct Fields {
    seeds: Vec<i64>,
}
