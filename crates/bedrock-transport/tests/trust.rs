//! Whom a process trusts and by which way it goes out: certificates and proxies, as the environment names them, with real
//! TLS. Each case is a process of its own, and calls AWS's own hosts.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use bedrock_transform::Operation;
use bedrock_transport::{Auth, Config, Role, Transport, TransportError};
use common::call;
use common::fake_aws::FakeAws;
use common::internet::Internet;

/// By itself this test does nothing; with `CHILD_AUTH` set it makes a call and says what came of it.
#[tokio::test]
async fn child() {
    let Ok(auth) = std::env::var("CHILD_AUTH") else { return };
    let keys = Auth::keys("AKIDMINE", "mine");
    let auth = match auth.as_str() {
        "role" => {
            let mut role = Role::new("arn:aws:iam::111122223333:role/target");
            role.source = keys;
            Auth::Role(Box::new(role))
        }
        _ => keys,
    };
    let report = async {
        let transport = Transport::connect(Config::new().with_auth(auth).with_max_attempts(1)).await?;
        transport.send(&call(Operation::Converse)).await.map(drop)
    };
    let answer =
        report.await.map_or_else(|error: TransportError| format!("{:?} {error}", error.kind()), |()| "ok".to_owned());
    println!("answer: {answer}");
}

/// A machine with a folder and a way out.
struct Machine {
    home: PathBuf,
    internet: Internet,
}

impl Machine {
    async fn new(name: &str, aws: &FakeAws) -> Self {
        let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(home.join("empty")).unwrap();
        let internet = Internet::before(&aws.url()).await;
        std::fs::write(home.join("ca.pem"), internet.certificate()).unwrap();
        std::fs::write(home.join("garbage.pem"), "none").unwrap();
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        std::fs::write(home.join("broken.pem"), broken).unwrap();
        Self { home, internet }
    }

    /// What came of a call with these variables and no others, and the hosts that the proxy was asked for. `PROXY` is its
    /// URL, `LOCAL` the same server's as one that needs no proxy, `HOME` the folder.
    async fn run(&self, auth: &str, variables: &[(&str, &str)]) -> String {
        let before = self.internet.tunnels().len();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "child", "--nocapture"]).env_clear().env("HOME", self.home.join("nobody"));
        command.env("CHILD_AUTH", auth).env("AWS_REGION", "us-west-2").env("AWS_EC2_METADATA_DISABLED", "true");
        let local = self.internet.url().replace("http://127.0.0.1", "https://localhost");
        for (name, value) in variables {
            let value = value.replace("PROXY", self.internet.url()).replace("LOCAL", &local);
            command.env(name, value.replace("HOME", path(&self.home)));
        }
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let answer = text.lines().find_map(|line| line.split_once("answer: "));
        let answer = answer.unwrap_or_else(|| panic!("{text}{}", String::from_utf8_lossy(&output.stderr))).1;
        let answer =
            answer.replace(path(&self.home), "HOME").replace(&local, "LOCAL").replace(self.internet.url(), "PROXY");
        let names: Vec<_> = variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let tunnels: String =
            self.internet.tunnels().split_off(before).iter().map(|host| format!("\n    through {host}")).collect();
        format!("{auth} {}\n    {answer}{tunnels}", names.join(" "))
    }
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

const PROXY: (&str, &str) = ("HTTPS_PROXY", "PROXY");
const BUNDLE: (&str, &str) = ("AWS_CA_BUNDLE", "HOME/ca.pem");
const FILE: (&str, &str) = ("SSL_CERT_FILE", "HOME/ca.pem");
const ENDPOINT: (&str, &str) = ("AWS_BEDROCK_RUNTIME_ENDPOINT", "LOCAL");

#[tokio::test]
async fn certificates_are_those_that_the_environment_names() {
    let aws = FakeAws::start().await;
    let machine = Machine::new("certificates", &aws).await;
    let lines = [
        machine.run("keys", &[PROXY, BUNDLE]).await,
        machine.run("keys", &[PROXY, FILE]).await,
        machine.run("role", &[PROXY, BUNDLE]).await,
        machine.run("role", &[PROXY, FILE]).await,
        machine.run("keys", &[PROXY, BUNDLE, ("SSL_CERT_FILE", "HOME/missing.pem")]).await,
        // Nobody trusts the authority of this test.
        machine.run("keys", &[PROXY]).await,
        machine.run("role", &[PROXY]).await,
        // A machine without any certificate.
        machine.run("keys", &[PROXY, ("SSL_CERT_DIR", "HOME/empty")]).await,
        machine.run("role", &[PROXY, ("SSL_CERT_DIR", "HOME/empty")]).await,
        machine
            .run("keys", &[("SSL_CERT_DIR", "HOME/empty"), ("AWS_BEDROCK_RUNTIME_ENDPOINT", &aws.url())])
            .await
            .replace(&aws.url(), "AWS"),
        machine.run("keys", &[PROXY, ("AWS_CA_BUNDLE", "HOME/missing.pem")]).await,
        machine.run("keys", &[PROXY, ("AWS_CA_BUNDLE", "HOME/garbage.pem")]).await,
        machine.run("keys", &[PROXY, ("AWS_CA_BUNDLE", "HOME/broken.pem")]).await,
        machine.run("keys", &[PROXY, ("SSL_CERT_FILE", "HOME/missing.pem")]).await,
        machine.run("keys", &[PROXY, ("SSL_CERT_FILE", "HOME/garbage.pem")]).await,
        machine.run("keys", &[PROXY, ("SSL_CERT_FILE", "HOME/broken.pem")]).await,
    ];
    insta::assert_snapshot!(lines.join("\n"), @r"
    keys HTTPS_PROXY=PROXY AWS_CA_BUNDLE=HOME/ca.pem
        ok
        through bedrock-runtime.us-west-2.amazonaws.com
    keys HTTPS_PROXY=PROXY SSL_CERT_FILE=HOME/ca.pem
        ok
        through bedrock-runtime.us-west-2.amazonaws.com
    role HTTPS_PROXY=PROXY AWS_CA_BUNDLE=HOME/ca.pem
        ok
        through sts.us-west-2.amazonaws.com
        through bedrock-runtime.us-west-2.amazonaws.com
    role HTTPS_PROXY=PROXY SSL_CERT_FILE=HOME/ca.pem
        ok
        through sts.us-west-2.amazonaws.com
        through bedrock-runtime.us-west-2.amazonaws.com
    keys HTTPS_PROXY=PROXY AWS_CA_BUNDLE=HOME/ca.pem SSL_CERT_FILE=HOME/missing.pem
        ok
        through bedrock-runtime.us-west-2.amazonaws.com
    keys HTTPS_PROXY=PROXY
        Unexpected CertificateError: dispatch failure: io error: client error (Connect): TLS handshake failed: invalid peer certificate: UnknownIssuer; set AWS_CA_BUNDLE or SSL_CERT_FILE to a file with the certificates to trust
        through bedrock-runtime.us-west-2.amazonaws.com
    role HTTPS_PROXY=PROXY
        Credentials CredentialsError: the AWS credentials could not be loaded: an error occurred while loading credentials: dispatch failure: io error: client error (Connect): TLS handshake failed: invalid peer certificate: UnknownIssuer; set AWS_CA_BUNDLE or SSL_CERT_FILE to a file with the certificates to trust
        through sts.us-west-2.amazonaws.com
        through sts.us-west-2.amazonaws.com
        through sts.us-west-2.amazonaws.com
    keys HTTPS_PROXY=PROXY SSL_CERT_DIR=HOME/empty
        Unexpected CertificateError: dispatch failure: io error: client error (Connect): TLS handshake failed: invalid peer certificate: UnknownIssuer; set AWS_CA_BUNDLE or SSL_CERT_FILE to a file with the certificates to trust
        through bedrock-runtime.us-west-2.amazonaws.com
    role HTTPS_PROXY=PROXY SSL_CERT_DIR=HOME/empty
        Credentials CredentialsError: the AWS credentials could not be loaded: an error occurred while loading credentials: dispatch failure: io error: client error (Connect): TLS handshake failed: invalid peer certificate: UnknownIssuer; set AWS_CA_BUNDLE or SSL_CERT_FILE to a file with the certificates to trust
        through sts.us-west-2.amazonaws.com
        through sts.us-west-2.amazonaws.com
        through sts.us-west-2.amazonaws.com
    keys SSL_CERT_DIR=HOME/empty AWS_BEDROCK_RUNTIME_ENDPOINT=AWS
        ok
    keys HTTPS_PROXY=PROXY AWS_CA_BUNDLE=HOME/missing.pem
        InvalidRequest InvalidRequest: AWS_CA_BUNDLE: HOME/missing.pem: No such file or directory (os error 2)
    keys HTTPS_PROXY=PROXY AWS_CA_BUNDLE=HOME/garbage.pem
        InvalidRequest InvalidRequest: AWS_CA_BUNDLE: HOME/garbage.pem: there is no certificate in it
    keys HTTPS_PROXY=PROXY AWS_CA_BUNDLE=HOME/broken.pem
        InvalidRequest InvalidRequest: AWS_CA_BUNDLE: HOME/broken.pem: invalid peer certificate: BadEncoding
    keys HTTPS_PROXY=PROXY SSL_CERT_FILE=HOME/missing.pem
        InvalidRequest InvalidRequest: SSL_CERT_FILE: HOME/missing.pem: No such file or directory (os error 2)
    keys HTTPS_PROXY=PROXY SSL_CERT_FILE=HOME/garbage.pem
        InvalidRequest InvalidRequest: SSL_CERT_FILE: HOME/garbage.pem: there is no certificate in it
    keys HTTPS_PROXY=PROXY SSL_CERT_FILE=HOME/broken.pem
        InvalidRequest InvalidRequest: SSL_CERT_FILE: HOME/broken.pem: there is no certificate in it
    ");
}

#[tokio::test]
async fn proxies_are_those_that_the_environment_names() {
    let aws = FakeAws::start().await;
    let machine = Machine::new("proxies", &aws).await;
    let lines = [
        machine.run("keys", &[FILE, PROXY, ENDPOINT]).await,
        machine.run("keys", &[FILE, PROXY, ENDPOINT, ("NO_PROXY", "localhost")]).await,
        machine.run("role", &[FILE, PROXY, ENDPOINT, ("NO_PROXY", "localhost")]).await,
        machine.run("role", &[FILE, PROXY, ENDPOINT, ("AWS_STS_ENDPOINT", "LOCAL"), ("NO_PROXY", "localhost")]).await,
        machine.run("keys", &[FILE, ENDPOINT]).await,
        machine.run("keys", &[BUNDLE, PROXY, ENDPOINT, ("NO_PROXY", "localhost")]).await,
        machine.run("role", &[BUNDLE, PROXY]).await,
        machine.run("keys", &[FILE, ("https_proxy", "PROXY")]).await,
        machine.run("keys", &[FILE, ("ALL_PROXY", "PROXY")]).await,
        // Port 9 is nobody's.
        machine.run("keys", &[FILE, ("HTTPS_PROXY", "http://127.0.0.1:9")]).await,
    ];
    insta::assert_snapshot!(lines.join("\n"), @r"
    keys SSL_CERT_FILE=HOME/ca.pem HTTPS_PROXY=PROXY AWS_BEDROCK_RUNTIME_ENDPOINT=LOCAL
        ok
        through localhost
    keys SSL_CERT_FILE=HOME/ca.pem HTTPS_PROXY=PROXY AWS_BEDROCK_RUNTIME_ENDPOINT=LOCAL NO_PROXY=localhost
        ok
    role SSL_CERT_FILE=HOME/ca.pem HTTPS_PROXY=PROXY AWS_BEDROCK_RUNTIME_ENDPOINT=LOCAL NO_PROXY=localhost
        ok
        through sts.us-west-2.amazonaws.com
    role SSL_CERT_FILE=HOME/ca.pem HTTPS_PROXY=PROXY AWS_BEDROCK_RUNTIME_ENDPOINT=LOCAL AWS_STS_ENDPOINT=LOCAL NO_PROXY=localhost
        ok
    keys SSL_CERT_FILE=HOME/ca.pem AWS_BEDROCK_RUNTIME_ENDPOINT=LOCAL
        ok
    keys AWS_CA_BUNDLE=HOME/ca.pem HTTPS_PROXY=PROXY AWS_BEDROCK_RUNTIME_ENDPOINT=LOCAL NO_PROXY=localhost
        ok
    role AWS_CA_BUNDLE=HOME/ca.pem HTTPS_PROXY=PROXY
        ok
        through sts.us-west-2.amazonaws.com
        through bedrock-runtime.us-west-2.amazonaws.com
    keys SSL_CERT_FILE=HOME/ca.pem https_proxy=PROXY
        ok
        through bedrock-runtime.us-west-2.amazonaws.com
    keys SSL_CERT_FILE=HOME/ca.pem ALL_PROXY=PROXY
        ok
        through bedrock-runtime.us-west-2.amazonaws.com
    keys SSL_CERT_FILE=HOME/ca.pem HTTPS_PROXY=http://127.0.0.1:9
        Connection ConnectionError: dispatch failure: io error: client error (Connect): tunnel error: failed to create underlying connection: tcp connect error: Connection refused (os error 111)
    ");
}
