//! Which of these answers the question? Documents by relevance.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use facade::{Client, Error, RerankRequest};

const DOCUMENTS: [&str; 4] = [
    "The heart of a blue whale is as big as a small car.",
    "A fortnight has 20,160 minutes.",
    "Bread rises because yeast makes gas.",
    "An hour has sixty minutes, and a day has 1,440.",
];

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = Client::from_env().await?;
    let request = RerankRequest::new("bedrock/cohere.rerank-v3-5:0", "How many minutes has a fortnight?")
        .documents(DOCUMENTS)
        .top_n(2);
    let reply = client.rerank(&request).await?;
    for result in &reply.value.results {
        let document = usize::try_from(result.index).ok().and_then(|index| DOCUMENTS.get(index));
        println!("{:.3}  {}", result.relevance_score, document.unwrap_or(&"(no such document)"));
    }
    println!("request id: {}", reply.request_id.as_deref().unwrap_or("none"));
    Ok(())
}
