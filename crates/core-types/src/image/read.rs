//! Reads the request body in one pass.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use crate::read::integer;
use crate::{Extra, ImageRequest};

impl<'de> Deserialize<'de> for ImageRequest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ImageRequestVisitor)
    }
}

struct ImageRequestVisitor;

impl<'de> Visitor<'de> for ImageRequestVisitor {
    type Value = ImageRequest;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an image request, an object with `model` and `prompt`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ImageRequest, A::Error> {
        let mut request = ImageRequest::default();
        let mut model = None;
        let mut prompt = None;
        let mut unknown = Vec::new();
        let mut known: Vec<String> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if known.contains(&key) {
                return Err(A::Error::custom(format!("duplicate field `{key}`")));
            }
            match key.as_str() {
                "model" => model = map.next_value()?,
                "prompt" => prompt = map.next_value()?,
                "background" => request.background = map.next_value()?,
                "input_fidelity" => request.input_fidelity = map.next_value()?,
                "moderation" => request.moderation = map.next_value()?,
                "n" => request.n = integer(&mut map)?,
                "output_compression" => request.output_compression = integer(&mut map)?,
                "output_format" => request.output_format = map.next_value()?,
                "partial_images" => request.partial_images = integer(&mut map)?,
                "quality" => request.quality = map.next_value()?,
                "response_format" => request.response_format = map.next_value()?,
                "seed" => request.seed = integer(&mut map)?,
                "size" => request.size = map.next_value()?,
                "stream" => request.stream = map.next_value()?,
                "style" => request.style = map.next_value()?,
                "user" => request.user = map.next_value()?,
                _ => {
                    unknown.push((key, map.next_value()?));
                    continue;
                }
            }
            known.push(key);
        }
        request.model = model.ok_or_else(|| A::Error::missing_field("model"))?;
        request.prompt = prompt.unwrap_or_default();
        request.extra = Extra::from_fields(unknown).map_err(A::Error::custom)?;
        Ok(request)
    }
}
