//! A proxy behind which is all of AWS: it takes `CONNECT` to any host, has a certificate for it from an authority of its own,
//! and hands what is inside to a server on this machine. So the hosts are AWS's, and nothing leaves the machine. Who speaks
//! TLS at once has come without asking a proxy, and is answered as `localhost`.

use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

pub(crate) struct Internet {
    url: String,
    authority: Arc<Authority>,
    tunnels: Arc<Mutex<Vec<String>>>,
}

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Internet {
    /// With `server` behind every host, as `http://127.0.0.1:…`.
    pub(crate) async fn before(server: &str) -> Self {
        let server = server.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (authority, tunnels) = (Arc::new(Authority::new()), Arc::<Mutex<Vec<String>>>::default());
        let shared = (Arc::clone(&authority), Arc::clone(&tunnels));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (authority, tunnels, server) = (Arc::clone(&shared.0), Arc::clone(&shared.1), server.clone());
                // A client that does not trust us goes away: that is its answer.
                tokio::spawn(async move { tunnel(client, &authority, &tunnels, &server).await.ok() });
            }
        });
        Self { url, authority, tunnels }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The certificate of the authority, as PEM.
    pub(crate) fn certificate(&self) -> String {
        self.authority.0.pem()
    }

    /// The hosts that were asked for, in order.
    pub(crate) fn tunnels(&self) -> Vec<String> {
        self.tunnels.lock().unwrap().clone()
    }
}

async fn tunnel(
    client: TcpStream,
    authority: &Authority,
    tunnels: &Mutex<Vec<String>>,
    server: &str,
) -> std::io::Result<()> {
    const HANDSHAKE: u8 = 0x16;
    let mut first = [0];
    if client.peek(&mut first).await? == 1 && first[0] == HANDSHAKE {
        return inside(client, authority.config_for("localhost"), server).await;
    }
    let mut client = BufReader::new(client);
    let mut head = String::new();
    while client.read_line(&mut head).await? > 2 {}
    let host = head.strip_prefix("CONNECT ").and_then(|rest| rest.split(':').next());
    let Some(host) = host else { return client.write_all(b"HTTP/1.1 405 Method Not Allowed\r\n\r\n").await };
    tunnels.lock().unwrap().push(host.to_owned());
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
    inside(client, authority.config_for(host), server).await
}

async fn inside(
    client: impl AsyncRead + AsyncWrite + Unpin,
    config: Arc<ServerConfig>,
    server: &str,
) -> std::io::Result<()> {
    let mut client = TlsAcceptor::from(config).accept(client).await?;
    copy_bidirectional(&mut client, &mut TcpStream::connect(server).await?).await.map(drop)
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn config_for(&self, host: &str) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([host.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        Arc::new(config.with_single_cert(vec![certificate.der().clone()], key).unwrap())
    }
}
