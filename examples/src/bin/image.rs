//! A picture of what the arguments say, in a file.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use facade::{Client, ImageRequest};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let prompt = if words.is_empty() { "An otter on a raft, in watercolour".to_owned() } else { words.join(" ") };
    let client = Client::from_env().await?;
    let request = ImageRequest::new("bedrock/amazon.nova-canvas-v1:0", prompt).size("1024x1024").seed(7);
    let reply = client.image(&request).await?;
    for warning in &reply.warnings {
        println!("warning: {warning}");
    }
    let image = reply.value.data.first().and_then(|image| image.b64_json.as_deref()).ok_or("there is no image")?;
    std::fs::write("image.png", STANDARD.decode(image)?)?;
    println!("image.png is written");
    Ok(())
}
