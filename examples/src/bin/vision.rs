//! A question about an image file: `cargo run -p examples --bin vision -- cat.png`.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use facade::types::{Part, UserMessage};
use facade::{ChatRequest, Client};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("name an image file")?;
    let data = STANDARD.encode(std::fs::read(path)?);
    // Bedrock wants the right format; it is read from the bytes, so the label may be wrong.
    let image = Part::image_url(format!("data:image/png;base64,{data}"));
    let question = UserMessage::new(vec![Part::text("What is in this image?"), image]);
    let request = ChatRequest::new("bedrock/us.amazon.nova-lite-v1:0").message(question);
    let client = Client::from_env().await?;
    let reply = client.chat(&request).await?;
    println!("{}", reply.value.text().unwrap_or("(no text)"));
    Ok(())
}
