//! Rerank requests: the bodies as they go out, and the answers page by page.
#![expect(clippy::unwrap_used, reason = "tests")]

use bedrock_transform::{
    Answer, Catalog, ModelSpec, Operation, Options, RerankCall, ResponseMeta, TransformError, rerank,
};
use core_types::{RerankRequest, Usage};

const ARN: &str = "bedrock/arn:aws:bedrock:us-west-2::foundation-model/amazon.rerank-v1:0";
const NATIVE: &str = "bedrock/invoke/cohere.rerank-v3-5:0";
const REGION: Option<&str> = Some("eu-central-1");

fn call(model: &str, members: &str, region: Option<&str>) -> Result<RerankCall, TransformError> {
    let request: RerankRequest = serde_json::from_str(&format!(r#"{{"model":"{model}",{members}}}"#)).unwrap();
    rerank(&request, &ModelSpec::resolve(model, &Catalog::builtin())?, region, &Options::default())
}

/// The body and the warnings, a line each; or the error.
fn shown(model: &str, members: &str) -> String {
    match call(model, members, REGION) {
        Err(error) => format!("error: {error}"),
        Ok(call) => {
            let body = String::from_utf8_lossy(&call.outgoing.body).into_owned();
            std::iter::once(body).chain(call.warnings.iter().map(ToString::to_string)).collect::<Vec<_>>().join("\n")
        }
    }
}

#[test]
fn one_body_serves_every_model() {
    insta::assert_snapshot!(
        shown(ARN, r#""query":"q","documents":["a",{"title":"b","n":1.50}],"top_n":1"#),
        @r#"{"queries":[{"type":"TEXT","textQuery":{"text":"q"}}],"sources":[{"type":"INLINE","inlineDocumentSource":{"type":"TEXT","textDocument":{"text":"a"}}},{"type":"INLINE","inlineDocumentSource":{"type":"JSON","jsonDocument":{"title":"b","n":1.50}}}],"rerankingConfiguration":{"type":"BEDROCK_RERANKING_MODEL","bedrockRerankingConfiguration":{"modelConfiguration":{"modelArn":"arn:aws:bedrock:us-west-2::foundation-model/amazon.rerank-v1:0"},"numberOfResults":1}}}"#
    );
    insta::assert_snapshot!(
        shown("bedrock/cohere.rerank-v3-5:0", r#""query":"q","documents":["a"],"max_tokens_per_doc":512,"extra_body":{"priority":1}"#),
        @r#"{"queries":[{"type":"TEXT","textQuery":{"text":"q"}}],"sources":[{"type":"INLINE","inlineDocumentSource":{"type":"TEXT","textDocument":{"text":"a"}}}],"rerankingConfiguration":{"type":"BEDROCK_RERANKING_MODEL","bedrockRerankingConfiguration":{"modelConfiguration":{"modelArn":"arn:aws:bedrock:eu-central-1::foundation-model/cohere.rerank-v3-5:0","additionalModelRequestFields":{"max_tokens_per_doc":512,"priority":1}},"numberOfResults":1}}}"#
    );
}

#[test]
fn coheres_own_body_has_texts_only() {
    insta::assert_snapshot!(
        shown(NATIVE, r#""query":"q","documents":["a",{"title":"b"}],"top_n":1,"max_tokens_per_doc":512"#),
        @r#"
    {"query":"q","documents":["a","{\"title\":\"b\"}"],"top_n":1,"api_version":2,"max_tokens_per_doc":512}
    rewritten=documents
    "#
    );
    let call = call(NATIVE, r#""query":"q","documents":["a"]"#, None).unwrap();
    assert_eq!(call.outgoing.operation, Operation::InvokeModel);
    assert_eq!(call.outgoing.target.as_str(), "cohere.rerank-v3-5:0");
}

#[test]
fn a_model_is_found_where_the_request_the_name_or_the_caller_says() {
    let table = [
        ("amazon.rerank-v1:0", "", REGION, "arn:aws:bedrock:eu-central-1::foundation-model/amazon.rerank-v1:0 -"),
        (
            "bedrock/us-west-2/amazon.rerank-v1:0",
            "",
            REGION,
            "arn:aws:bedrock:us-west-2::foundation-model/amazon.rerank-v1:0 us-west-2",
        ),
        (
            "cohere.rerank-v3-5:0",
            r#","aws_region_name":"us-gov-west-1""#,
            REGION,
            "arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/cohere.rerank-v3-5:0 us-gov-west-1",
        ),
        (
            "cohere.rerank-v3-5:0",
            "",
            Some("cn-north-1"),
            "arn:aws-cn:bedrock:cn-north-1::foundation-model/cohere.rerank-v3-5:0 -",
        ),
        (ARN, "", REGION, "arn:aws:bedrock:us-west-2::foundation-model/amazon.rerank-v1:0 us-west-2"),
        (
            "cohere.rerank-v3-5:0",
            r#","model_id":"arn:aws:bedrock:us-east-2:123456789012:provisioned-model/abcdefghijkl""#,
            REGION,
            "arn:aws:bedrock:us-east-2:123456789012:provisioned-model/abcdefghijkl us-east-2",
        ),
    ];
    for (model, more, region, expected) in table {
        let call = call(model, &format!(r#""query":"q","documents":["a"]{more}"#), region).unwrap();
        assert_eq!(call.outgoing.operation, Operation::Rerank);
        let body = String::from_utf8_lossy(&call.outgoing.body).into_owned();
        let target = call.outgoing.target.as_str();
        assert!(body.contains(&format!(r#""modelArn":"{target}""#)), "{body}");
        assert_eq!(format!("{target} {}", call.outgoing.region.as_deref().unwrap_or("-")), expected, "{model}");
    }
    let nowhere = call("cohere.rerank-v3-5:0", r#""query":"q","documents":["a"]"#, None).unwrap_err().to_string();
    assert!(nowhere.contains("set AWS_REGION"), "{nowhere}");
}

#[test]
fn rank_fields_are_what_the_model_sees_of_an_object() {
    let members = r#""query":"q","documents":["a",{"body":"long","id":7,"title":"b"},{"id":8,"title":"c"}],"rank_fields":["title","body"]"#;
    insta::assert_snapshot!(shown(NATIVE, members), @r#"
    {"query":"q","documents":["a","{\"title\":\"b\",\"body\":\"long\"}","{\"title\":\"c\"}"],"api_version":2}
    rewritten=documents
    "#);
    let mut call = call(ARN, &format!(r#"{members},"return_documents":true"#), REGION).unwrap();
    let body = String::from_utf8_lossy(&call.outgoing.body).into_owned();
    assert!(body.contains(r#""jsonDocument":{"title":"b","body":"long"}"#), "{body}");
    // They come back whole.
    let page = r#"{"results":[{"index":1,"relevanceScore":0.9},{"index":0,"relevanceScore":0.1}]}"#;
    call.reply.read(&call.outgoing, &answer(page)).unwrap();
    let results = serde_json::to_string(&call.reply.finish().results).unwrap();
    assert_eq!(
        results,
        r#"[{"index":1,"relevance_score":0.9,"document":{"body":"long","id":7,"title":"b"}},{"index":0,"relevance_score":0.1,"document":{"text":"a"}}]"#
    );
}

#[test]
fn what_cannot_be_ranked_is_refused_by_name() {
    let many = vec![r#""a""#; 1_001].join(",");
    let table = [
        (ARN, r#""query":"","documents":["a"]"#, "query: is empty"),
        (ARN, r#""query":"q","documents":[]"#, "documents: there is nothing to rank"),
        (ARN, r#""query":"q","documents":["a",""]"#, "documents[1]: is empty"),
        (ARN, &format!(r#""query":"q","documents":[{many}]"#), "documents: 1001 documents are more than the 1000"),
        (ARN, r#""query":"q","documents":["a"],"top_n":0"#, "top_n: must be at least 1"),
        (ARN, r#""query":"q","documents":[{"a":1}],"rank_fields":["b"]"#, "documents[0]: has none of the rank_fields"),
        (ARN, r#""query":"q","documents":["a"],"x":1,"extra_body":{"x":2}"#, "x: this field is named twice"),
        (ARN, r#""query":"q","documents":["a"],"api_key":"k""#, "api_key: a request may not carry credentials"),
        (NATIVE, r#""query":"q","documents":["a"],"api_version":1"#, "api_version: this field is named twice"),
        ("us.cohere.rerank-v3-5:0", r#""query":"q","documents":["a"]"#, "without its geography"),
        (
            "invoke/amazon.titan-embed-text-v2:0",
            r#""query":"q","documents":["a"]"#,
            "is not known as a model for ranking",
        ),
    ];
    for (model, members, expected) in table {
        let error = shown(model, members);
        assert!(error.starts_with("error: ") && error.contains(expected), "{members}: {error}");
    }
}

#[test]
fn what_is_changed_is_reported() {
    let table = [
        (r#""documents":["a"],"top_n":5"#, "adjusted=top_n"),
        (r#""documents":["a"],"rank_fields":["b"]"#, "dropped=rank_fields"),
        (r#""documents":["a"],"top_n":1,"x":1,"additional_drop_params":["top_n","x"]"#, "dropped=x dropped=top_n"),
        (r#""documents":["a"],"top_n":1"#, ""),
    ];
    for (members, expected) in table {
        let call = call(ARN, &format!(r#""query":"q",{members}"#), None).unwrap();
        let warnings: Vec<String> = call.warnings.iter().map(ToString::to_string).collect();
        assert_eq!(warnings.join(" "), expected, "{members}");
    }
}

fn answer(body: &str) -> Answer {
    Answer::new(body.to_owned(), ResponseMeta::new("chatcmpl-req-1", 0))
}

#[test]
fn pages_are_followed_and_put_in_order() {
    let mut call = call(ARN, r#""query":"q","documents":["a","b","c","d"],"top_n":3"#, None).unwrap();
    call.outgoing.headers.push(("x-team".to_owned(), "blue".to_owned()));
    let first = r#"{"results":[{"index":2,"relevanceScore":0.7}],"nextToken":"a\"1"}"#;
    let second = call.reply.read(&call.outgoing, &answer(first)).unwrap().unwrap();
    let body = String::from_utf8(call.outgoing.body.to_vec()).unwrap();
    assert_eq!(second.body, format!(r#"{},"nextToken":"a\"1"}}"#, body.strip_suffix('}').unwrap()));
    assert_eq!((&second.headers, &second.region), (&call.outgoing.headers, &call.outgoing.region));
    let page = r#"{"results":[{"index":0,"relevanceScore":0.9},{"index":1,"relevanceScore":0.1}],"nextToken":"2"}"#;
    // As many as were asked for are there; what the token leads to is not wanted.
    assert_eq!(call.reply.read(&second, &answer(page)).unwrap(), None);
    let ranked = call.reply.finish();
    assert_eq!(ranked.id, "req-1");
    assert_eq!(ranked.results.iter().map(|result| result.index).collect::<Vec<_>>(), [0, 2, 1]);
    assert_eq!(ranked.meta, None);
}

#[test]
fn pages_without_end_are_an_error() {
    let mut call = call(ARN, r#""query":"q","documents":["a","b"]"#, None).unwrap();
    let empty = answer(r#"{"results":[],"nextToken":"1"}"#);
    assert!(call.reply.read(&call.outgoing, &empty).is_err());
}

#[test]
fn answers_are_read_as_they_come() {
    let read = |model: &str, body: &str, usage: Option<Usage>| {
        let mut call = call(model, r#""query":"q","documents":["a","b"]"#, REGION).unwrap();
        let mut answer = answer(body);
        answer.meta.usage = usage;
        call.reply.read(&call.outgoing, &answer).map(|_| serde_json::to_string(&call.reply.finish()).unwrap())
    };
    let usage = Some(Usage::new(7, 0, 7));
    let table = [
        (ARN, r#"{"results":[]}"#, None, r#"{"id":"req-1","results":[]}"#),
        (
            ARN,
            r#"{"results":[{"index":1,"relevanceScore":0.6847912669181824,"document":{"type":"TEXT"},"new":1}],"new":{}}"#,
            None,
            r#"{"id":"req-1","results":[{"index":1,"relevance_score":0.6847912669181824}]}"#,
        ),
        (
            NATIVE,
            r#"{"id":"x","results":[{"index":0,"relevance_score":1}],"meta":{"billed_units":{"search_units":1}}}"#,
            usage,
            r#"{"id":"req-1","results":[{"index":0,"relevance_score":1.0}],"meta":{"billed_units":{"search_units":1}}}"#,
        ),
        (
            NATIVE,
            r#"{"results":[{"index":0,"relevance_score":0.5}],"meta":{"billed_units":"?"}}"#,
            usage,
            r#"{"id":"req-1","results":[{"index":0,"relevance_score":0.5}],"meta":{"tokens":{"input_tokens":7}}}"#,
        ),
    ];
    for (model, body, usage, expected) in table {
        assert_eq!(read(model, body, usage).unwrap(), expected);
    }
    for body in ["", "<html>", "{}", r#"{"results":[{"index":0}]}"#, r#"{"results":[{"relevanceScore":1}]}"#] {
        assert!(matches!(read(ARN, body, None), Err(TransformError::MalformedResponse { .. })), "{body}");
    }
}
