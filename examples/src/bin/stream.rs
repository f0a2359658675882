//! An answer as the model writes it.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::io::Write as _;

use facade::{ChatRequest, Client, Error};
use futures::StreamExt as _;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = Client::from_env().await?;
    let request = ChatRequest::new("bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0")
        .user("Tell me a short story.")
        .include_usage();
    let mut stream = client.chat_stream(&request).await?;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk?;
        for choice in &chunk.choices {
            print!("{}", choice.delta.content.as_deref().unwrap_or_default());
        }
        // Text comes in pieces far smaller than a line.
        let _ = std::io::stdout().flush();
        if let Some(Some(usage)) = chunk.usage {
            println!("\n{} tokens in, {} out", usage.prompt_tokens, usage.completion_tokens);
        }
    }
    Ok(())
}
