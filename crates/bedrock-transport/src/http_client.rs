//! The HTTP client, where the SDK's own will not do: it does not read `AWS_CA_BUNDLE`, passes over an `SSL_CERT_FILE` that it
//! cannot read, and panics in debug builds on a machine without certificates.

use aws_sdk_bedrockruntime::config::SharedHttpClient;

use crate::{Config, TransportError};

/// The caller's client, else one that trusts the certificates of `AWS_CA_BUNDLE`, else none: the SDK's own trusts what
/// the system does, or `SSL_CERT_FILE` if that is set. All use `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`.
///
/// # Errors
/// If one of the two variables names what is no file of certificates.
pub(crate) fn of(config: &Config) -> Result<Option<SharedHttpClient>, TransportError> {
    if config.http_client.is_some() {
        return Ok(config.http_client.clone());
    }
    #[cfg(feature = "https")]
    return https::client();
    #[cfg(not(feature = "https"))]
    Ok(None)
}

#[cfg(feature = "https")]
mod https {
    use std::sync::LazyLock;

    use aws_sdk_bedrockruntime::config::SharedHttpClient;
    use aws_smithy_http_client::proxy::ProxyConfig;
    use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
    use aws_smithy_http_client::{Builder, Connector};
    use rustls::RootCertStore;
    use rustls::pki_types::{CertificateDer, pem::PemObject as _};

    use crate::{TransportError, variable};

    pub(super) fn client() -> Result<Option<SharedHttpClient>, TransportError> {
        if let Some(bundle) = read("AWS_CA_BUNDLE", strictly)? {
            return trusting(TrustStore::empty().with_pem_certificate(bundle)).map(Some);
        }
        read("SSL_CERT_FILE", loosely)?;
        if *HAS_ROOTS { Ok(None) } else { trusting(TrustStore::empty()).map(Some) }
    }

    /// Whether the system trusts anybody. One that does not can still call `http://`, and is told what to set when it calls
    /// anything else.
    static HAS_ROOTS: LazyLock<bool> = LazyLock::new(|| {
        let found = rustls_native_certs::load_native_certs();
        RootCertStore::empty().add_parsable_certificates(found.certs).0 > 0
    });

    /// The file that a variable names, if it does.
    fn read(name: &str, check: fn(&[u8]) -> Result<(), String>) -> Result<Option<Vec<u8>>, TransportError> {
        let Some(path) = variable(name) else { return Ok(None) };
        let bundle = std::fs::read(&path).map_err(|error| error.to_string());
        let bundle = bundle.and_then(|bundle| check(&bundle).map(|()| bundle));
        bundle.map(Some).map_err(|reason| TransportError::refused(format!("{name}: {path}: {reason}")))
    }

    const NONE: &str = "there is no certificate in it";

    /// The SDK's client panics with certificates that are none.
    fn strictly(bundle: &[u8]) -> Result<(), String> {
        let mut store = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(bundle) {
            let certificate = certificate.map_err(|error| error.to_string())?;
            store.add(certificate).map_err(|error| error.to_string())?;
        }
        if store.is_empty() { Err(NONE.to_owned()) } else { Ok(()) }
    }

    /// What the SDK reads itself may have certificates among it that it passes over, as a system's bundle does.
    fn loosely(bundle: &[u8]) -> Result<(), String> {
        let certificates = CertificateDer::pem_slice_iter(bundle).filter_map(Result::ok);
        let (usable, _) = RootCertStore::empty().add_parsable_certificates(certificates);
        if usable == 0 { Err(NONE.to_owned()) } else { Ok(()) }
    }

    fn trusting(trust: TrustStore) -> Result<SharedHttpClient, TransportError> {
        let context = TlsContext::builder().with_trust_store(trust).build();
        let context = context.map_err(|error| TransportError::refused(error.to_string()))?;
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
}
