//! Rerank requests and answers as Cohere's clients write and read them.

use core_types::{RawJson, RerankDocument, RerankMeta, RerankRequest, RerankResponse, RerankResult};

#[test]
fn a_request_is_read_and_written_as_it_came() {
    let json = r#"{"model":"m","query":"q","documents":["a",{"b":1,"a":"\u00e9"}],"top_n":2,"return_documents":true,"rank_fields":["a"],"max_tokens_per_doc":512,"priority":1}"#;
    let request: RerankRequest = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&request).unwrap(), json);
    let built = RerankRequest::new("m", "q")
        .document("a")
        .document(RerankDocument::Object(RawJson::parse(r#"{"b":1,"a":"\u00e9"}"#).unwrap()))
        .top_n(2)
        .return_documents(true)
        .rank_field("a")
        .extra("max_tokens_per_doc", RawJson::parse("512").unwrap())
        .extra("priority", RawJson::parse("1").unwrap());
    assert_eq!(request, built);
}

#[test]
fn null_is_absent_and_a_whole_float_is_a_number() {
    let json = r#"{"model":"m","query":"q","documents":[],"top_n":3.0,"return_documents":null,"rank_fields":null}"#;
    let request: RerankRequest = serde_json::from_str(json).unwrap();
    assert_eq!(request, RerankRequest::new("m", "q").top_n(3));
}

#[test]
fn a_wrong_request_names_the_place() {
    let table = [
        (r#"{"query":"q","documents":[]}"#, "missing field `model`"),
        (r#"{"model":"m","documents":[]}"#, "missing field `query`"),
        (r#"{"model":"m","query":"q"}"#, "missing field `documents`"),
        (r#"{"model":"m","query":"q","documents":["a",7]}"#, "documents[1]: expected a string or an object"),
        (r#"{"model":"m","query":"q","documents":[],"top_n":-1}"#, "top_n: invalid value: integer `-1`"),
        (r#"{"model":"m","query":"q","query":"q","documents":[]}"#, "duplicate field `query`"),
        (r#"{"model":"m","query":"q","documents":[],"x":1,"x":2}"#, "duplicate field `x`"),
        (r#"["m","q",[]]"#, "a rerank request"),
    ];
    for (json, expected) in table {
        let mut reader = serde_json::Deserializer::from_str(json);
        let error = serde_path_to_error::deserialize::<_, RerankRequest>(&mut reader).unwrap_err().to_string();
        assert!(error.contains(expected), "{json}: {error}");
    }
}

#[test]
fn an_answer_is_written_as_cohere_writes_it() {
    let mut best = RerankResult::new(1, 0.6847912669181824);
    best.document = Some(RawJson::parse(r#"{"text":"b"}"#).unwrap());
    let mut answer = RerankResponse::new("id", vec![best, RerankResult::new(0, 0.5)]);
    let plain = r#"{"id":"id","results":[{"index":1,"relevance_score":0.6847912669181824,"document":{"text":"b"}},{"index":0,"relevance_score":0.5}]"#;
    assert_eq!(serde_json::to_string(&answer).unwrap(), format!("{plain}}}"));
    answer.meta = Some(RerankMeta::default().billed_units(1).tokens(Some(7), None));
    let counted = format!(r#"{plain},"meta":{{"billed_units":{{"search_units":1}},"tokens":{{"input_tokens":7}}}}}}"#);
    assert_eq!(serde_json::to_string(&answer).unwrap(), counted);
    assert_eq!(serde_json::from_str::<RerankResponse>(&counted).unwrap(), answer);
}
