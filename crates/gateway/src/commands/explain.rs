//! `pumice explain`.

use std::io::Read as _;
use std::path::Path;

use facade::{ChatRequest, SignedRequest, Warning};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::cli::{ExplainArgs, Source};
use crate::commands::Failure;
use crate::commands::setup::read;
use crate::error::ApiError;
use crate::routes::body::parse;
use crate::{Deployments, Environment, output};

/// The region where nobody names one.
const ASSUMED_REGION: &str = "us-east-1";

/// The request as it would go out.
#[derive(Serialize)]
struct Explanation<'a> {
    method: &'a str,
    url: &'a str,
    signed: bool,
    #[serde(serialize_with = "headers")]
    headers: &'a [(String, String)],
    body: &'a RawValue,
    warnings: &'a [Warning],
}

pub(super) async fn run(args: &ExplainArgs, env: Environment) -> Result<(), Failure> {
    let body = input(&args.file)?;
    let mut config = read(&Source { config: args.config.clone(), emulator: false }, env)?;
    for model in &mut config.models {
        if model.connection.region.is_none() {
            model.connection.region.clone_from(&args.region);
        }
    }
    let deployments = Deployments::connect(&config).await?;
    let mut request: ChatRequest = parse(&body).map_err(refused)?;
    let name = request.model.clone();
    let found = deployments.find(&name).ok_or_else(|| refused(ApiError::unknown_model(&name)))?;
    let own = found.own(&mut request.extra).await.map_err(refused)?;
    let found = found.at(own.as_ref());
    let mut call = found.prepare(&mut request).await.map_err(refused)?;
    let transport = &found.deployment.transport;
    if call.outgoing.region.is_none() && transport.region().is_none() {
        output::err(&format!("no region is configured; {ASSUMED_REGION} is assumed\n"));
        call.outgoing.region = Some(ASSUMED_REGION.to_owned());
    }
    let mut signed = transport.sign(&call.outgoing).await.map_err(|error| refused(facade::Error::from(error)))?;
    mask(&mut signed);
    let text = std::str::from_utf8(&signed.body).map_err(|error| Failure::Other(error.to_string()))?;
    let explanation = Explanation {
        method: &signed.method,
        url: &signed.url,
        signed: signed.signed,
        headers: &signed.headers,
        body: serde_json::from_str(text).map_err(|error| Failure::Other(error.to_string()))?,
        warnings: &call.warnings,
    };
    let text = serde_json::to_string_pretty(&explanation).map_err(|error| Failure::Other(error.to_string()))?;
    output::out(&format!("{text}\n"));
    Ok(())
}

pub(super) fn input(file: &Path) -> Result<Vec<u8>, Failure> {
    if file.as_os_str() == "-" {
        let mut body = Vec::new();
        std::io::stdin().lock().read_to_end(&mut body)?;
        return Ok(body);
    }
    std::fs::read(file).map_err(|error| Failure::Other(format!("{}: {error}", file.display())))
}

fn refused(error: impl Into<ApiError>) -> Failure {
    Failure::Refused(error.into().json())
}

/// What lets others act as the caller. A signature does not: it is for this one request.
fn mask(request: &mut SignedRequest) {
    for (name, value) in &mut request.headers {
        let secret = match name.as_str() {
            "authorization" => !value.starts_with("AWS4-"),
            "x-amz-security-token" => true,
            _ => false,
        };
        if secret {
            "(hidden)".clone_into(value);
        }
    }
}

fn headers<S: Serializer>(headers: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(headers.iter().map(|(name, value)| (name, value)))
}
