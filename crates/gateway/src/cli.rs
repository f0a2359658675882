//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// The OpenAI-shaped front door to Amazon Bedrock.
#[derive(Debug, Parser)]
#[command(name = "pumice", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// What to log, as `RUST_LOG` has it: `debug`, `gateway=trace`.
    #[arg(long, global = true, value_name = "FILTER")]
    pub log: Option<String>,
    /// Write the log as JSON, one object a line; as `litellm_settings.json_logs`.
    #[arg(long, global = true, env = "JSON_LOGS", value_parser = clap::builder::FalseyValueParser::new())]
    pub json_logs: bool,
    /// Log every request of AWS with its body, secrets masked; as `litellm_settings.set_verbose`.
    #[arg(long, global = true, alias = "detailed_debug")]
    pub detailed_debug: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Ask a model one question.
    Chat(ChatArgs),
    /// Say of every model who calls, where and how, and what fails.
    CheckConfig(CheckArgs),
    /// Print a shell's completions: `pumice completions bash > /etc/bash_completion.d/pumice`.
    Completions(CompletionsArgs),
    /// Turn texts into vectors.
    Embed(EmbedArgs),
    /// Run the offline Bedrock by itself.
    Emulate(EmulateArgs),
    /// Show the exact AWS request that an OpenAI request becomes; nothing is sent to AWS.
    Explain(ExplainArgs),
    /// Draw or edit an image.
    Image(ImageArgs),
    /// Show what becomes of every key of a LiteLLM config.yaml: what is served, what is ignored and why.
    Migrate(MigrateArgs),
    /// Rank documents by how well they answer a query.
    Rerank(RerankArgs),
    /// Serve OpenAI's API.
    Serve(ServeArgs),
}

/// Where models and credentials come from.
#[derive(Debug, Clone, Default, Args)]
pub struct Source {
    /// LiteLLM's config.yaml; without it, any Bedrock model with the environment's credentials.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Talk to a built-in offline Bedrock: no account, no key, no network.
    #[arg(long)]
    pub emulator: bool,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell.
    pub shell: clap_complete::Shell,
}

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Where models and credentials come from.
    #[command(flatten)]
    pub source: Source,
    /// Address to listen on. Anything but loopback needs a master key.
    #[arg(long, default_value = "127.0.0.1")]
    pub host: String,
    /// Port to listen on; 0 is a free one.
    #[arg(long, default_value_t = 4000)]
    pub port: u16,
}

/// Arguments of `chat`.
#[derive(Debug, Args)]
pub struct ChatArgs {
    /// Where models and credentials come from.
    #[command(flatten)]
    pub source: Source,
    /// The model.
    #[arg(long, short, default_value = "bedrock/us.amazon.nova-lite-v1:0")]
    pub model: String,
    /// An image to show to the model; can be repeated.
    #[arg(long, value_name = "FILE")]
    pub image: Vec<PathBuf>,
    /// A system prompt.
    #[arg(long, value_name = "TEXT")]
    pub system: Option<String>,
    /// A built-in tool to offer; there is `weather`.
    #[arg(long, value_parser = ["weather"])]
    pub tool: Vec<String>,
    /// A JSON file with a list of OpenAI tools to offer.
    #[arg(long, value_name = "FILE")]
    pub tools: Option<PathBuf>,
    /// Print the whole answer as OpenAI's JSON.
    #[arg(long)]
    pub json: bool,
    /// The question.
    pub prompt: String,
}

/// Arguments of `check-config`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// LiteLLM's config.yaml; without it, any Bedrock model with the environment's credentials.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Also ask every model one short question.
    #[arg(long)]
    pub live: bool,
}

/// Arguments of `embed`.
#[derive(Debug, Args)]
pub struct EmbedArgs {
    /// Where models and credentials come from.
    #[command(flatten)]
    pub source: Source,
    /// The model.
    #[arg(long, short, default_value = "bedrock/amazon.titan-embed-text-v2:0")]
    pub model: String,
    /// Length of the vectors, where the model lets one choose.
    #[arg(long, value_name = "LENGTH")]
    pub dimensions: Option<u32>,
    /// Print the whole answer as OpenAI's JSON.
    #[arg(long)]
    pub json: bool,
    /// The texts; without any, each line of standard input is one.
    #[arg(value_name = "TEXT")]
    pub texts: Vec<String>,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// LiteLLM's config.yaml; without it, any Bedrock model with the environment's credentials.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The AWS region, where nothing else names one.
    #[arg(long)]
    pub region: Option<String>,
    /// A JSON file with the body of a chat completion request; `-` reads standard input.
    pub file: PathBuf,
}

/// Arguments of `image`.
#[derive(Debug, Args)]
pub struct ImageArgs {
    /// Where models and credentials come from.
    #[command(flatten)]
    pub source: Source,
    /// The model.
    #[arg(long, short, default_value = "bedrock/amazon.nova-canvas-v1:0")]
    pub model: String,
    /// Where to write the image; several are numbered.
    #[arg(long, short, value_name = "FILE")]
    pub out: PathBuf,
    /// An image to edit; can be repeated.
    #[arg(long, value_name = "FILE")]
    pub image: Vec<PathBuf>,
    /// Where to edit, in black and white.
    #[arg(long, value_name = "FILE")]
    pub mask: Option<PathBuf>,
    /// Number of images.
    #[arg(long, short)]
    pub n: Option<u32>,
    /// `standard` or `hd`.
    #[arg(long)]
    pub quality: Option<String>,
    /// Seed for sampling.
    #[arg(long)]
    pub seed: Option<i64>,
    /// Width and height in pixels, e.g. `1024x1024`.
    #[arg(long, value_name = "WxH")]
    pub size: Option<String>,
    /// What to draw, or what to change.
    pub prompt: String,
}

/// Arguments of `migrate`.
#[derive(Debug, Args)]
pub struct MigrateArgs {
    /// LiteLLM's config.yaml.
    #[arg(value_name = "FILE")]
    pub config: PathBuf,
    /// Show only what is not served.
    #[arg(long)]
    pub ignored: bool,
}

/// Arguments of `rerank`.
#[derive(Debug, Args)]
pub struct RerankArgs {
    /// Where models and credentials come from.
    #[command(flatten)]
    pub source: Source,
    /// The model.
    #[arg(long, short, default_value = "bedrock/cohere.rerank-v3-5:0")]
    pub model: String,
    /// How many documents to show at most.
    #[arg(long, short = 'n', value_name = "NUMBER")]
    pub top_n: Option<u32>,
    /// A file of more documents, one a line; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Print the whole answer as Cohere's JSON.
    #[arg(long)]
    pub json: bool,
    /// What the documents are held against.
    pub query: String,
    /// The documents.
    pub documents: Vec<String>,
}

/// Arguments of `emulate`.
#[derive(Debug, Args)]
pub struct EmulateArgs {
    /// Port of 127.0.0.1 to listen on; 0 is a free one.
    #[arg(long, default_value_t = 4566)]
    pub port: u16,
}
