//! A machine of its own for each row of a table: a home, an environment, and no way out but to a fake of AWS, which is asked
//! under AWS's own names. What a row prints is what the fake was asked: host, question, `key/region/service`, token.

use std::path::PathBuf;
use std::process::Command;

#[path = "../../../bedrock-transport/tests/common/fake_aws.rs"]
#[expect(dead_code, reason = "the tests of another crate use the rest")]
pub(crate) mod fake_aws;
#[path = "../../../bedrock-transport/tests/common/internet.rs"]
#[expect(dead_code, reason = "the tests of another crate use the rest")]
mod internet;

use fake_aws::FakeAws;
use futures::StreamExt as _;
use internet::Internet;

/// One row: what the file says, what surrounds the process, and what it is told to do.
pub(crate) struct Row {
    name: &'static str,
    /// The `litellm_params` of each model, beside `model`.
    models: Vec<String>,
    /// Of every model.
    model: String,
    env: Vec<(&'static str, String)>,
    files: Vec<(&'static str, &'static str)>,
    command: Vec<&'static str>,
}

/// Asks one model, a Nova by default, one question.
pub(crate) fn row(name: &'static str, params: &str) -> Row {
    let models = vec![params.to_owned()];
    let command = vec!["check-config", "--live"];
    Row { name, models, model: "amazon.nova-lite-v1:0".to_owned(), env: Vec::new(), files: Vec::new(), command }
}

impl Row {
    pub(crate) fn and(mut self, params: &str) -> Self {
        self.models.push(params.to_owned());
        self
    }

    pub(crate) fn of(mut self, model: impl Into<String>) -> Self {
        self.model = model.into();
        self
    }

    pub(crate) fn env(mut self, name: &'static str, value: &str) -> Self {
        self.env.push((name, value.to_owned()));
        self
    }

    /// With a key pair in the environment.
    pub(crate) fn keys(self) -> Self {
        self.env("AWS_ACCESS_KEY_ID", "AKIDENV").env("AWS_SECRET_ACCESS_KEY", "secret")
    }

    pub(crate) fn file(mut self, name: &'static str, text: &'static str) -> Self {
        self.files.push((name, text));
        self
    }

    pub(crate) fn command(mut self, command: &[&'static str]) -> Self {
        self.command = command.to_vec();
        self
    }

    async fn run(self, table: &str, number: usize) -> String {
        let aws = FakeAws::start().await;
        let internet = Internet::before(&aws.url()).await;
        let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("machine-{table}-{number}"));
        let _ = std::fs::remove_dir_all(&home);
        let write = |name: &str, text: &str| {
            let path = home.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("ca.pem", &internet.certificate());
        self.files.iter().for_each(|(name, text)| write(name, text));
        let fill =
            |text: &str| text.replace("AWS/", &format!("{}/", aws.url())).replace("HOME", home.to_str().unwrap());
        let models: String = self
            .models
            .iter()
            .map(|params| {
                let model = format!("model: 'bedrock/{}'", self.model);
                format!(
                    "- {{model_name: m, litellm_params: {{{model}{}{params}}}}}\n",
                    if params.is_empty() { "" } else { ", " }
                )
            })
            .collect();
        write("c.yaml", &fill(&format!("model_list:\n{models}")));
        let mut command = Command::new(env!("CARGO_BIN_EXE_pumice"));
        command.args(&self.command).args(["--config", "c.yaml"]).current_dir(&home).env_clear();
        command.envs([("HOME", home.to_str().unwrap()), ("HTTPS_PROXY", internet.url()), ("SSL_CERT_FILE", "ca.pem")]);
        command.envs([("AWS_REGION", "us-west-2"), ("AWS_EC2_METADATA_DISABLED", "true")]);
        command.env("AWS_EC2_METADATA_SERVICE_ENDPOINT", aws.url());
        for (name, value) in &self.env {
            command.env(name, fill(value));
        }
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        let local = aws.url().replace("http://", "");
        let wrong = text.lines().filter(|line| {
            line.starts_with("FAILED")
                || (line.starts_with("error: ") && !line.ends_with("cannot be served"))
                || (line.contains(" WARN ") && !line.contains("nothing is known of"))
        });
        let wrong = wrong.map(|line| line.split_once(" WARN ").map_or(line, |(_, warning)| warning).to_owned());
        let mut lines = vec![self.name.to_owned()];
        lines.extend(aws.places().into_iter().chain(wrong).map(|line| format!("    {}", line.replace(&local, "HERE"))));
        lines.join("\n").replace(home.to_str().unwrap(), "HOME")
    }
}

/// What became of each row, a few at a time.
pub(crate) async fn run(table: &'static str, rows: Vec<Row>) -> String {
    const AT_ONCE: usize = 4;
    let runs = futures::stream::iter(rows).enumerate().map(|(number, row)| row.run(table, number)).buffered(AT_ONCE);
    runs.collect::<Vec<_>>().await.join("\n")
}
