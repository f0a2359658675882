//! What a configuration says, once it is read.

use std::path::PathBuf;
use std::time::Duration;

use facade::transform::ModelOverrides;
use facade::types::Extra;
use facade::{ChatRequest, FetchLimits};

use crate::clientside::Clientside;
use crate::config::{Connection, Environment, Limits as Shares, Place, Routing};
use crate::keys::Keys;
use crate::limits::Limits;

/// How long open calls may go on after the signal to stop, where the configuration says nothing.
const DRAIN: Duration = Duration::from_secs(30);

/// A configuration, read and checked; no secret in it prints.
#[derive(Debug, Clone)]
pub struct Config {
    pub(crate) models: Vec<Model>,
    /// With the variables that the file sets.
    pub(crate) environment: Environment,
    pub(crate) keys: Keys,
    pub(crate) limits: Limits,
    /// How media behind URLs are fetched; `None` is not at all.
    pub(crate) fetch: Option<FetchLimits>,
    pub(crate) routing: Routing,
    /// Whether `/metrics` wants no key.
    pub(crate) open_metrics: bool,
    /// How long open calls may go on after the signal to stop.
    pub(crate) drain: Duration,
    pub(crate) json_logs: bool,
    /// Whether the log shows every request of AWS.
    pub(crate) verbose: bool,
    /// The files that it was read from, those that were included, and that of the keys.
    pub(crate) files: Vec<PathBuf>,
    pub(crate) warnings: Vec<String>,
}

/// One entry of `model_list`.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    /// The name that callers use. May have a `*`.
    pub(crate) name: String,
    /// The Bedrock model. May have a `*`, which stands for what the name's matched.
    pub(crate) model: String,
    /// The model that an ARN or an alias is built on.
    pub(crate) base_model: Option<String>,
    pub(crate) connection: Connection,
    /// `model_info.id`: what answers call this deployment.
    pub(crate) id: Option<String>,
    pub(crate) limits: Shares,
    /// What requests with tags find it by.
    pub(crate) tags: Vec<String>,
    /// What the entry says of the model: prices, limits, features.
    pub(crate) info: ModelOverrides,
    /// The time limit of streams, where it is another one.
    pub(crate) stream_timeout: Option<Duration>,
    /// How often a silent stream says that it is alive; `None` is never.
    pub(crate) keepalive: Option<Duration>,
    pub(crate) drop_params: bool,
    pub(crate) modify_params: bool,
    /// Whether chats go through an inference profile where AWS serves the model by nothing else.
    pub(crate) use_profiles: bool,
    /// What requests may bring of the caller's own.
    pub(crate) clientside: Clientside,
    /// Headers of the operator's own, sent with every call.
    pub(crate) headers: Vec<(String, String)>,
    /// Parameters of requests that do not set them.
    pub(crate) defaults: ChatRequest,
    /// `model_info`, as it is.
    pub(crate) shown: Extra,
    /// Where the profile is named, if it is.
    pub(crate) profile: Option<Place>,
    /// Where the model is named; nowhere, if there is no file.
    pub(crate) place: Option<Place>,
}

impl Model {
    /// An entry that says no more than its names.
    pub(crate) fn new(name: impl Into<String>, model: impl Into<String>, connection: Connection) -> Self {
        Self {
            name: name.into(),
            model: model.into(),
            base_model: None,
            connection,
            id: None,
            limits: Shares::default(),
            tags: Vec::new(),
            info: ModelOverrides::new(),
            stream_timeout: None,
            keepalive: None,
            drop_params: false,
            modify_params: false,
            use_profiles: false,
            clientside: Clientside::default(),
            headers: Vec::new(),
            defaults: ChatRequest::default(),
            shown: Extra::default(),
            profile: None,
            place: None,
        }
    }
}

impl Config {
    pub(crate) fn new() -> Self {
        Self {
            models: Vec::new(),
            environment: Environment::default(),
            keys: Keys::default(),
            limits: Limits::default(),
            fetch: Some(FetchLimits::default()),
            routing: Routing::default(),
            open_metrics: false,
            drain: DRAIN,
            json_logs: false,
            verbose: false,
            files: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// What there was to complain about without refusing the file.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}
