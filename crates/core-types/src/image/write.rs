//! Writes the request body.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::ImageRequest;
use crate::write::optional;

impl Serialize for ImageRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Without `..`: a new field does not compile until it is written.
        let Self {
            model,
            prompt,
            background,
            input_fidelity,
            moderation,
            n,
            output_compression,
            output_format,
            partial_images,
            quality,
            response_format,
            seed,
            size,
            stream,
            style,
            user,
            extra,
        } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("model", model)?;
        map.serialize_entry("prompt", prompt)?;
        optional(&mut map, "background", background.as_ref())?;
        optional(&mut map, "input_fidelity", input_fidelity.as_ref())?;
        optional(&mut map, "moderation", moderation.as_ref())?;
        optional(&mut map, "n", n.as_ref())?;
        optional(&mut map, "output_compression", output_compression.as_ref())?;
        optional(&mut map, "output_format", output_format.as_ref())?;
        optional(&mut map, "partial_images", partial_images.as_ref())?;
        optional(&mut map, "quality", quality.as_ref())?;
        optional(&mut map, "response_format", response_format.as_ref())?;
        optional(&mut map, "seed", seed.as_ref())?;
        optional(&mut map, "size", size.as_ref())?;
        optional(&mut map, "stream", stream.as_ref())?;
        optional(&mut map, "style", style.as_ref())?;
        optional(&mut map, "user", user.as_ref())?;
        for (key, value) in extra.iter() {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}
