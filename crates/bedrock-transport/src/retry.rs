//! What is sent again, and when. The SDK's strategy does the rest: it waits longer each time, with full jitter, and
//! stops when too many of a transport's calls fail.

use std::time::{Duration, SystemTime};

use aws_config::retry::RetryConfig;
use aws_sdk_bedrockruntime::config::retry::{ClassifyRetry, RetryAction};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::retries::classifiers::RetryClassifierPriority;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use aws_smithy_types::retry::ErrorKind as Reason;
use bedrock_transform::ErrorKind;

use crate::error::{chain, from_response};

/// Longest wait that AWS may ask for; the caller is told of longer ones instead.
const LONGEST: Duration = Duration::from_secs(20);

pub(crate) fn config(max_attempts: u32) -> RetryConfig {
    RetryConfig::standard().with_max_attempts(max_attempts.max(1)).with_max_backoff(LONGEST)
}

/// Decides after the SDK's own classifiers.
#[derive(Debug)]
pub(crate) struct Classifier;

impl ClassifyRetry for Classifier {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        match context.response() {
            Some(response) if !response.status().is_success() => of_answer(response),
            Some(_) => RetryAction::NoActionIndicated,
            None => of_silence(context),
        }
    }

    fn name(&self) -> &'static str {
        "Pumice"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

fn of_answer(response: &HttpResponse) -> RetryAction {
    let error = from_response(response);
    if !error.kind.is_retryable() {
        // Not forbidden: the SDK may know better, e.g. that our clock is wrong.
        return RetryAction::NoActionIndicated;
    }
    let reason = match error.kind {
        ErrorKind::Throttled | ErrorKind::ModelNotReady => Reason::ThrottlingError,
        ErrorKind::Internal | ErrorKind::Overloaded | ErrorKind::ModelFailed => Reason::ServerError,
        _ => Reason::TransientError,
    };
    match error.retry_after {
        Some(delay) if delay > LONGEST => RetryAction::RetryForbidden,
        Some(delay) => RetryAction::retryable_error_with_explicit_delay(reason, delay),
        None => RetryAction::retryable_error(reason),
    }
}

/// A model that has not answered in time may still be at work, and be paid for: that is not begun again.
fn of_silence(context: &InterceptorContext) -> RetryAction {
    let Some(Err(error)) = context.output_or_error() else { return RetryAction::NoActionIndicated };
    let is_timeout = error.is_timeout_error() || error.as_connector_error().is_some_and(|error| error.is_timeout());
    // The SDK's error has no other name for this.
    let is_connect = error.as_connector_error().is_some_and(|error| chain(error).contains("HTTP connect"));
    if is_timeout && !is_connect { RetryAction::RetryForbidden } else { RetryAction::NoActionIndicated }
}

/// How long AWS asks to wait: in `x-amz-retry-after` in milliseconds, in `Retry-After` in seconds or as a date.
pub(crate) fn delay(response: &HttpResponse, now: SystemTime) -> Option<Duration> {
    let header = |name: &str| response.headers().get(name).map(str::trim);
    if let Some(delay) = header("x-amz-retry-after").and_then(|text| text.parse().ok()).map(Duration::from_millis) {
        return Some(delay);
    }
    let text = header("retry-after")?;
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = SystemTime::try_from(DateTime::from_str(text, Format::HttpDate).ok()?).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}
