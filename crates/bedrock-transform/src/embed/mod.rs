//! Embedding requests: calls out, answers in.

pub(crate) mod codec;
mod encode;
pub(crate) mod job;
pub(crate) mod read;

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use core_types::{
    Embedding, EmbeddingInput, EmbeddingRequest, EmbeddingResponse, EmbeddingUsage, EncodingFormat, RawJson,
};
use serde::de::Error as _;

use crate::controls::Controls;
use crate::embed::codec::EmbedCodec;
use crate::family::Family;
use crate::media::{self, Kind, Label, Medium};
use crate::native::{self, Extras};
use crate::policy::{Fit, Verdict};
use crate::{Answer, ModelSpec, Operation, Options, Outgoing, TransformError, Warning, Warnings};

/// Everything needed to send an embedding request, in one call or many, and to read the answers.
#[derive(Debug)]
#[non_exhaustive]
pub struct EmbedCall {
    /// What goes out. The calls may be made in any order, and at once.
    pub calls: Vec<Outgoing>,
    /// What was left out, changed or rewritten.
    pub warnings: Vec<Warning>,
    /// How to read the answers.
    pub reply: EmbedReply,
}

/// What one call embeds, and how. Mappers see only what the model has a place for.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct EmbedInput<'a> {
    /// What the caller decides about mapping.
    pub options: &'a Options,
    /// What the call embeds.
    pub content: EmbedContent<'a>,
    /// JSON path of the content.
    pub at: &'a str,
    /// Length of an embedding.
    pub dimensions: Option<u32>,
    /// Parameters outside the OpenAI schema, in the caller's order.
    pub extra: &'a [(&'a str, &'a RawJson)],
}

/// What one call embeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EmbedContent<'a> {
    /// What stands in a parameter of the model's own, and nothing else.
    Extra,
    /// What is behind a `data:` or `s3:` URL.
    Medium(&'a str),
    /// Texts, as many as the body takes at once.
    Texts(&'a [&'a str]),
}

/// An answer, read.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Embedded {
    /// The embeddings. Their indexes count from the first input of the call.
    pub embeddings: Vec<Embedding>,
    /// The tokens of the input, if the body counts them.
    pub tokens: Option<u64>,
}

impl Embedded {
    /// Embeddings, and the tokens of the input if the body counts them.
    #[must_use]
    pub const fn new(embeddings: Vec<Embedding>, tokens: Option<u64>) -> Self {
        Self { embeddings, tokens }
    }
}

/// Maps an embedding request for the model that `spec` describes.
///
/// # Errors
/// If the request is wrong, or the model cannot take it. Nothing of it is lost silently.
pub fn embed(request: &EmbeddingRequest, spec: &ModelSpec, options: &Options) -> Result<EmbedCall, TransformError> {
    let family = spec.family;
    let Some(codec) = &family.embed else {
        return Err(TransformError::wrong_model(&request.model, "embeddings"));
    };
    if spec.id.job {
        return Err(TransformError::invalid("model", "`async_invoke/` starts a job, which is not waited for"));
    }
    admitted(request, spec, options, |admitted| {
        let Admitted { controls, dimensions, format, extra, headers, mut warnings } = admitted;
        let texts = texts(&request.input)?;
        let pieces = pieces(&texts, codec, spec, &extra)?;
        let single = matches!(request.input, EmbeddingInput::Text(_)) || pieces.len() == 1;
        let mut calls = Vec::with_capacity(pieces.len());
        let mut places = Vec::with_capacity(pieces.len());
        for (range, content) in pieces {
            let at = if single { "input".to_owned() } else { path(&range) };
            let input = EmbedInput { options: &controls.options, content, at: &at, dimensions, extra: &extra };
            let body: Bytes = (codec.request)(&input, spec, &mut warnings)?;
            let mut outgoing = controls.outgoing(spec, Operation::InvokeModel, body)?;
            outgoing.headers.clone_from(&headers);
            calls.push(outgoing);
            places.push(Place { range, at, counted: content != EmbedContent::Extra });
        }
        let reply = EmbedReply { model: request.model.as_str().into(), family, format, places: places.into() };
        Ok(EmbedCall { calls, warnings: warnings.into_vec(), reply })
    })
}

/// What the gate let through of a request, for a call or for a job.
struct Admitted<'a> {
    controls: &'a Controls,
    dimensions: Option<u32>,
    format: EncodingFormat,
    extra: Extras<'a>,
    headers: Vec<(String, String)>,
    warnings: Warnings,
}

fn admitted<T>(
    request: &EmbeddingRequest,
    spec: &ModelSpec,
    options: &Options,
    then: impl FnOnce(Admitted<'_>) -> Result<T, TransformError>,
) -> Result<T, TransformError> {
    let controls = Controls::read(&request.extra, options)?;
    let mut warnings = Warnings::default();
    let Params { dimensions, format, insisted } = Params::admit(request, spec, &controls.options, &mut warnings)?;
    let own = controls.own(&request.extra, &["input"], &mut warnings)?;
    let mut extra = controls.extras(&own, &mut warnings);
    let unfolded = native::unfold(&mut extra, insisted)?;
    extra.extend(unfolded.iter().map(|(name, value)| (name.as_str(), value)));
    let mut headers = controls.headers.clone();
    headers.extend(native::headers::take(&mut extra)?);
    then(Admitted { controls: &controls, dimensions, format, extra, headers, warnings })
}

/// OpenAI's parameters, as far as the model has them.
struct Params {
    dimensions: Option<u32>,
    format: EncodingFormat,
    insisted: Vec<(&'static str, RawJson)>,
}

impl Params {
    fn admit(
        request: &EmbeddingRequest,
        spec: &ModelSpec,
        options: &Options,
        warnings: &mut Warnings,
    ) -> Result<Self, TransformError> {
        let EmbeddingRequest { dimensions, encoding_format, user, .. } = request;
        let mut admitted = Self { dimensions: None, format: EncodingFormat::Float, insisted: Vec::new() };
        let mut judge = |name, fit| options.judge(name, fit, spec.family.name, warnings);
        let json = |name, json: Result<RawJson, serde_json::Error>| {
            json.map_err(|error| TransformError::invalid(name, error.to_string()))
        };
        if let Some(length) = dimensions {
            let fit = if spec.model.can.dimensions { Fit::Supported } else { Fit::Missing };
            match judge("dimensions", fit)? {
                Verdict::Admitted => admitted.dimensions = Some(*length),
                Verdict::Dropped => {}
                Verdict::Insisted => {
                    admitted.insisted.push(("dimensions", json("dimensions", RawJson::from_value(length))?));
                }
            }
        }
        // No model has it: what it asks for is done here.
        if let Some(format) = encoding_format
            && judge("encoding_format", Fit::Supported)? == Verdict::Admitted
        {
            admitted.format = *format;
        }
        if let Some(user) = user
            && judge("user", Fit::Label)? == Verdict::Insisted
        {
            admitted.insisted.push(("user", json("user", RawJson::from_value(user))?));
        }
        Ok(admitted)
    }
}

fn texts(input: &EmbeddingInput) -> Result<Vec<&str>, TransformError> {
    match input {
        EmbeddingInput::Text(text) => Ok(vec![text]),
        EmbeddingInput::Texts(texts) => Ok(texts.iter().map(String::as_str).collect()),
        _ => Err(TransformError::invalid(
            "input",
            "these are token ids of an OpenAI model, which no Bedrock model reads; send the text itself, as a string or a \
             list of strings (LangChain: check_embedding_ctx_length=False)",
        )),
    }
}

/// The input in pieces of one call each: runs of texts, and every medium by itself.
fn pieces<'a>(
    texts: &'a [&'a str],
    codec: &EmbedCodec,
    spec: &ModelSpec,
    extra: &Extras<'_>,
) -> Result<Vec<(Range<usize>, EmbedContent<'a>)>, TransformError> {
    if texts.iter().all(|text| text.is_empty()) && texts.len() <= 1 {
        if extra.iter().any(|(name, _)| codec.content.contains(name)) {
            return Ok(vec![(0..1, EmbedContent::Extra)]);
        }
        return Err(TransformError::invalid("input", "is empty; send a text or a list of texts"));
    }
    let takes_media = spec.model.can.images || spec.model.can.audio || spec.model.can.video;
    let mut pieces = Vec::new();
    let mut start = 0;
    for (index, text) in texts.iter().enumerate() {
        if is_data_url(text) && !takes_media {
            return Err(TransformError::unsupported_content(format!("input[{index}]"), "media", spec.family.name));
        }
        let is_medium = takes_media && (is_data_url(text) || text.starts_with("s3://"));
        let is_full = index - start == codec.batch.max(1);
        if start < index && (is_medium || is_full) {
            pieces.push((start..index, EmbedContent::Texts(&texts[start..index])));
            start = index;
        }
        if is_medium {
            pieces.push((index..index + 1, EmbedContent::Medium(text)));
            start = index + 1;
        }
    }
    if start < texts.len() {
        pieces.push((start..texts.len(), EmbedContent::Texts(&texts[start..])));
    }
    Ok(pieces)
}

/// `data:image/png;base64,…`; a sentence may begin with `data:`, too.
fn is_data_url(text: &str) -> bool {
    let head = text.strip_prefix("data:").and_then(|rest| rest.split_once(',')).map(|(head, _)| head);
    head.is_some_and(|head| head.ends_with(";base64") && !head.contains(char::is_whitespace))
}

/// `input[3]`, or `input[96..192]` of a call with many texts.
fn path(range: &Range<usize>) -> String {
    if range.len() == 1 { format!("input[{}]", range.start) } else { format!("input[{}..{}]", range.start, range.end) }
}

impl<'a> EmbedInput<'a> {
    /// The one text of the call, if it embeds texts.
    #[must_use]
    pub fn text(&self) -> Option<&'a str> {
        match self.content {
            EmbedContent::Texts(texts) => texts.first().copied(),
            EmbedContent::Extra | EmbedContent::Medium(_) => None,
        }
    }

    /// The medium of the call, if it embeds one of the kinds that the model takes.
    pub(crate) fn medium(&self, spec: &ModelSpec) -> Result<Option<Medium<'a>>, TransformError> {
        let EmbedContent::Medium(url) = self.content else { return Ok(None) };
        let medium = media::of_url(url, Label::default(), self.options, self.at)?;
        let can = spec.model.can;
        let (takes, what) = match medium.kind {
            Kind::Audio => (can.audio, "sound"),
            Kind::Document => (can.documents, "documents"),
            Kind::Image => (can.images, "images"),
            Kind::Video => (can.video, "video"),
        };
        if takes { Ok(Some(medium)) } else { Err(TransformError::unsupported_content(self.at, what, spec.family.name)) }
    }

    /// Whether the caller sets `name`.
    #[must_use]
    pub fn sets(&self, name: &str) -> bool {
        self.extra.iter().any(|(set, _)| *set == name)
    }
}

/// How to read the answers to the calls of one request.
#[derive(Debug, Clone)]
pub struct EmbedReply {
    model: Arc<str>,
    family: &'static Family,
    format: EncodingFormat,
    places: Arc<[Place]>,
}

/// What one call embeds.
#[derive(Debug)]
struct Place {
    range: Range<usize>,
    at: String,
    /// Whether there is to be an embedding for each input.
    counted: bool,
}

impl EmbedReply {
    /// JSON path of what the call at `index` embeds, e.g. `input[3]`.
    #[must_use]
    pub fn at(&self, index: usize) -> &str {
        self.places.get(index).map_or("input", |place| &place.at)
    }

    /// Reads the answer to the call at `index`.
    ///
    /// # Errors
    /// If it cannot be read, or does not have an embedding for each input.
    pub fn read(&self, index: usize, answer: &Answer) -> Result<Embedded, TransformError> {
        let malformed =
            |message: String| TransformError::malformed(self.family.name, serde_json::Error::custom(message));
        let (Some(place), Some(codec)) = (self.places.get(index), &self.family.embed) else {
            return Err(malformed(format!("there was no call {index}")));
        };
        let mut embedded = (codec.response)(&answer.body)?;
        embedded.tokens = embedded.tokens.or_else(|| answer.meta.usage.map(|usage| usage.prompt_tokens));
        let first = u32::try_from(place.range.start).unwrap_or(u32::MAX);
        embedded.embeddings.sort_by_key(|embedding| embedding.index);
        let mut indexes: Vec<u32> = embedded.embeddings.iter().map(|embedding| embedding.index).collect();
        indexes.dedup();
        if place.counted && indexes.len() != place.range.len() {
            return Err(malformed(format!("{} inputs, {} embeddings", place.range.len(), indexes.len())));
        }
        for embedding in &mut embedded.embeddings {
            embedding.index = embedding.index.saturating_add(first);
            if self.format == EncodingFormat::Base64 {
                encode::base64(&mut embedding.embedding);
            }
        }
        Ok(embedded)
    }

    /// The answer to the request: what the calls brought, in their order. The tokens are the sum of AWS's counts, if there
    /// is one of every call.
    #[must_use]
    pub fn assemble(&self, parts: Vec<Embedded>) -> EmbeddingResponse {
        let tokens = parts.iter().try_fold(0_u64, |sum, part| Some(sum.saturating_add(part.tokens?)));
        let data = parts.into_iter().flat_map(|part| part.embeddings).collect();
        EmbeddingResponse::new(self.model.as_ref(), data, tokens.map(EmbeddingUsage::new))
    }
}
