//! AWS's services that hand out credentials, and Bedrock: one server that answers all of them and remembers what it was
//! asked, and by whom.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub(crate) struct FakeAws {
    server: MockServer,
    state: Arc<State>,
}

#[derive(Default)]
pub(crate) struct State {
    /// `service action who …`
    calls: Mutex<Vec<String>>,
    signed: Mutex<Vec<(String, String)>>,
    /// `method host path who service`
    places: Mutex<Vec<String>>,
    /// How long STS thinks.
    pub(crate) slow: Mutex<Duration>,
    /// Session tokens that Bedrock calls expired.
    pub(crate) expired: Mutex<Vec<String>>,
}

impl FakeAws {
    pub(crate) async fn start() -> Self {
        let server = MockServer::start().await;
        let state = Arc::<State>::default();
        Mock::given(any()).respond_with(Answers(Arc::clone(&state))).mount(&server).await;
        Self { server, state }
    }

    pub(crate) fn url(&self) -> String {
        self.server.uri()
    }

    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// The `x-expected` and the access key id of every call of Bedrock.
    pub(crate) fn signed(&self) -> Vec<(String, String)> {
        self.state.signed.lock().unwrap().clone()
    }

    /// Where each call came, by whom and for which service it was signed.
    pub(crate) fn places(&self) -> Vec<String> {
        self.state.places.lock().unwrap().clone()
    }

    /// What was asked, in order.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.state.calls.lock().unwrap().clone()
    }
}

/// What Converse, Claude, Titan's embeddings and images, and Rerank may answer, all in one.
const ANSWER: &str = r#"{"output":{"message":{"role":"assistant","content":[{"text":"Hi"}]}},"stopReason":"end_turn","type":"message","role":"assistant","content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn","embedding":[0.5],"inputTextTokenCount":1,"images":["aGk="],"results":[{"index":0,"relevanceScore":0.5}]}"#;

struct Answers(Arc<State>);

impl Respond for Answers {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let header = |name: &str| request.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default();
        let authorization = header("authorization");
        let scope = authorization.split("Credential=").nth(1).map(|rest| rest.split(',').next().unwrap());
        let who = scope.map_or_else(
            || authorization.to_owned(),
            |scope| {
                let parts: Vec<_> = scope.split('/').collect();
                format!("{} in {}", parts[0], parts[2])
            },
        );
        let path = request.url.path();
        let is_sts = request.body.windows(7).any(|word| word == b"Action=");
        let what = if is_sts { asked(request) } else { format!("{path}{}", query(request)) };
        let scope = scope.map_or_else(
            || who.clone(),
            |scope| {
                let parts: Vec<_> = scope.split('/').collect();
                format!("{}/{}/{}", parts[0], parts[2], parts[3])
            },
        );
        let token = match header("x-amz-security-token") {
            "" => String::new(),
            token => format!(" token={token}"),
        };
        let place = format!("{} {what} {scope}{token}", header("host").trim_end_matches(":80"));
        self.0.places.lock().unwrap().push(place.trim_end().to_owned());
        let call = |what: &str| self.0.calls.lock().unwrap().push(format!("{what} {who}").trim_end().to_owned());
        let credentials = |id: &str| {
            format!(
                r#"{{"Code":"Success","Type":"AWS-HMAC","LastUpdated":"2020-01-01T00:00:00Z","AccessKeyId":"{id}","SecretAccessKey":"hidden","Token":"of-{id}","Expiration":"2999-01-01T00:00:00Z"}}"#
            )
        };
        match path {
            "/latest/api/token" => {
                call("IMDS token");
                ResponseTemplate::new(200)
                    .insert_header("x-aws-ec2-metadata-token-ttl-seconds", "21600")
                    .set_body_string("t")
            }
            "/latest/meta-data/iam/security-credentials/" | "/latest/meta-data/iam/security-credentials" => {
                ResponseTemplate::new(200).set_body_string("role")
            }
            "/latest/meta-data/iam/security-credentials/role" => {
                call("IMDS credentials");
                ResponseTemplate::new(200).set_body_string(credentials("ASIAMACHINE"))
            }
            "/ecs" => {
                call("ECS");
                ResponseTemplate::new(200).set_body_string(credentials("ASIACONTAINER"))
            }
            "/federation/credentials" => {
                call(&format!("SSO with {}", header("x-amz-sso_bearer_token")));
                ResponseTemplate::new(200).set_body_string(
                    r#"{"roleCredentials":{"accessKeyId":"ASIASSO","secretAccessKey":"hidden","sessionToken":"of-sso","expiration":32472144000000}}"#,
                )
            }
            "/computeMetadata/v1/instance/service-accounts/default/identity" => {
                let flavor = header("metadata-flavor");
                call(&format!("{flavor}{}", query(request)));
                ResponseTemplate::new(200).set_body_string(format!("google-{}-token\n", self.count("Google")))
            }
            "/github" => {
                call(&format!("GitHub{}", query(request)));
                let json = format!(r#"{{"count":1,"value":"github-{}-token"}}"#, self.count("GitHub"));
                ResponseTemplate::new(200).set_body_string(json)
            }
            path if path.contains("/model/") || path.ends_with("/rerank") => {
                let id = who.split(' ').next().unwrap_or_default();
                self.0.signed.lock().unwrap().push((header("x-expected").to_owned(), id.to_owned()));
                self.bedrock(&who, header("x-amz-security-token"))
            }
            path if path.starts_with("/latest/") => ResponseTemplate::new(404),
            _ => self.sts(request, path, &who),
        }
    }
}

fn query(request: &Request) -> String {
    request.url.query().map(|query| format!("?{query}")).unwrap_or_default()
}

/// What STS is asked, as `action(parameters)`.
fn asked(request: &Request) -> String {
    let body = String::from_utf8(request.body.clone()).unwrap();
    let field = |name: &str| body.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let shown = ["RoleSessionName", "ExternalId", "Tags.member.1.Key", "Tags.member.1.Value", "WebIdentityToken"];
    let shown: Vec<_> = shown.iter().filter_map(|name| field(name)).collect();
    // Names that the SDK makes up end in the time.
    let shown: Vec<_> = shown.iter().map(|text| text.trim_end_matches(|c: char| c.is_ascii_digit())).collect();
    format!("{}({})", field("Action").unwrap_or("?"), shown.join(" "))
}

impl Answers {
    fn count(&self, what: &str) -> usize {
        self.0.calls.lock().unwrap().iter().filter(|call| call.starts_with(what)).count()
    }

    fn bedrock(&self, who: &str, token: &str) -> ResponseTemplate {
        self.0.calls.lock().unwrap().push(format!("Bedrock {who}"));
        if self.0.expired.lock().unwrap().iter().any(|expired| expired == token) {
            return ResponseTemplate::new(403)
                .insert_header("x-amzn-errortype", "ExpiredTokenException")
                .set_body_string(r#"{"message":"The security token included in the request is expired"}"#);
        }
        ResponseTemplate::new(200).insert_header("x-amzn-requestid", "req-1").set_body_string(ANSWER)
    }

    fn sts(&self, request: &Request, path: &str, who: &str) -> ResponseTemplate {
        let body = String::from_utf8(request.body.clone()).unwrap();
        let field = |name: &str| body.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        let action = field("Action").unwrap_or("?").to_owned();
        let number = {
            let mut calls = self.0.calls.lock().unwrap();
            let by = if who.is_empty() { String::new() } else { format!(" by {who}") };
            calls.push(format!("{}{by}", asked(request)));
            calls.iter().filter(|call| call.starts_with("Assume")).count()
        };
        let answer = |result: &str| {
            let xml = format!(
                r#"<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result>{result}</{action}Result></{action}Response>"#
            );
            ResponseTemplate::new(200).set_body_string(xml).set_delay(*self.0.slow.lock().unwrap())
        };
        if action == "GetCallerIdentity" {
            let role = if path.starts_with("/already") { "target" } else { "other" };
            return answer(&format!(
                "<Arn>arn:aws:sts::111122223333:assumed-role/{role}/s</Arn><UserId>u</UserId><Account>111122223333</Account>"
            ));
        }
        if path.starts_with("/refuse") {
            return ResponseTemplate::new(403).set_body_string(
                r#"<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: u is not authorized to perform: sts:AssumeRole on resource: r</Message></Error><RequestId>r</RequestId></ErrorResponse>"#,
            );
        }
        let role = field("RoleArn").unwrap_or_default().rsplit("%2F").next().unwrap_or_default();
        answer(&format!(
            "<Credentials><AccessKeyId>ASIA{role}{number}</AccessKeyId><SecretAccessKey>hidden</SecretAccessKey><SessionToken>session-{number}</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>r</AssumedRoleId><Arn>arn:aws:sts::111122223333:assumed-role/{role}/s</Arn></AssumedRoleUser>"
        ))
    }
}
