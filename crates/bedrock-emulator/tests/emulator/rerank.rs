//! Ranking, by its own operation and by a model's native body.

use bedrock_emulator::Emulator;
use serde_json::{Value, json};

use crate::client::{self, Reply, SIGV4, with};

const ARN: &str = "arn:aws:bedrock:us-east-1::foundation-model/cohere.rerank-v3-5:0";

fn text(text: &str) -> Value {
    json!({ "type": "INLINE", "inlineDocumentSource": { "type": "TEXT", "textDocument": { "text": text } } })
}

fn object(object: &Value) -> Value {
    json!({ "type": "INLINE", "inlineDocumentSource": { "type": "JSON", "jsonDocument": object } })
}

fn request(sources: &[Value]) -> Value {
    json!({
        "queries": [{ "type": "TEXT", "textQuery": { "text": "the red fox" } }],
        "sources": sources,
        "rerankingConfiguration": {
            "type": "BEDROCK_RERANKING_MODEL",
            "bedrockRerankingConfiguration": { "modelConfiguration": { "modelArn": ARN } },
        },
    })
}

async fn rerank(emulator: &Emulator, authorization: &str, body: &Value) -> Reply {
    let head = format!("POST /rerank HTTP/1.1\r\ncontent-type: application/json\r\nauthorization: {authorization}");
    client::raw(emulator, &head, body.to_string().as_bytes()).await.unwrap()
}

#[tokio::test]
async fn documents_with_more_of_the_querys_words_come_first() {
    let emulator = Emulator::start().await.unwrap();
    let mut body =
        request(&[text("a blue whale"), object(&json!({ "title": "Red", "body": "the fox" })), text("the red")]);
    let reply = rerank(&emulator, SIGV4, &body).await;
    assert_eq!(
        reply.json(),
        json!({ "results": [
            { "index": 1, "relevanceScore": 1.0 },
            { "index": 2, "relevanceScore": 0.8 },
            { "index": 0, "relevanceScore": 0.0 },
        ] })
    );
    body["rerankingConfiguration"]["bedrockRerankingConfiguration"]["numberOfResults"] = 1.into();
    assert_eq!(rerank(&emulator, SIGV4, &body).await.json()["results"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn many_results_come_in_pages() {
    let emulator = Emulator::start().await.unwrap();
    let body = request(&(0..250).map(|number| text(&format!("fox {number}"))).collect::<Vec<_>>());
    let (mut lengths, mut token) = (Vec::new(), Value::Null);
    loop {
        let page = rerank(&emulator, SIGV4, &with(body.clone(), json!({ "nextToken": token }))).await.json();
        lengths.push(page["results"].as_array().unwrap().len());
        token = page["nextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    assert_eq!(lengths, [100, 100, 50]);
    let refused = rerank(&emulator, SIGV4, &with(body, json!({ "nextToken": "another" }))).await.refusal();
    assert_eq!(refused, "400 ValidationException: The provided nextToken is invalid.");
}

#[tokio::test]
async fn what_aws_would_refuse_is_refused() {
    let emulator = Emulator::start().await.unwrap();
    let changed = |pointer: &str, value: Value| {
        let mut body = request(&[text("a")]);
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    const MODEL: &str = "/rerankingConfiguration/bedrockRerankingConfiguration/modelConfiguration/modelArn";
    const DOCUMENT: &str = "/sources/0/inlineDocumentSource";
    let invalid = "400 ValidationException: The provided model ARN for reranking is invalid.";
    let table = [
        (changed(MODEL, "cohere.rerank-v3-5:0".into()), invalid),
        (changed(MODEL, "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0".into()), invalid),
        (
            changed(MODEL, "arn:aws:bedrock:us-west-2::foundation-model/amazon.rerank-v1:0".into()),
            "400 ValidationException: Reranking does not support cross-region calls.",
        ),
        (
            changed(MODEL, "arn:aws:bedrock:us-east-1::foundation-model/emulator.missing".into()),
            "404 ResourceNotFoundException: Could not resolve the foundation model from the provided model identifier.",
        ),
        (
            changed("/queries", json!([])),
            "400 ValidationException: 1 validation error detected: Value '[]' at 'queries' failed to satisfy constraint: \
             Member must have length greater than or equal to 1",
        ),
        (
            changed(DOCUMENT, json!({ "type": "TEXT", "jsonDocument": {} })),
            "400 ValidationException: sources[0]: a document of type TEXT has a textDocument and no jsonDocument.",
        ),
        (
            changed("/sources/0", with(text("a"), json!({ "score": 1 }))),
            "400 ValidationException: Malformed input request: #/sources/0: extraneous key [score] is not permitted, please \
             reformat your input and try again.",
        ),
        (
            changed(
                "/rerankingConfiguration/bedrockRerankingConfiguration",
                json!({ "modelConfiguration": { "modelArn": ARN }, "numberOfResults": 1_001 }),
            ),
            "400 ValidationException: 1 validation error detected: Value '1001' at \
             'rerankingConfiguration.bedrockRerankingConfiguration.numberOfResults' failed to satisfy constraint: Member \
             must have value less than or equal to 1000",
        ),
    ];
    for (body, expected) in table {
        assert_eq!(rerank(&emulator, SIGV4, &body).await.refusal(), expected, "{body}");
    }
    let with_key = rerank(&emulator, "Bearer key", &request(&[text("a")])).await;
    assert_eq!(with_key.refusal(), "403 AccessDeniedException: This operation does not take an API key.");
}

#[tokio::test]
async fn coheres_native_body_ranks_the_same() {
    let emulator = Emulator::start().await.unwrap();
    let head = client::head("invoke", "cohere.rerank-v3-5%3A0", None);
    let send = async |body: Value| client::raw(&emulator, &head, body.to_string().as_bytes()).await.unwrap();
    let body = json!({ "query": "the red fox", "documents": ["a blue whale", "the red"], "api_version": 2 });
    assert_eq!(
        send(body.clone()).await.json(),
        json!({ "results": [{ "index": 1, "relevance_score": 0.8 }, { "index": 0, "relevance_score": 0.0 }] })
    );
    let few = send(with(body.clone(), json!({ "top_n": 1 }))).await.json();
    assert_eq!(few["results"].as_array().unwrap().len(), 1);
    for (change, expected) in [
        (json!({ "documents": [{ "text": "a" }] }), "#/documents/0: expected type: String, found: JSONObject"),
        (json!({ "api_version": 1 }), "#/api_version: 1 is not greater or equal to 2"),
        (json!({ "return_documents": true }), "#: extraneous key [return_documents] is not permitted"),
    ] {
        let refusal = send(with(body.clone(), change)).await.refusal();
        assert!(refusal.contains(expected), "{refusal}");
    }
}
