//! One question, one answer, and what was changed on the way.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use facade::{ChatRequest, Client, Error};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = Client::from_env().await?;
    let request = ChatRequest::new("bedrock/us.amazon.nova-lite-v1:0")
        .system("Answer in one sentence.")
        .user("Why is the sky blue?")
        .temperature(0.3)
        .max_tokens(200);
    let reply = client.chat(&request).await?;
    println!("{}", reply.value.text().unwrap_or("(no text)"));
    if let Some(usage) = reply.value.usage {
        println!("{} tokens in, {} out", usage.prompt_tokens, usage.completion_tokens);
    }
    for warning in &reply.warnings {
        println!("warning: {warning}");
    }
    println!("request id: {}", reply.request_id.as_deref().unwrap_or("none"));
    Ok(())
}
