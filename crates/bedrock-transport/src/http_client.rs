//! The HTTP client, where the SDK's own will not do: it does not read `AWS_CA_BUNDLE`.

use aws_sdk_bedrockruntime::config::SharedHttpClient;

use crate::{Config, TransportError};

/// The caller's client, else one that trusts the certificates of `AWS_CA_BUNDLE`, else none: the SDK's own trusts what
/// the system does, or `SSL_CERT_FILE` if that is set. All use `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`.
pub(crate) fn of(config: &Config) -> Result<Option<SharedHttpClient>, TransportError> {
    if config.http_client.is_some() {
        return Ok(config.http_client.clone());
    }
    #[cfg(feature = "https")]
    if let Some(path) = crate::variable("AWS_CA_BUNDLE") {
        return trusting(&path).map(Some);
    }
    Ok(None)
}

#[cfg(feature = "https")]
fn trusting(path: &str) -> Result<SharedHttpClient, TransportError> {
    use aws_smithy_http_client::proxy::ProxyConfig;
    use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
    use aws_smithy_http_client::{Builder, Connector};

    let wrong = |reason: String| TransportError::refused(format!("AWS_CA_BUNDLE: {path}: {reason}"));
    let bundle = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
    check(&bundle).map_err(wrong)?;
    let trust = TrustStore::empty().with_pem_certificate(bundle);
    let context = TlsContext::builder().with_trust_store(trust).build().map_err(|error| wrong(error.to_string()))?;
    Ok(Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder()
            .proxy_config(ProxyConfig::from_env())
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .tls_context(context.clone());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(|components| components.sleep_impl()));
        connector.build()
    }))
}

/// The SDK's client panics with certificates that are none.
#[cfg(feature = "https")]
fn check(bundle: &[u8]) -> Result<(), String> {
    use rustls::pki_types::{CertificateDer, pem::PemObject as _};

    let mut store = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(bundle) {
        let certificate = certificate.map_err(|error| error.to_string())?;
        store.add(certificate).map_err(|error| error.to_string())?;
    }
    if store.is_empty() { Err("there is no certificate in it".to_owned()) } else { Ok(()) }
}
