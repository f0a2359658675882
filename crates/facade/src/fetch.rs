//! Media behind `http(s)` URLs: Bedrock does not fetch them, so we do, within limits.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bedrock_transform::{Media, RemoteMedium, TransformError, remote_media};
use bytes::{Bytes, BytesMut};
use core_types::ChatRequest;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Url, redirect};

use crate::Error;

/// Limits of fetching.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FetchLimits {
    /// Largest medium, in bytes: 20 MiB.
    pub max_bytes: usize,
    /// Time for one medium, redirects included: 20 s.
    pub timeout: Duration,
    /// Most redirects: 3.
    pub redirects: usize,
    /// Most media fetched at once for one request: 4.
    pub concurrency: usize,
    /// Hosts that may be private, e.g. an image server of yours.
    pub allowed_hosts: Vec<String>,
    /// Whether every host may be private. A request could then reach your metadata service.
    pub allow_private: bool,
}

impl Default for FetchLimits {
    fn default() -> Self {
        Self {
            max_bytes: 20 << 20,
            timeout: Duration::from_secs(20),
            redirects: 3,
            concurrency: 4,
            allowed_hosts: Vec::new(),
            allow_private: false,
        }
    }
}

impl FetchLimits {
    /// Lets every host be private.
    #[must_use]
    pub const fn allowing_private(mut self) -> Self {
        self.allow_private = true;
        self
    }

    fn allows(&self, host: &str, address: IpAddr) -> bool {
        self.allow_private || self.allowed_hosts.iter().any(|allowed| allowed == host) || is_public(address)
    }

    /// A URL whose host is an address is checked here; names are checked when they are resolved.
    fn check(&self, url: &Url) -> Result<(), String> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err("only http and https URLs are fetched".to_owned());
        }
        let host = url.host_str().unwrap_or_default();
        match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) if !self.allows(host, address) => Err(PRIVATE.to_owned()),
            _ => Ok(()),
        }
    }
}

const PRIVATE: &str = "the host is a private address, which is not fetched";

/// Fetches the media of requests: public addresses only, with caps on size, time and redirects.
#[derive(Debug, Clone)]
pub struct Fetcher {
    client: reqwest::Client,
    limits: Arc<FetchLimits>,
}

impl Fetcher {
    /// A fetcher with these limits.
    ///
    /// # Errors
    /// If TLS cannot be set up, e.g. without root certificates.
    pub fn new(limits: FetchLimits) -> Result<Self, Error> {
        let limits = Arc::new(limits);
        let hops = Arc::clone(&limits);
        let policy = redirect::Policy::custom(move |attempt| {
            if attempt.previous().len() > hops.redirects {
                return attempt.error("too many redirects");
            }
            match hops.check(attempt.url()) {
                Ok(()) => attempt.follow(),
                Err(reason) => attempt.error(reason),
            }
        });
        let client = reqwest::Client::builder()
            .redirect(policy)
            .timeout(limits.timeout)
            .dns_resolver(Arc::new(PublicResolver(Arc::clone(&limits))))
            // A proxy would resolve names itself, past the check.
            .no_proxy()
            .build()
            .map_err(|error| TransformError::invalid("media", format!("fetching cannot be set up: {error}")))?;
        Ok(Self { client, limits })
    }

    /// Fetches what `request` names by URL. Without such media this costs nothing.
    ///
    /// # Errors
    /// If a URL cannot be fetched within the limits; the error has the part's JSON path.
    pub async fn media(&self, request: &ChatRequest) -> Result<Media, Error> {
        let remote = remote_media(request);
        // Collected first: a closure inside the future would keep the compiler from seeing that it is `Send`.
        let fetches: Vec<_> = remote.into_iter().map(|medium| self.fetch(medium)).collect();
        let fetched = stream::iter(fetches).buffered(self.limits.concurrency.max(1));
        let media = fetched.try_fold(Media::default(), |mut media, (url, bytes, media_type)| async move {
            media.insert(url, bytes, media_type);
            Ok(media)
        });
        media.await
    }

    async fn fetch<'a>(&self, medium: RemoteMedium<'a>) -> Result<(&'a str, Bytes, Option<String>), Error> {
        let RemoteMedium { at, url, .. } = medium;
        let (bytes, media_type) = self.read(url).await.map_err(|reason| TransformError::invalid(at, reason))?;
        Ok((url, bytes, media_type))
    }

    async fn read(&self, url: &str) -> Result<(Bytes, Option<String>), String> {
        let parsed = Url::parse(url).map_err(|error| format!("not a URL: {error}"))?;
        self.limits.check(&parsed)?;
        let response = self.client.get(parsed).send().await.map_err(|error| reason(&error))?;
        if !response.status().is_success() {
            return Err(format!("the URL answered {}", response.status()));
        }
        let media_type = response.headers().get(reqwest::header::CONTENT_TYPE);
        let media_type = media_type.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mut bytes = BytesMut::new();
        let mut body = response.bytes_stream();
        while let Some(piece) = body.try_next().await.map_err(|error| reason(&error))? {
            if bytes.len() + piece.len() > self.limits.max_bytes {
                return Err(format!("the medium is larger than {} bytes", self.limits.max_bytes));
            }
            bytes.extend_from_slice(&piece);
        }
        Ok((bytes.freeze(), media_type))
    }
}

/// What went wrong, with the causes that say why.
fn reason(error: &reqwest::Error) -> String {
    let mut text = "the URL could not be fetched".to_owned();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    if error.is_timeout() {
        text.push_str(": it took too long");
    }
    text
}

/// Resolves names to public addresses only. The connection goes to the addresses that were checked.
#[derive(Debug)]
struct PublicResolver(Arc<FetchLimits>);

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let limits = Arc::clone(&self.0);
        Box::pin(async move {
            let host = name.as_str();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host, 0)).await?.collect();
            let allowed: Vec<SocketAddr> =
                found.iter().copied().filter(|address| limits.allows(host, address.ip())).collect();
            if allowed.is_empty() && !found.is_empty() {
                return Err(PRIVATE.into());
            }
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}

/// Whether an address belongs to the public internet.
/// <https://www.iana.org/assignments/iana-ipv4-special-registry>
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => is_public_v4(mapped),
            None => is_public_v6(address),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19)))
}

const fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    // Of IPv6 only 2000::/3 is global unicast; of that, 6to4 and Teredo carry IPv4 addresses within.
    a & 0xe000 == 0x2000 && a != 0x2002 && !(a == 0x2001 && (b == 0 || b == 0xdb8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_not_of_the_public_internet_are_refused() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "::1",
            "fe80::1",
            "fd00:ec2::254",
            "::ffff:169.254.169.254",
            "224.0.0.1",
            "198.18.0.1",
            "2002:7f00:1::",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in ["8.8.8.8", "52.94.76.10", "2600:1f18::1"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[tokio::test]
    async fn a_private_url_is_refused_with_its_path() {
        let fetcher = Fetcher::new(FetchLimits::default()).unwrap();
        let image = core_types::Part::image_url("http://169.254.169.254/latest/meta-data");
        let request = ChatRequest::new("m").user(vec![core_types::Part::text("?"), image]);
        let error = fetcher.media(&request).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "messages[0].content[1].image_url.url: the host is a private address, which is not fetched"
        );
        let image = core_types::Part::image_url("http://localhost:1/x.png");
        let error = fetcher.media(&ChatRequest::new("m").user(vec![image])).await.unwrap_err();
        assert!(error.to_string().contains("private address"), "{error}");
    }
}
