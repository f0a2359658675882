//! Ranking: Cohere's shape to Bedrock's `Rerank`, one body for all models, or to a model's own body; and back.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/rerank-use.html>

pub(crate) mod codec;
mod input;
mod operation;
pub(crate) mod read;

use core_types::{RawJson, RerankDocument, RerankMeta, RerankRequest, RerankResponse, RerankResult};
use serde::de::Error as _;

pub use input::RerankInput;

use crate::controls::Controls;
use crate::model::arn;
use crate::rerank::codec::ReadRerank;
use crate::{
    Answer, ModelId, ModelSpec, Operation, Options, Outgoing, Route, Target, TransformError, Warning, Warnings, native,
};

/// Everything needed to send a rerank request and to read its answer, which may come in pages.
#[derive(Debug)]
#[non_exhaustive]
pub struct RerankCall {
    /// What goes out.
    pub outgoing: Outgoing,
    /// What was left out, changed or rewritten.
    pub warnings: Vec<Warning>,
    /// How to read the answer.
    pub reply: RerankReply,
}

/// Maps a rerank request for the model that `spec` describes. A model that is named by its id is looked for in the region
/// that the request or the name asks for, else in `region`, the caller's own.
///
/// # Errors
/// If the request is wrong, the model cannot take it, or its region is not known. Nothing of it is lost silently.
pub fn rerank(
    request: &RerankRequest,
    spec: &ModelSpec,
    region: Option<&str>,
    options: &Options,
) -> Result<RerankCall, TransformError> {
    let controls = Controls::read(&request.extra, options)?;
    let mut warnings = Warnings::default();
    let own = controls.own(&request.extra, &["documents", "query"], &mut warnings)?;
    let mut extra = controls.extras(&own, &mut warnings);
    let unfolded = native::unfold(&mut extra, Vec::new())?;
    extra.extend(unfolded.iter().map(|(name, value)| (name.as_str(), value)));
    let mut headers = controls.headers.clone();
    let invokes = spec.id.route == Some(Route::Invoke);
    if invokes {
        headers.extend(native::headers::take(&mut extra)?);
    }
    let input = RerankInput::admit(request, extra, &controls.options, &mut warnings)?;
    let (mut outgoing, read): (Outgoing, ReadRerank) = if invokes {
        let codec = spec.family.rerank.as_ref();
        let codec = codec.ok_or_else(|| TransformError::wrong_model(&request.model, "ranking with InvokeModel"))?;
        let body = (codec.request)(&input, spec, &mut warnings)?;
        (controls.outgoing(spec, Operation::InvokeModel, body)?, codec.response)
    } else {
        let mut outgoing = controls.outgoing(spec, Operation::Rerank, bytes::Bytes::new())?;
        let region = outgoing.region.as_deref().or(region);
        outgoing.target = model_arn(&outgoing.target, region)?;
        outgoing.body = operation::request(&input, outgoing.target.as_str())?;
        (outgoing, operation::response)
    };
    outgoing.headers = headers;
    let wants_documents = input.return_documents;
    let reply = RerankReply {
        read,
        family: spec.family.name,
        documents: if wants_documents { request.documents.clone() } else { Vec::new() },
        most: input.top_n.unwrap_or(input.documents.len()),
        first: outgoing.body.clone(),
        pages: 0,
        answer: RerankResponse::default(),
    };
    Ok(RerankCall { outgoing, warnings: warnings.into_vec(), reply })
}

/// The ARN of a model that `target` names, by its ARN or by its id.
fn model_arn(target: &Target, region: Option<&str>) -> Result<Target, TransformError> {
    let id = ModelId::parse(target.as_str())?;
    if id.arn.is_some() {
        return Ok(target.clone());
    }
    if id.geo.is_some() {
        return Err(TransformError::model_id(
            target.as_str(),
            "models that rank have no cross-region profiles: name the model without its geography",
        ));
    }
    let region = region.ok_or_else(|| {
        TransformError::invalid("model", "no AWS region to find the model in: set AWS_REGION, or name it by its ARN")
    })?;
    Ok(Target::new(arn::foundation_model(region, &id.base)))
}

/// How to read the answer to a rerank request: page by page, then [`finish`](Self::finish).
#[derive(Debug, Clone)]
pub struct RerankReply {
    read: ReadRerank,
    family: &'static str,
    /// The documents, if the results are to repeat them.
    documents: Vec<RerankDocument>,
    /// Most results that were asked for.
    most: usize,
    /// The body of the first call, to which later ones add a token.
    first: bytes::Bytes,
    pages: usize,
    answer: RerankResponse,
}

impl RerankReply {
    /// Reads the answer to `call`. If there is more to it, the call that asks for the rest.
    ///
    /// # Errors
    /// If the answer cannot be read, or its pages have no end.
    pub fn read(&mut self, call: &Outgoing, answer: &Answer) -> Result<Option<Outgoing>, TransformError> {
        let Ranked { results, meta, next_token } = (self.read)(&answer.body)?;
        self.pages += 1;
        if self.answer.id.is_empty() {
            self.answer.id = id(answer);
        }
        let counted = answer.meta.usage.map(|usage| {
            RerankMeta::default()
                .tokens(Some(usage.prompt_tokens), Some(usage.completion_tokens).filter(|out| *out > 0))
        });
        self.answer.meta = self.answer.meta.or(meta).or(counted);
        self.answer.results.extend(results);
        let Some(token) = next_token.filter(|_| self.answer.results.len() < self.most) else { return Ok(None) };
        // Every page brings a result, or one could go on asking for ever.
        if self.pages > self.answer.results.len() {
            return Err(TransformError::malformed(self.family, serde_json::Error::custom("a page without results")));
        }
        let mut next = call.clone();
        next.body = operation::next_page(&self.first, &token)?;
        Ok(Some(next))
    }

    /// The documents by relevance, best first.
    #[must_use]
    pub fn finish(self) -> RerankResponse {
        let mut answer = self.answer;
        answer.results.sort_by(|one, other| other.relevance_score.total_cmp(&one.relevance_score));
        answer.results.truncate(self.most);
        for result in &mut answer.results {
            let document = usize::try_from(result.index).ok().and_then(|index| self.documents.get(index));
            result.document = document.and_then(shown);
        }
        answer
    }
}

/// A document as Cohere's clients expect it back.
fn shown(document: &RerankDocument) -> Option<RawJson> {
    match document {
        RerankDocument::Object(object) => Some(object.clone()),
        RerankDocument::Text(text) => RawJson::from_value(&operation::Text { text }).ok(),
    }
}

/// AWS's request id, without what the ids of chats begin with.
fn id(answer: &Answer) -> String {
    let id = &*answer.meta.id;
    id.strip_prefix("chatcmpl-").unwrap_or(id).to_owned()
}

/// An answer, or a page of one, read.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Ranked {
    /// Places and scores.
    pub results: Vec<RerankResult>,
    /// Counts, if the body has them.
    pub meta: Option<RerankMeta>,
    /// What asks for the next page.
    pub next_token: Option<String>,
}

impl Ranked {
    /// An answer in one page.
    #[must_use]
    pub const fn new(results: Vec<RerankResult>, meta: Option<RerankMeta>) -> Self {
        Self { results, meta, next_token: None }
    }
}
