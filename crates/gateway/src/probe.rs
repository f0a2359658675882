//! The cheapest call that shows whether a model answers, by what the model is for.

use facade::transform::{Mode, ModelSpec};
use facade::types::{EmbeddingRequest, RerankRequest};
use facade::{ChatRequest, Error};

use crate::deployments::Found;

/// What came of it.
#[derive(Debug)]
pub(crate) enum Probe {
    /// The question, and why it was not answered, if it was not.
    Asked(&'static str, Result<(), String>),
    /// Nothing was sent, for this reason.
    Skipped(&'static str),
}

/// Asks one question, which costs money. Images are not drawn: the smallest costs more than a thousand questions.
pub(crate) async fn probe(found: &Found<'_>) -> Probe {
    let Some(spec) = found.deployment.spec() else {
        return Probe::Skipped("its name has a `*`");
    };
    if spec.id.job {
        return Probe::Skipped("it is asked by jobs, which leave files");
    }
    if spec.model.can.video && !spec.model.can.images {
        return Probe::Skipped("it answers about videos only");
    }
    let (question, outcome) = match mode(spec) {
        Some(Mode::Chat) => ("a chat of one token", chat(found).await),
        Some(Mode::Embedding) => ("an embedding of one word", embed(found).await),
        Some(Mode::Rerank) => ("a ranking of one document", rerank(found).await),
        Some(Mode::ImageEdit | Mode::ImageGeneration) => return Probe::Skipped("it draws, and no image is cheap"),
        _ => return Probe::Skipped("it is for none of the endpoints"),
    };
    Probe::Asked(question, outcome.map_err(|error| error.to_string()))
}

/// What is published of the model, else what its family is for.
fn mode(spec: &ModelSpec) -> Option<Mode> {
    let family = spec.family;
    let of_family = || match family {
        _ if family.converses() => Some(Mode::Chat),
        _ if family.embed.is_some() => Some(Mode::Embedding),
        _ if family.rerank.is_some() => Some(Mode::Rerank),
        _ if family.image.is_some() => Some(Mode::ImageGeneration),
        _ => None,
    };
    spec.info().mode().or_else(of_family)
}

async fn chat(found: &Found<'_>) -> Result<(), Error> {
    let mut request = ChatRequest::new(found.deployment.name()).user("Hi");
    request.max_tokens = Some(1);
    let call = found.prepare(&mut request).await?;
    found.deployment.client.send(call).await.map(drop)
}

async fn embed(found: &Found<'_>) -> Result<(), Error> {
    let mut request = EmbeddingRequest::new(found.deployment.name(), "Hi");
    found.deployment.client.send_embed(found.prepare_embed(&mut request)?).await.map(drop)
}

async fn rerank(found: &Found<'_>) -> Result<(), Error> {
    let mut request = RerankRequest::new(found.deployment.name(), "Hi").documents(["Hi"]);
    found.deployment.client.send_rerank(found.prepare_rerank(&mut request)?).await.map(drop)
}
