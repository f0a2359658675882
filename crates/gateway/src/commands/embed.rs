//! `pumice embed`.

use std::io::Read as _;

use facade::types::Vector;
use facade::{EmbeddingRequest, EmbeddingResponse};

use crate::cli::EmbedArgs;
use crate::commands::setup::{Setup, setup};
use crate::commands::{Failure, chat};
use crate::error::ApiError;
use crate::{Environment, output};

pub(super) async fn run(args: &EmbedArgs, env: Environment) -> Result<(), Failure> {
    let mut request = EmbeddingRequest::new(&args.model, texts(args)?);
    request.dimensions = args.dimensions;
    let Setup { deployments, emulator: _emulator, .. } = setup(&args.source, env).await?;
    let found =
        deployments.find(&args.model).ok_or_else(|| Failure::Refused(ApiError::unknown_model(&args.model).json()))?;
    let call = found.prepare_embed(&mut request)?;
    chat::warn(&call.warnings);
    let reply = found.deployment.client.send_embed(call).await?;
    output::out(&if args.json { json(&reply.value)? } else { lines(&reply.value)? });
    if let Some(usage) = reply.value.usage {
        output::err(&format!("usage: {} tokens\n", usage.prompt_tokens));
    }
    if let Some(request_id) = &reply.request_id {
        output::err(&format!("AWS request id: {request_id}\n"));
    }
    Ok(())
}

fn texts(args: &EmbedArgs) -> Result<Vec<String>, Failure> {
    if !args.texts.is_empty() {
        return Ok(args.texts.clone());
    }
    let mut text = String::new();
    std::io::stdin().lock().read_to_string(&mut text)?;
    Ok(text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

fn json(answer: &EmbeddingResponse) -> Result<String, Failure> {
    serde_json::to_string_pretty(answer).map(|json| json + "\n").map_err(|error| Failure::Other(error.to_string()))
}

/// A vector a line, as JSON.
fn lines(answer: &EmbeddingResponse) -> Result<String, Failure> {
    let line = |vector: &Vector| serde_json::to_string(vector).map_err(|error| Failure::Other(error.to_string()));
    answer.data.iter().map(|embedding| Ok(line(&embedding.embedding)? + "\n")).collect()
}
