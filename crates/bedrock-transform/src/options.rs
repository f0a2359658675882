//! What a caller decides about mapping, beside the request itself.

use std::collections::BTreeMap;

use bytes::Bytes;
use core_types::Content;

use crate::{Delivery, PromptTemplate};

/// What to do where a request does not fit a model. The defaults are documented in `docs/defaults.md`.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Options {
    /// What happens to parameters that the model does not have.
    pub unsupported: UnsupportedParams,
    /// Parameters to leave out, supported or not. Paths reach into them: `tools[*].function.strict`.
    pub additional_drop_params: Vec<String>,
    /// Parameters to pass to the model although it is not known to have them.
    pub allowed_openai_params: Vec<String>,
    /// Whether the conversation may be repaired: turns of the gateway's own where a model demands them.
    pub modify_params: bool,
    /// What the user is made to say where the model demands a user turn. Implies the repair of such places.
    pub user_continue_message: Option<Content>,
    /// Flags of the header `anthropic-beta` to pass on besides those that Bedrock is known to take.
    pub allowed_betas: Vec<String>,
    /// How the answer is to come, whatever the request's `stream` says.
    pub delivery: Option<Delivery>,
    /// What is sent as the token limit where the caller names none.
    pub default_max_tokens: DefaultMaxTokens,
    /// Whether models that call tools more reliably so sample greedily where tools are given and the caller says nothing of sampling.
    pub greedy_tools: bool,
    /// Number of the AWS account whose buckets `s3:` URLs name, where a part does not say it. None is the caller's own.
    pub s3_bucket_owner: Option<String>,
    /// How a conversation is written for models that take a prompt; `None` leaves it to the model's family.
    pub prompt_template: Option<PromptTemplate>,
    /// Media that was fetched for the `http(s)` URLs of the request.
    pub media: Media,
}

/// What is sent as the token limit where the caller names none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DefaultMaxTokens {
    /// The largest that is known of the model; nothing if none is known.
    ModelMax,
    /// Nothing, where AWS allows it.
    #[default]
    Omit,
    /// So many tokens.
    Tokens(u32),
}

/// What happens to parameters that a model does not have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnsupportedParams {
    /// They are left out, with a warning each.
    Drop,
    /// The request is refused.
    #[default]
    Reject,
}

/// Media by URL: fetching is not the mapper's business.
#[derive(Debug, Clone, Default)]
pub struct Media(BTreeMap<String, Fetched>);

/// One fetched medium.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Fetched {
    /// The bytes.
    pub bytes: Bytes,
    /// What the server called them.
    pub media_type: Option<String>,
}

impl Media {
    /// Adds what was fetched from `url`.
    pub fn insert(&mut self, url: impl Into<String>, bytes: impl Into<Bytes>, media_type: Option<String>) {
        self.0.insert(url.into(), Fetched { bytes: bytes.into(), media_type });
    }

    /// What was fetched from `url`.
    #[must_use]
    pub fn fetched(&self, url: &str) -> Option<&Fetched> {
        self.0.get(url)
    }
}

/// What the user is made to say where nothing else was asked for.
pub(crate) const CONTINUE: &str = "Please continue.";

impl Options {
    /// What the user is made to say, if repair was asked for; the inner `None` is [`CONTINUE`].
    pub(crate) const fn continue_content(&self) -> Option<Option<&Content>> {
        match &self.user_continue_message {
            Some(content) => Some(Some(content)),
            None if self.modify_params => Some(None),
            None => None,
        }
    }
}
