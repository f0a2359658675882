//! Embeddings of long media: a job is started, and leaves its vectors in S3.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_StartAsyncInvoke.html>,
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_GetAsyncInvoke.html>

use bytes::Bytes;
use core_types::{EmbeddingRequest, RawJson};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::embed::{Admitted, EmbedInput, admitted, pieces, texts};
use crate::{Answer, Arn, ModelSpec, Operation, Options, Outgoing, Target, TransformError, Warning};

/// Everything needed to start a job.
#[derive(Debug)]
#[non_exhaustive]
pub struct EmbedJobCall {
    /// What goes out. [`EmbedJob::read`] reads the answer.
    pub outgoing: Outgoing,
    /// What was left out, changed or rewritten.
    pub warnings: Vec<Warning>,
}

/// A job, as far as AWS told of it: when it starts, nothing but its ARN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EmbedJob {
    /// What the job is called, for [`embed_job`].
    pub invocation_arn: String,
    /// How far it is.
    pub status: JobStatus,
    /// Where its vectors are, once it is complete: a folder that AWS makes in `output_s3_uri`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_s3_uri: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_message: Option<String>,
    /// When it was submitted, as AWS writes it: `2026-01-31T12:00:00Z`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submit_time: Option<String>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<String>,
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub enum JobStatus {
    /// The vectors are in S3.
    Completed,
    /// There will be none.
    Failed,
    /// It goes on.
    InProgress,
    /// A word of AWS's that is not known here.
    #[serde(untagged)]
    Other(String),
}

/// Maps an embedding request to a job. It says where the vectors go: `output_s3_uri`, e.g. `s3://bucket/folder/`, or AWS's
/// own `outputDataConfig`. A start that is sent again starts another job, unless the request has a `clientRequestToken`.
///
/// # Errors
/// If the request is wrong, names no such place, or the model does no jobs.
pub fn embed_async(
    request: &EmbeddingRequest,
    spec: &ModelSpec,
    options: &Options,
) -> Result<EmbedJobCall, TransformError> {
    let codec = spec.family.embed.as_ref().and_then(|codec| Some((codec, codec.job.as_ref()?)));
    let Some((codec, job)) = codec else {
        return Err(TransformError::wrong_model(&request.model, "embeddings in a job"));
    };
    let mut spec = spec.clone();
    spec.model.can = job.can;
    admitted(request, &spec, options, |admitted| {
        let Admitted { controls, dimensions, format: _, mut extra, headers, mut warnings } = admitted;
        let mut take = |wanted: &str| {
            let place = extra.iter().position(|(name, _)| *name == wanted)?;
            Some(extra.remove(place).1)
        };
        let output = output(take("output_s3_uri"), take("outputDataConfig"))?;
        let token = take("clientRequestToken");
        let texts = texts(&request.input)?;
        let pieces = pieces(&texts, codec, &spec, &extra)?;
        let [(_, content)] = pieces.as_slice() else {
            return Err(TransformError::invalid("input", "a job embeds one text or one medium; start a job for each"));
        };
        let input =
            EmbedInput { options: &controls.options, content: *content, at: "input", dimensions, extra: &extra };
        let model_input = (job.request)(&input, &spec, &mut warnings)?;
        let mut outgoing = controls.outgoing(&spec, Operation::StartAsyncInvoke, Bytes::new())?;
        outgoing.body = body(outgoing.target.as_str(), &model_input, &output, token)?;
        outgoing.headers = headers;
        Ok(EmbedJobCall { outgoing, warnings: warnings.into_vec() })
    })
}

/// The call that asks how far a job is.
///
/// # Errors
/// If `invocation_arn` is not the ARN of a job.
pub fn embed_job(invocation_arn: &str) -> Result<Outgoing, TransformError> {
    let wrong = || TransformError::invalid("invocation_arn", "expected arn:aws:bedrock:region:account:async-invoke/id");
    let arn = Arn::parse(invocation_arn).map_err(|_| wrong())?;
    if !invocation_arn.contains(":async-invoke/") {
        return Err(wrong());
    }
    let mut outgoing = Outgoing::new(Operation::GetAsyncInvoke, Target::new(invocation_arn), Bytes::new());
    outgoing.region = Some(arn.region).filter(|region| !region.is_empty());
    Ok(outgoing)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Start<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    client_request_token: Option<&'a RawJson>,
    model_id: &'a str,
    model_input: &'a RawValue,
    output_data_config: &'a RawJson,
}

fn body(
    model_id: &str,
    model_input: &[u8],
    output: &RawJson,
    token: Option<&RawJson>,
) -> Result<Bytes, TransformError> {
    let unwritten = |error: serde_json::Error| TransformError::invalid("input", error.to_string());
    let model_input = serde_json::from_slice(model_input).map_err(unwritten)?;
    let start = Start { client_request_token: token, model_id, model_input, output_data_config: output };
    serde_json::to_vec(&start).map(Bytes::from).map_err(unwritten)
}

fn output(uri: Option<&RawJson>, config: Option<&RawJson>) -> Result<RawJson, TransformError> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Config {
        s3_output_data_config: Place,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Place {
        s3_uri: String,
    }
    const AT: &str = "output_s3_uri";
    match (uri, config) {
        (Some(uri), None) => {
            let s3_uri = uri.read::<String>().ok().filter(|uri| uri.starts_with("s3://"));
            let s3_uri = s3_uri.ok_or_else(|| TransformError::invalid(AT, "expected `s3://bucket/folder/`"))?;
            RawJson::from_value(&Config { s3_output_data_config: Place { s3_uri } })
                .map_err(|error| TransformError::invalid(AT, error.to_string()))
        }
        (None, Some(config)) => Ok(config.clone()),
        (Some(_), Some(_)) => Err(TransformError::invalid(AT, "stands beside `outputDataConfig`; send one of them")),
        (None, None) => {
            Err(TransformError::invalid(AT, "a job leaves its vectors in S3: say where, e.g. `s3://bucket/folder/`"))
        }
    }
}

impl EmbedJob {
    /// Reads the answer to the call that started a job, or to one that asked how far it is.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(answer: &Answer) -> Result<Self, TransformError> {
        let malformed = |error| TransformError::malformed("StartAsyncInvoke", error);
        let told: Told = serde_json::from_slice(&answer.body).map_err(malformed)?;
        let Told { invocation_arn, status, failure_message, submit_time, end_time, output_data_config } = told;
        let place = output_data_config.and_then(|config| config.s3_output_data_config);
        Ok(Self {
            invocation_arn,
            status: match status.as_deref() {
                Some("Completed") => JobStatus::Completed,
                Some("Failed") => JobStatus::Failed,
                None | Some("InProgress") => JobStatus::InProgress,
                Some(other) => JobStatus::Other(other.to_owned()),
            },
            output_s3_uri: place.and_then(|place| place.s3_uri),
            failure_message,
            submit_time,
            end_time,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    invocation_arn: String,
    status: Option<String>,
    failure_message: Option<String>,
    submit_time: Option<String>,
    end_time: Option<String>,
    output_data_config: Option<ToldOutput>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToldOutput {
    s3_output_data_config: Option<ToldPlace>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToldPlace {
    s3_uri: Option<String>,
}
