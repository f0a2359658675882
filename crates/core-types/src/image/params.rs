//! Which parameters a request sets.

use crate::{ImageRequest, Param, ParamSet};

impl ImageRequest {
    /// Every parameter of such a request.
    pub const PARAMS: ParamSet = ParamSet::of(&[
        Param::Background,
        Param::InputFidelity,
        Param::Moderation,
        Param::N,
        Param::OutputCompression,
        Param::OutputFormat,
        Param::PartialImages,
        Param::Quality,
        Param::ResponseFormat,
        Param::Seed,
        Param::Size,
        Param::Stream,
        Param::Style,
        Param::User,
    ]);

    /// The parameters that are set to something that matters: OpenAI's own defaults, like `n: 1` and `auto`, count as
    /// absent.
    #[must_use]
    pub fn params(&self) -> ParamSet {
        // Without `..`: a new field does not compile until it is listed.
        let Self {
            model: _,
            prompt: _,
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
            extra: _,
        } = self;
        let chosen = |value: &Option<String>| value.as_deref().is_some_and(|value| value != "auto");
        [
            (Param::Background, chosen(background)),
            (Param::InputFidelity, input_fidelity.is_some()),
            (Param::Moderation, chosen(moderation)),
            (Param::N, n.is_some_and(|n| n != 1)),
            (Param::OutputCompression, output_compression.is_some_and(|percent| percent != 100)),
            (Param::OutputFormat, output_format.is_some()),
            (Param::PartialImages, partial_images.is_some_and(|count| count != 0)),
            (Param::Quality, chosen(quality)),
            (Param::ResponseFormat, response_format.as_deref().is_some_and(|format| format != "b64_json")),
            (Param::Seed, seed.is_some()),
            (Param::Size, chosen(size)),
            (Param::Stream, *stream == Some(true)),
            (Param::Style, style.is_some()),
            (Param::User, user.is_some()),
        ]
        .into_iter()
        .filter(|(_, set)| *set)
        .fold(ParamSet::NONE, |params, (param, _)| params.with(param))
    }
}
