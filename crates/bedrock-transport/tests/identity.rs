//! Every way to become somebody, against a fake of all of AWS's services that hand out credentials. What reads the
//! environment runs in a process of its own, with a home of its own.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod common;

use std::path::PathBuf;
use std::process::Command;

use bedrock_transform::Operation;
use bedrock_transport::{Auth, Config, Role, Transport, WebIdentity, WebToken};
use common::call;
use common::fake_aws::FakeAws;

const TARGET: &str = "arn:aws:iam::111122223333:role/target";
const POD: &str = "arn:aws:iam::111122223333:role/pod";

/// By itself this test does nothing; with `CHILD_AUTH` set it is somebody, and says who.
#[tokio::test]
async fn child() {
    let Ok(name) = std::env::var("CHILD_AUTH") else { return };
    let report = async {
        let transport = Transport::connect(Config::new().with_auth(auth(&name))).await?;
        if let Some(identity) = transport.identity() {
            identity.describe().await?;
        }
        if std::env::var("CHILD_SENDS").is_ok() {
            transport.send(&call(Operation::Converse)).await?;
        }
        let request = transport.sign(&call(Operation::Converse)).await?;
        let authorization = request.header("authorization").unwrap_or("unsigned").to_owned();
        let who = match authorization.split_once("Credential=") {
            Some((_, rest)) => rest.split('/').next().unwrap().to_owned(),
            None => authorization,
        };
        Ok::<_, bedrock_transport::TransportError>(format!(
            "{who} token={}",
            request.header("x-amz-security-token").unwrap_or("none")
        ))
    };
    println!("answer: {}", report.await.unwrap_or_else(|error| error.to_string()));
}

fn auth(name: &str) -> Auth {
    let token = |token| Auth::WebIdentity(WebIdentity::new(TARGET, token));
    let role = |source| {
        let mut role = Role::new(TARGET);
        role.source = source;
        role.session_name = Some("mine".to_owned());
        role.external_id = Some("external".to_owned());
        role.session_tags = vec![("team".to_owned(), "blue".to_owned())];
        role
    };
    match name {
        "keys" => Auth::temporary_keys("AKIDMINE", "mine", "own"),
        "profile" => Auth::Profile("named".to_owned()),
        "role" => Auth::role(TARGET),
        "role of keys" => Auth::Role(Box::new(role(Auth::keys("AKIDMINE", "mine")))),
        "role of profile" => Auth::Role(Box::new(role(Auth::Profile("named".to_owned())))),
        "role of temporary keys" => Auth::Role(Box::new(role(Auth::temporary_keys("ASIAMINE", "mine", "own")))),
        "token in a file" => token(WebToken::File(home().join("token"))),
        "token in a variable" => token(WebToken::Variable("TOKEN".to_owned())),
        "token in a file of a variable" => token(WebToken::FileOfVariable("TOKEN_FILE".to_owned())),
        "token" => token(WebToken::Text("jwt".into())),
        "token of Google" => token(WebToken::Google { audience: "https://sts.amazonaws.com".to_owned() }),
        "token of GitHub" => token(WebToken::GitHub { audience: "sts.amazonaws.com".to_owned() }),
        _ => Auth::Default,
    }
}

fn home() -> PathBuf {
    std::env::var_os("HOME").unwrap().into()
}

/// One process: who it became, and what it asked of whom.
struct Case {
    name: &'static str,
    auth: &'static str,
    env: Vec<(&'static str, String)>,
    files: Vec<(&'static str, String)>,
}

fn case(name: &'static str, auth: &'static str) -> Case {
    Case { name, auth, env: Vec::new(), files: Vec::new() }
}

impl Case {
    fn env(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.env.push((name, value.into()));
        self
    }

    fn keys(self) -> Self {
        self.env("AWS_ACCESS_KEY_ID", "AKIDENV").env("AWS_SECRET_ACCESS_KEY", "secret")
    }

    /// As in a pod of EKS.
    fn pod(self) -> Self {
        self.env("AWS_ROLE_ARN", POD).env("AWS_WEB_IDENTITY_TOKEN_FILE", "HOME/token").file("token", "jwt")
    }

    fn file(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.files.push((name, text.into()));
        self
    }

    async fn run(&self) -> String {
        let aws = FakeAws::start().await;
        // For those who send: their first session is refused.
        aws.state().expired.lock().unwrap().push("session-1".to_owned());
        let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("home-{}", self.name.replace(' ', "-")));
        let _ = std::fs::remove_dir_all(&home);
        for (name, text) in &self.files {
            let path = home.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "child", "--nocapture"]).env_clear().env("HOME", &home).env("CHILD_AUTH", self.auth);
        command.env("AWS_REGION", "us-west-2").env("AWS_EC2_METADATA_DISABLED", "true");
        for service in [
            "AWS_ENDPOINT_URL_STS",
            "AWS_ENDPOINT_URL_SSO",
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT",
        ] {
            command.env(service, aws.url());
        }
        for (name, value) in &self.env {
            command.env(
                name,
                value
                    .replace("AWS/", &format!("{}/", aws.url()))
                    .replace("HOST", &aws.url()["http://".len()..])
                    .replace("HOME", home.to_str().unwrap()),
            );
        }
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let answer = text.lines().find_map(|line| line.split_once("answer: "));
        let answer = answer.unwrap_or_else(|| panic!("{text}{}", String::from_utf8_lossy(&output.stderr))).1;
        let answer = answer.replace(&aws.url(), "AWS").replace(home.to_str().unwrap(), "HOME");
        let lines = std::iter::once(format!("{}: {answer}", self.name));
        lines.chain(aws.calls().into_iter().map(|call| format!("    {call}"))).collect::<Vec<_>>().join("\n")
    }
}

const SSO: &str = "sso_account_id = 1\nsso_role_name = r\nsso_region = eu-west-1\n";
const SSO_TOKEN: &str =
    r#"{"accessToken":"sso-token","expiresAt":"2999-01-01T00:00:00Z","region":"eu-west-1","startUrl":"https://start"}"#;

#[tokio::test]
async fn everybody_can_be_somebody() {
    let config = ".aws/config";
    let cases = [
        case("environment", "default").keys().env("AWS_SESSION_TOKEN", "env"),
        case("keys beside the environment", "keys").keys().env("AWS_SESSION_TOKEN", "env"),
        case("credentials file", "default")
            .file(".aws/credentials", "[default]\naws_access_key_id = AKIDFILE\naws_secret_access_key = s\n"),
        case("files elsewhere", "profile")
            .env("AWS_CONFIG_FILE", "HOME/c")
            .env("AWS_SHARED_CREDENTIALS_FILE", "HOME/s")
            .file("c", "[profile named]\nregion = eu-west-1\n")
            .file("s", "[named]\naws_access_key_id = AKIDELSEWHERE\naws_secret_access_key = s\n"),
        case("profile in the config file only", "profile")
            .keys()
            .file(config, "[profile named]\naws_access_key_id = AKIDPROFILE\naws_secret_access_key = s\n"),
        case("unknown profile", "profile").keys(),
        case("chain of profiles", "profile").file(
            config,
            format!("[profile named]\nrole_arn = {TARGET}\nsource_profile = base\n[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = s\n"),
        ),
        case("credential_source", "profile")
            .keys()
            .file(config, format!("[profile named]\nrole_arn = {TARGET}\ncredential_source = Environment\n")),
        case("credential_process", "profile").file(
            config,
            "[profile named]\ncredential_process = echo '{\"Version\":1,\"AccessKeyId\":\"ASIAPROCESS\",\"SecretAccessKey\":\"s\",\"SessionToken\":\"process\"}'\n",
        ),
        case("sso session", "profile")
            .file(config, "[profile named]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://start\n")
            // SHA-1 of `corp`.
            .file(".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json", SSO_TOKEN),
        case("sso of old", "profile")
            .file(config, format!("[profile named]\nsso_start_url = https://start\n{SSO}"))
            // SHA-1 of `https://start`.
            .file(".aws/sso/cache/6ad0e7e61d1f47e491ea32c2031add41ef92e07d.json", SSO_TOKEN),
        case("pod with a token", "default").pod(),
        case("container", "default").env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS/ecs"),
        case("pod identity", "default")
            .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS/ecs")
            .env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "HOME/token")
            .file("token", "pod-token"),
        case("machine", "default").env("AWS_EC2_METADATA_DISABLED", "false"),
        case("machine without a region", "default").env("AWS_EC2_METADATA_DISABLED", "false").env("AWS_REGION", ""),
        case("nobody", "default"),
        case("role", "role").keys(),
        case("role beside an API key", "role").keys().env("AWS_BEARER_TOKEN_BEDROCK", "api-key"),
        case("role of keys", "role of keys").keys().env("AWS_SESSION_TOKEN", "env"),
        case("role of a profile", "role of profile")
            .file(config, "[profile named]\naws_access_key_id = AKIDPROFILE\naws_secret_access_key = s\n"),
        case("role of a pod that has it", "role").pod().env("AWS_ROLE_ARN", TARGET),
        case("role of a pod that has another", "role").pod(),
        case("role of temporary keys", "role of temporary keys"),
        case("role that is there already", "role of temporary keys").env("AWS_ENDPOINT_URL_STS", "AWS/already"),
        case("role that is refused", "role").keys().env("AWS_ENDPOINT_URL_STS", "AWS/refuse"),
        case("token in a file", "token in a file").file("token", "jwt"),
        case("token in a variable", "token in a variable").env("TOKEN", "jwt"),
        case("token in a file of a variable", "token in a file of a variable").env("TOKEN_FILE", "HOME/t").file("t", "jwt\n"),
        case("token", "token"),
        case("token that is not there", "token in a file"),
        case("token of Google", "token of Google").env("GCE_METADATA_HOST", "HOST"),
        case("token of Google, renewed", "token of Google").env("GCE_METADATA_HOST", "HOST").env("CHILD_SENDS", "1"),
        case("token of Google that is refused", "token of Google").env("GCE_METADATA_HOST", "HOST/latest/none"),
        case("token of Google that nobody gives", "token of Google").env("GCE_METADATA_HOST", "127.0.0.1:9"),
        case("token of GitHub", "token of GitHub")
            .env("ACTIONS_ID_TOKEN_REQUEST_URL", "AWS/github?api-version=2.0")
            .env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "runner"),
        case("token of GitHub, renewed", "token of GitHub")
            .env("ACTIONS_ID_TOKEN_REQUEST_URL", "AWS/github")
            .env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "runner")
            .env("CHILD_SENDS", "1"),
        case("token of GitHub that is none", "token of GitHub")
            .env("ACTIONS_ID_TOKEN_REQUEST_URL", "AWS/ecs")
            .env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "runner"),
        case("token of GitHub elsewhere", "token of GitHub"),
        case("sts elsewhere", "role").keys().env("AWS_STS_ENDPOINT", "AWS/"),
    ];
    let lines = futures::future::join_all(cases.iter().map(Case::run)).await;
    insta::assert_snapshot!(lines.join("\n"), @r#"
    environment: AKIDENV token=env
    keys beside the environment: AKIDMINE token=own
    credentials file: AKIDFILE token=none
    files elsewhere: AKIDELSEWHERE token=none
    profile in the config file only: AKIDPROFILE token=none
    unknown profile: CredentialsError: there is no profile `named` in the AWS config files
    chain of profiles: ASIAtarget1 token=session-1
        AssumeRole(assume-role-from-profile-) by AKIDBASE in us-west-2
    credential_source: ASIAtarget1 token=session-1
        AssumeRole(assume-role-from-profile-) by AKIDENV in us-west-2
    credential_process: ASIAPROCESS token=process
    sso session: ASIASSO token=of-sso
        SSO with sso-token
    sso of old: ASIASSO token=of-sso
        SSO with sso-token
    pod with a token: ASIApod1 token=session-1
        AssumeRoleWithWebIdentity(web-identity-token- jwt)
    container: ASIACONTAINER token=of-ASIACONTAINER
        ECS
    pod identity: ASIACONTAINER token=of-ASIACONTAINER
        ECS pod-token
    machine: ASIAMACHINE token=of-ASIAMACHINE
        IMDS token
        IMDS credentials
    machine without a region: MissingRegion: no AWS region: set AWS_REGION, or `region` in the profile or the configuration
        IMDS token
        IMDS credentials
    nobody: CredentialsError: no AWS credentials: set AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run where a role is attached (the credential provider was not enabled: no credentials found in chain. Attempted:
    role: ASIAtarget1 token=session-1
        AssumeRole(pumice) by AKIDENV in us-west-2
    role beside an API key: ASIAtarget1 token=session-1
        AssumeRole(pumice) by AKIDENV in us-west-2
    role of keys: ASIAtarget1 token=session-1
        AssumeRole(mine external team blue) by AKIDMINE in us-west-2
    role of a profile: ASIAtarget1 token=session-1
        AssumeRole(mine external team blue) by AKIDPROFILE in us-west-2
    role of a pod that has it: ASIAtarget1 token=session-1
        AssumeRoleWithWebIdentity(web-identity-token- jwt)
    role of a pod that has another: ASIAtarget2 token=session-2
        AssumeRoleWithWebIdentity(web-identity-token- jwt)
        GetCallerIdentity() by ASIApod1 in us-west-2
        AssumeRole(pumice) by ASIApod1 in us-west-2
    role of temporary keys: ASIAtarget1 token=session-1
        GetCallerIdentity() by ASIAMINE in us-west-2
        AssumeRole(mine external team blue) by ASIAMINE in us-west-2
    role that is there already: ASIAMINE token=own
        GetCallerIdentity() by ASIAMINE in us-west-2
    role that is refused: CredentialsError: the AWS credentials could not be loaded: an error occurred while loading credentials: service error: unhandled error (AccessDenied): Error { code: "AccessDenied", message: "User: u is not authorized to perform: sts:AssumeRole on resource: r" }
        AssumeRole(pumice) by AKIDENV in us-west-2
    token in a file: ASIAtarget1 token=session-1
        AssumeRoleWithWebIdentity(pumice jwt)
    token in a variable: ASIAtarget1 token=session-1
        AssumeRoleWithWebIdentity(pumice jwt)
    token in a file of a variable: ASIAtarget1 token=session-1
        AssumeRoleWithWebIdentity(pumice jwt)
    token: ASIAtarget1 token=session-1
        AssumeRoleWithWebIdentity(pumice jwt)
    token that is not there: CredentialsError: the AWS credentials could not be loaded: the credentials provider was not properly configured: the token file HOME/token: No such file or directory (os error 2)
    token of Google: ASIAtarget1 token=session-1
        Google?audience=https%3A%2F%2Fsts.amazonaws.com
        AssumeRoleWithWebIdentity(pumice google-1-token)
    token of Google, renewed: ASIAtarget2 token=session-2
        Google?audience=https%3A%2F%2Fsts.amazonaws.com
        AssumeRoleWithWebIdentity(pumice google-1-token)
        Bedrock ASIAtarget1 in us-west-2
        Google?audience=https%3A%2F%2Fsts.amazonaws.com
        AssumeRoleWithWebIdentity(pumice google-2-token)
        Bedrock ASIAtarget2 in us-west-2
    token of Google that is refused: CredentialsError: the AWS credentials could not be loaded: an error occurred while loading credentials: Google answered 404 in place of a token
    token of Google that nobody gives: CredentialsError: the AWS credentials could not be loaded: an error occurred while loading credentials: Google cannot be asked: dispatch failure: io error: client error (Connect): tcp connect error: Connection refused (os error 111)
    token of GitHub: ASIAtarget1 token=session-1
        GitHub?api-version=2.0&audience=sts.amazonaws.com Bearer runner
        AssumeRoleWithWebIdentity(pumice github-1-token)
    token of GitHub, renewed: ASIAtarget2 token=session-2
        GitHub?audience=sts.amazonaws.com Bearer runner
        AssumeRoleWithWebIdentity(pumice github-1-token)
        Bedrock ASIAtarget1 in us-west-2
        GitHub?audience=sts.amazonaws.com Bearer runner
        AssumeRoleWithWebIdentity(pumice github-2-token)
        Bedrock ASIAtarget2 in us-west-2
    token of GitHub that is none: CredentialsError: the AWS credentials could not be loaded: an error occurred while loading credentials: GitHub answered something that is no token
        ECS Bearer runner
    token of GitHub elsewhere: CredentialsError: the AWS credentials could not be loaded: the credentials provider was not properly configured: `ACTIONS_ID_TOKEN_REQUEST_URL` is not set: GitHub sets it in jobs that have the permission `id-token: write`
    sts elsewhere: ASIAtarget1 token=session-1
        AssumeRole(pumice) by AKIDENV in us-west-2
    "#);
}
