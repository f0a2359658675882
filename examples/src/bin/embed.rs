//! Nearest neighbours: of ten sentences, those that mean most nearly what a question asks.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use facade::{Client, EmbeddingRequest, Error};

const SENTENCES: [&str; 10] = [
    "The cat sleeps on the warm sofa.",
    "Interest rates rose again in March.",
    "A dog chases a ball across the park.",
    "The orchestra rehearses a symphony.",
    "Bread rises faster in a warm kitchen.",
    "The central bank left its rates as they were.",
    "Kittens often sleep in the sun.",
    "The violinist tunes her violin before the concert.",
    "Trains to the coast leave every hour.",
    "Fresh bread smells best in the morning.",
];

#[tokio::main]
async fn main() -> Result<(), Error> {
    let question = std::env::args().nth(1).unwrap_or_else(|| "Where does the cat sleep?".to_owned());
    let client = Client::from_env().await?;
    let texts: Vec<&str> = SENTENCES.into_iter().chain([question.as_str()]).collect();
    // Eleven calls, as many of them at once as the client allows, and one answer.
    let reply = client.embed(&EmbeddingRequest::new("bedrock/amazon.titan-embed-text-v2:0", texts)).await?;
    let vectors: Vec<&[f64]> = reply.value.data.iter().filter_map(|data| data.embedding.floats()).collect();
    let Some((asked, known)) = vectors.split_last() else { return Ok(()) };
    let mut near: Vec<(f64, &str)> =
        known.iter().zip(SENTENCES).map(|(vector, text)| (closeness(vector, asked), text)).collect();
    near.sort_by(|one, other| other.0.total_cmp(&one.0));
    println!("{question}");
    for (closeness, text) in near.iter().take(3) {
        println!("{closeness:6.3}  {text}");
    }
    Ok(())
}

/// Cosine of the angle between two vectors of length 1.
fn closeness(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}
