//! Building a request.

use serde::Serialize;

use crate::{ImageRequest, RawJson};

impl ImageRequest {
    /// Asks `model` to draw `prompt`.
    #[must_use]
    pub fn new(model: impl Into<String>, prompt: impl Into<String>) -> Self {
        Self { model: model.into(), prompt: prompt.into(), ..Self::default() }
    }

    /// Number of images.
    #[must_use]
    pub fn n(mut self, n: u32) -> Self {
        self.n = Some(n);
        self
    }

    /// `png`, `jpeg` or `webp`.
    #[must_use]
    pub fn output_format(mut self, output_format: impl Into<String>) -> Self {
        self.output_format = Some(output_format.into());
        self
    }

    /// Sets a parameter outside the OpenAI schema, sent to the model as it is. A parameter of the schema has a field.
    ///
    /// # Errors
    /// If `value` cannot be written as JSON, e.g. a map with keys that are not strings.
    pub fn param<T: Serialize + ?Sized>(
        mut self,
        name: impl Into<String>,
        value: &T,
    ) -> Result<Self, serde_json::Error> {
        self.extra.insert(name, RawJson::from_value(value)?);
        Ok(self)
    }

    /// `standard`, `hd`, …
    #[must_use]
    pub fn quality(mut self, quality: impl Into<String>) -> Self {
        self.quality = Some(quality.into());
        self
    }

    /// Seed for sampling.
    #[must_use]
    pub fn seed(mut self, seed: i64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Width and height in pixels, e.g. `1024x1024`.
    #[must_use]
    pub fn size(mut self, size: impl Into<String>) -> Self {
        self.size = Some(size.into());
        self
    }

    /// `vivid`, `natural`, or a word of the model's.
    #[must_use]
    pub fn style(mut self, style: impl Into<String>) -> Self {
        self.style = Some(style.into());
        self
    }
}
