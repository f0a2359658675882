//! `pumice rerank`.

use std::path::Path;

use facade::{RerankDocument, RerankRequest};

use crate::cli::RerankArgs;
use crate::commands::setup::{Setup, setup};
use crate::commands::{Failure, chat, explain};
use crate::error::ApiError;
use crate::{Environment, output};

pub(super) async fn run(args: RerankArgs, env: Environment) -> Result<(), Failure> {
    let mut request = RerankRequest::new(&args.model, &args.query).documents(args.documents);
    if let Some(file) = &args.file {
        request = request.documents(lines(file)?);
    }
    request.top_n = args.top_n;
    let Setup { deployments, emulator, .. } = setup(&args.source, env).await?;
    let found =
        deployments.find(&args.model).ok_or_else(|| Failure::Refused(ApiError::unknown_model(&args.model).json()))?;
    let call = found.prepare_rerank(&mut request)?;
    chat::warn(&call.warnings);
    let reply = found.deployment.client.send_rerank(call).await?;
    if args.json {
        let json = serde_json::to_string_pretty(&reply.value).map_err(|error| Failure::Other(error.to_string()))?;
        output::out(&format!("{json}\n"));
    } else {
        for result in &reply.value.results {
            let place = usize::try_from(result.index).unwrap_or(usize::MAX);
            let text = match request.documents.get(place) {
                Some(RerankDocument::Text(text)) => text.as_str(),
                Some(RerankDocument::Object(object)) => object.as_str(),
                None => "",
            };
            output::out(&format!("{:.4}  {text}\n", result.relevance_score));
        }
    }
    chat::told(None, reply.request_id.as_deref());
    if let Some(emulator) = &emulator {
        chat::show(emulator);
    }
    Ok(())
}

/// The lines that have something on them.
fn lines(file: &Path) -> Result<Vec<String>, Failure> {
    let bytes = explain::input(file)?;
    let text = String::from_utf8(bytes).map_err(|error| Failure::Other(format!("{}: {error}", file.display())))?;
    Ok(text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect())
}
