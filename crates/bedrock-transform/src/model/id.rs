//! Model names as LiteLLM's users write them.
//!
//! ```text
//! name   := ["bedrock/"] {route "/" | "async_invoke/" | region "/" | body "/"} id [":" digits "k"] ["[" word "]"]
//! id     := [geo "."] vendor "." model | ARN
//! ```

use crate::model::arn::{Arn, ArnKind};
use crate::{Route, Target, TransformError};

/// A model name, parsed once. Nothing else in the workspace looks into the text of a model id.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelId {
    /// The route that the name asks for.
    pub route: Option<Route>,
    /// Whether the name asks for a job: `async_invoke/`.
    pub job: bool,
    /// The region that the name or its ARN asks for.
    pub region: Option<String>,
    /// The native body of an imported model, e.g. `llama` in `llama/arn:…`.
    pub body: Option<&'static str>,
    /// The geography of a cross-region profile, e.g. `us`.
    pub geo: Option<String>,
    /// The ARN, if the name is one.
    pub arn: Option<Arn>,
    /// The model without geography and suffixes, e.g. `anthropic.claude-3-haiku-20240307-v1:0`; empty if the ARN does
    /// not say.
    pub base: String,
    /// What goes into the URL.
    pub target: Target,
}

/// Native bodies that may be named before the ARN of an imported or custom model.
const BODIES: &[&str] = &["deepseek_r1", "llama", "mistral", "moonshot", "nova", "nova-2", "openai", "qwen2", "qwen3"];

/// Routes of LiteLLM that lead away from Converse and InvokeModel.
const OTHER_ROUTES: &[&str] = &["agent", "agentcore", "chat_completions", "claude_platform", "converse_like", "mantle"];

/// Geographies of cross-region inference profiles.
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html>
const GEOS: &[&str] = &["apac", "au", "ca", "eu", "global", "in", "jp", "us", "us-gov"];

/// First words of model ids. They tell an unknown geography from a vendor.
const VENDORS: &[&str] = &[
    "ai21",
    "amazon",
    "anthropic",
    "cohere",
    "deepseek",
    "google",
    "luma",
    "meta",
    "minimax",
    "mistral",
    "moonshot",
    "moonshotai",
    "nvidia",
    "openai",
    "qwen",
    "stability",
    "twelvelabs",
    "writer",
    "xai",
    "zai",
];

impl ModelId {
    /// Reads a model name. An unknown model is not an error.
    ///
    /// # Errors
    /// If nothing is left of the name after its prefixes, an ARN is malformed, or the name asks for a route that is
    /// none of Converse, InvokeModel and, for jobs, StartAsyncInvoke.
    pub fn parse(name: &str) -> Result<Self, TransformError> {
        let mut rest = name.strip_prefix("bedrock/").unwrap_or(name);
        let (mut route, mut job, mut region, mut body) = (None, false, None, None);
        while let Some((head, tail)) = rest.split_once('/').filter(|_| !rest.starts_with("arn:")) {
            match head {
                "async_invoke" => job = true,
                "converse" => route = Some(Route::Converse),
                "invoke" => route = Some(Route::Invoke),
                _ if OTHER_ROUTES.contains(&head) => {
                    return Err(TransformError::model_id(
                        name,
                        "only the routes `converse/`, `invoke/` and, for embeddings, `async_invoke/` are served",
                    ));
                }
                _ if is_region(head) => region = Some(head.to_owned()),
                _ => match BODIES.iter().find(|known| **known == head) {
                    Some(known) => body = Some(*known),
                    None => return Err(TransformError::model_id(name, "unknown prefix before a `/`")),
                },
            }
            rest = tail;
        }
        if rest.is_empty() {
            return Err(TransformError::model_id(name, "it is empty"));
        }
        if rest.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(TransformError::model_id(name, "it contains white space"));
        }
        if rest.starts_with("arn:") {
            return Self::of_arn(rest, route, region, body).map(|id| Self { job, ..id });
        }
        let id = without_suffixes(rest);
        let (geo, base) = split_geo(id);
        // LiteLLM's page names a model `stability.stability.sd3-large-v1:0`; AWS's id has the vendor once.
        let base = match base.split_once('.') {
            Some((vendor, tail)) if tail.strip_prefix(vendor).is_some_and(|more| more.starts_with('.')) => tail,
            _ => base,
        };
        let target = geo.map_or_else(|| base.to_owned(), |geo| format!("{geo}.{base}"));
        Ok(Self {
            route,
            job,
            region,
            body,
            geo: geo.map(str::to_owned),
            arn: None,
            base: base.to_owned(),
            target: Target::new(target),
        })
    }

    fn of_arn(
        text: &str,
        route: Option<Route>,
        region: Option<String>,
        body: Option<&'static str>,
    ) -> Result<Self, TransformError> {
        let arn = Arn::parse(text)?;
        let (geo, base) = if arn.kind.names_model() { split_geo(&arn.resource) } else { (None, "") };
        Ok(Self {
            route,
            job: false,
            region: region.or_else(|| Some(arn.region.clone()).filter(|region| !region.is_empty())),
            body,
            geo: geo.map(str::to_owned),
            base: without_suffixes(base).to_owned(),
            target: Target::new(text),
            arn: Some(arn),
        })
    }

    /// The id with its geography, as price lists have it; empty if the name does not say.
    #[must_use]
    pub fn listing(&self) -> String {
        match &self.geo {
            Some(geo) => format!("{geo}.{}", self.base),
            None => self.base.clone(),
        }
    }

    /// The kind of the ARN, if the name is one.
    #[must_use]
    pub fn arn_kind(&self) -> Option<ArnKind> {
        self.arn.as_ref().map(|arn| arn.kind)
    }
}

/// `us-east-1`, `us-gov-west-1`, `ap-southeast-7`: words of letters, then a number.
fn is_region(text: &str) -> bool {
    let mut words = text.split('-');
    let number = words.next_back().is_some_and(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit()));
    let mut count = 0;
    let letters = words.all(|word| {
        count += 1;
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase())
    });
    number && letters && count >= 2
}

/// Takes off `[1m]` and a context-window suffix such as `:200k`, neither of which belongs in a URL.
fn without_suffixes(id: &str) -> &str {
    let id = match id.strip_suffix(']').and_then(|open| open.rsplit_once('[')) {
        Some((before, _)) => before,
        None => id,
    };
    match id.rsplit_once(':') {
        Some((before, window))
            if before.contains(':')
                && window.strip_suffix('k').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit())) =>
        {
            before
        }
        _ => id,
    }
}

fn split_geo(id: &str) -> (Option<&str>, &str) {
    let Some((first, rest)) = id.split_once('.') else { return (None, id) };
    let vendor_follows = rest.split_once('.').is_some_and(|(vendor, _)| VENDORS.contains(&vendor));
    let looks_like_geo = (2..=6).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let is_geo = GEOS.contains(&first) || (looks_like_geo && vendor_follows && !VENDORS.contains(&first));
    if is_geo { (Some(first), rest) } else { (None, id) }
}
