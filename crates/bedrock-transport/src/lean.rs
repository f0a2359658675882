//! A call that the SDK has made before, made again without asking it how.
//!
//! Of what the SDK works out for a call, the URL, the headers and the way to sign are the same for all calls of one
//! operation on one model in one region. They are [learned](Route) from the first request that succeeds; later calls take
//! them from there, and take credentials, clock and connections from where the SDK does. That is the first attempt only:
//! what is no success is [given to the SDK](Replay) as the answer to its own first attempt, so that errors, waiting and
//! retries are the SDK's alone. `docs/performance.md` has what it saves.

use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use aws_credential_types::Credentials;
use aws_sdk_bedrockruntime::config::{ConfigBag, HttpClient, RuntimeComponents, SharedHttpClient, Token};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningParams, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::AuthScheme as _;
use aws_smithy_runtime_api::client::connection::CaptureSmithyConnection;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::identity::{
    Identity, IdentityCacheLocation, ResolveCachedIdentity as _, ResolveIdentity as _,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::DateTime;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::date_time::Format;
use aws_smithy_types::timeout::TimeoutConfig;
use bedrock_transform::{Operation, Outgoing};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};

use crate::config::{BEARER, SIGV4};
use crate::wire;

/// Most routes that are remembered. Callers may name models of their own.
const MOST: usize = 1024;
/// What the SDK takes from its budget of retries for one, at most.
const COST: usize = 14;
const ATTEMPT: HeaderName = HeaderName::from_static("amz-sdk-request");
const INVOCATION: HeaderName = HeaderName::from_static("amz-sdk-invocation-id");

/// The routes of one transport.
#[derive(Debug, Default)]
pub(crate) struct Lean {
    routes: RwLock<Vec<Arc<Route>>>,
    /// Calls that the SDK is still to make itself. It pays for retries from a budget, to which each of its own calls that
    /// succeeds at once adds: while there is something to make up for, it makes the calls.
    owed: AtomicUsize,
}

/// How calls of one operation on one model in one region are sent.
struct Route {
    operation: Operation,
    target: String,
    region: Option<String>,
    shape: Shape,
}

/// What a call of the SDK's own has taught.
pub(crate) struct Known {
    pub(crate) attempts: usize,
    pub(crate) succeeded: bool,
    /// Of the first attempt.
    pub(crate) shape: Option<Shape>,
}

/// What the SDK's own request was like.
pub(crate) struct Shape {
    uri: Uri,
    /// What is signed, and the user agent; not the length.
    headers: HeaderMap,
    /// `amz-sdk-request`, which says that this is the first attempt.
    attempt: HeaderValue,
    signature: Signature,
    components: RuntimeComponents,
    connector: SharedHttpConnector,
}

enum Signature {
    Bearer,
    SigV4 { region: String, service: String },
}

/// An attempt that was made, to be judged by the SDK.
pub(crate) struct Attempt {
    outcome: Result<HttpResponse, ConnectorError>,
    connection: CaptureSmithyConnection,
    http_client: SharedHttpClient,
}

impl Lean {
    /// Whether calls of this kind are many, and are all sent in one way.
    pub(crate) const fn knows(call: &Outgoing) -> bool {
        matches!(
            call.operation,
            Operation::Converse
                | Operation::ConverseStream
                | Operation::InvokeModel
                | Operation::InvokeModelWithResponseStream
        )
    }

    /// Sends `call`, if the way is known and nothing is owed. `None`: nothing was sent.
    pub(crate) async fn attempt(&self, call: &Outgoing, headers: &[(String, String)]) -> Option<Attempt> {
        if self.owed.load(Ordering::Relaxed) > 0 {
            return None;
        }
        let route = self.routes().iter().find(|route| route.leads(call)).cloned()?;
        route.shape.attempt(call, headers).await
    }

    /// Learns from a call of the SDK's own.
    pub(crate) fn keep(&self, call: &Outgoing, known: Known) {
        if known.attempts > 1 {
            self.owed.fetch_add(COST * (known.attempts - 1), Ordering::Relaxed);
            // What was learned may be true no more, e.g. that the clock is right.
            self.routes.write().unwrap_or_else(PoisonError::into_inner).retain(|route| !route.leads(call));
            return;
        }
        if known.succeeded {
            let _ = self.owed.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |owed| owed.checked_sub(1));
        }
        let Some(shape) = known.shape else { return };
        let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
        if routes.len() < MOST && !routes.iter().any(|route| route.leads(call)) {
            let Outgoing { operation, target, region, .. } = call;
            let (target, region) = (target.as_str().to_owned(), region.clone());
            routes.push(Arc::new(Route { operation: *operation, target, region, shape }));
        }
    }

    fn routes(&self) -> RwLockReadGuard<'_, Vec<Arc<Route>>> {
        self.routes.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Route {
    fn leads(&self, call: &Outgoing) -> bool {
        self.operation == call.operation && self.target == call.target.as_str() && self.region == call.region
    }
}

impl Shape {
    /// What `signed` is like, which the SDK has just signed.
    pub(crate) fn of(signed: &HttpRequest, components: &RuntimeComponents, config: &ConfigBag) -> Option<Self> {
        let mut headers: HeaderMap = HeaderMap::with_capacity(16);
        for (name, value) in signed.headers() {
            headers.append(name.parse::<HeaderName>().ok()?, value.parse().ok()?);
        }
        let signature = Signature::of(headers.remove(header::AUTHORIZATION)?.to_str().ok()?)?;
        if let Some(date) = headers.remove("x-amz-date")
            && !is_now(date.to_str().ok()?, components)?
        {
            return None;
        }
        for name in ["content-length", "x-amz-security-token"] {
            headers.remove(name);
        }
        let timeouts = config.load::<TimeoutConfig>()?;
        let mut settings = HttpConnectorSettings::builder();
        settings.set_connect_timeout(timeouts.connect_timeout()).set_read_timeout(timeouts.read_timeout());
        Some(Self {
            uri: signed.uri().parse().ok()?,
            headers,
            attempt: HeaderValue::from_static(""),
            signature,
            connector: components.http_client()?.http_connector(&settings.build(), components),
            components: components.clone(),
        })
    }

    /// The same, with what the SDK says of the attempt.
    pub(crate) fn sent(self, request: &HttpRequest) -> Option<Self> {
        let attempt = request.headers().get(ATTEMPT.as_str())?;
        let attempt = attempt.starts_with("attempt=1;").then(|| attempt.parse().ok()).flatten()?;
        Some(Self { attempt, ..self })
    }

    /// `None`: nothing was sent, and the SDK is to say why.
    async fn attempt(&self, call: &Outgoing, headers: &[(String, String)]) -> Option<Attempt> {
        let http_client = self.components.http_client()?;
        let mut request = self.request(call, headers).await.ok()?;
        let connection = CaptureSmithyConnection::new();
        request.add_extension(connection.clone());
        wire::tell(&request, &call.body);
        Some(Attempt { outcome: self.connector.call(request).await, connection, http_client })
    }

    /// As the SDK would send it: what is signed, the signature, what is added after it, the caller's own.
    async fn request(&self, call: &Outgoing, headers: &[(String, String)]) -> Result<HttpRequest, BoxError> {
        let mut request = http::Request::new(SdkBody::from(call.body.clone()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        request.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(call.body.len()));
        let identity = self.identity().await?;
        self.sign(&mut request, &call.body, &identity)?;
        let map = request.headers_mut();
        map.insert(INVOCATION, HeaderValue::try_from(invocation_id())?);
        map.insert(ATTEMPT, self.attempt.clone());
        for (name, value) in headers {
            map.insert(name.parse::<HeaderName>()?, HeaderValue::from_str(value)?);
        }
        Ok(HttpRequest::try_from(request)?)
    }

    /// From the SDK's cache, or whatever it was given in its place.
    async fn identity(&self) -> Result<Identity, BoxError> {
        let scheme = match self.signature {
            Signature::Bearer => BEARER,
            Signature::SigV4 { .. } => SIGV4,
        };
        let components = &self.components;
        let scheme = components.auth_scheme(scheme).ok_or("no such scheme")?;
        let resolver = scheme.identity_resolver(components).ok_or("no identity")?;
        let config = ConfigBag::base();
        if resolver.cache_location() == IdentityCacheLocation::RuntimeComponents {
            components.identity_cache().resolve_cached_identity(resolver, components, &config).await
        } else {
            resolver.resolve_identity(components, &config).await
        }
    }

    fn sign(&self, request: &mut http::Request<SdkBody>, body: &[u8], identity: &Identity) -> Result<(), BoxError> {
        let (region, service) = match &self.signature {
            Signature::SigV4 { region, service } => (region, service),
            Signature::Bearer => {
                let token = identity.data::<Token>().ok_or("no token")?;
                let value = HeaderValue::try_from(format!("Bearer {}", token.token()))?;
                request.headers_mut().insert(header::AUTHORIZATION, value);
                return Ok(());
            }
        };
        identity.data::<Credentials>().ok_or("no credentials")?;
        let params = v4::SigningParams::builder()
            .identity(identity)
            .region(region)
            .name(service)
            .time(self.components.time_source().unwrap_or_default().now())
            .settings(SigningSettings::default())
            .build()?;
        let uri = request.uri().to_string();
        let headers = request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let signable = SignableRequest::new("POST", &uri, headers, SignableBody::Bytes(body))?;
        let (instructions, _) = sign(signable, &SigningParams::V4(params))?.into_parts();
        instructions.apply_to_request_http1x(request);
        Ok(())
    }
}

impl Signature {
    /// Of an `Authorization` of the SDK's: `AWS4-HMAC-SHA256 Credential=AKID/20150830/us-east-1/bedrock/aws4_request, …`.
    fn of(authorization: &str) -> Option<Self> {
        if authorization.starts_with("Bearer ") {
            return Some(Self::Bearer);
        }
        let credential = authorization.strip_prefix("AWS4-HMAC-SHA256 Credential=")?.split(',').next()?;
        let mut scope = credential.rsplit('/').skip(1);
        let service = scope.next()?.to_owned();
        Some(Self::SigV4 { region: scope.next()?.to_owned(), service })
    }
}

/// Whether a request was signed with our own clock's time: if that is wrong, the SDK learns by how much and signs with what
/// is right. `date` is like `20150830T123600Z`.
fn is_now(date: &str, components: &RuntimeComponents) -> Option<bool> {
    let part = |range: Range<usize>| date.get(range);
    let (day, time) = ((part(0..4)?, part(4..6)?, part(6..8)?), (part(9..11)?, part(11..13)?, part(13..15)?));
    let text = format!("{}-{}-{}T{}:{}:{}Z", day.0, day.1, day.2, time.0, time.1, time.2);
    let signed = DateTime::from_str(&text, Format::DateTime).ok()?.secs();
    let now = DateTime::from(components.time_source().unwrap_or_default().now()).secs();
    Some(signed.abs_diff(now) < 60)
}

/// A random UUID, as the SDK makes them.
fn invocation_id() -> String {
    let mut bytes = [0; 16];
    fastrand::fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

impl Attempt {
    /// The answer, if it is a success; else the client with which the SDK goes on from here.
    pub(crate) fn into_success(self) -> Result<HttpResponse, SharedHttpClient> {
        match self.outcome {
            Ok(response) if response.status().is_success() => Ok(response),
            _ => {
                let then = self.http_client.clone();
                Err(SharedHttpClient::new(Replay { first: Arc::new(Mutex::new(Some(self))), then }))
            }
        }
    }
}

/// The SDK's HTTP client, after one attempt that was made before.
#[derive(Debug)]
struct Replay {
    first: Arc<Mutex<Option<Attempt>>>,
    then: SharedHttpClient,
}

#[derive(Debug)]
struct ReplayConnector {
    first: Arc<Mutex<Option<Attempt>>>,
    then: SharedHttpConnector,
}

impl HttpClient for Replay {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let then = self.then.http_connector(settings, components);
        SharedHttpConnector::new(ReplayConnector { first: Arc::clone(&self.first), then })
    }
}

impl HttpConnector for ReplayConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Attempt { outcome, connection, .. }) = first else { return self.then.call(request) };
        // So that the SDK can close a connection on which nothing good came.
        if let Some(capture) = request.extension::<CaptureSmithyConnection>() {
            capture.set_connection_retriever(move || connection.get());
        }
        HttpConnectorFuture::ready(outcome)
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, target, region, shape: _ } = self;
        f.debug_struct("Route")
            .field("operation", operation)
            .field("target", target)
            .field("region", region)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.outcome.as_ref().ok().map(HttpResponse::status);
        f.debug_struct("Attempt").field("status", &status).finish_non_exhaustive()
    }
}
