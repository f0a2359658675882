//! Embedding requests: the bodies as they go out, and the answers put together.
#![expect(clippy::unwrap_used, reason = "tests")]

use bedrock_transform::{
    Answer, Catalog, EmbedCall, EmbedJob, ModelSpec, Operation, Options, ResponseMeta, TransformError, embed,
    embed_async, embed_job,
};
use core_types::{EmbeddingRequest, Usage};

const TITAN: &str = "bedrock/amazon.titan-embed-text-v2:0";
const MULTIMODAL: &str = "bedrock/amazon.titan-embed-image-v1";
const COHERE: &str = "bedrock/cohere.embed-english-v3";
const COHERE_4: &str = "bedrock/us.cohere.embed-v4:0";
const NOVA: &str = "bedrock/amazon.nova-2-multimodal-embeddings-v1:0";
const MARENGO: &str = "bedrock/us.twelvelabs.marengo-embed-3-0-v1:0";
const MARENGO_2: &str = "bedrock/us.twelvelabs.marengo-embed-2-7-v1:0";
const PIXEL: &str = "data:image/png;base64,iVBORw0KGgo=";

fn call(model: &str, members: &str) -> Result<EmbedCall, TransformError> {
    let request: EmbeddingRequest = serde_json::from_str(&format!(r#"{{"model":"{model}",{members}}}"#)).unwrap();
    embed(&request, &ModelSpec::resolve(model, &Catalog::builtin())?, &Options::default())
}

/// The bodies and the warnings, a line each; or the error.
fn shown(model: &str, members: &str) -> String {
    match call(model, members) {
        Err(error) => format!("error: {error}"),
        Ok(call) => {
            let bodies = call.calls.iter().map(|call| String::from_utf8_lossy(&call.body).into_owned());
            let warnings = call.warnings.iter().map(ToString::to_string);
            bodies.chain(warnings).collect::<Vec<_>>().join("\n")
        }
    }
}

#[test]
fn every_model_has_its_own_body() {
    let image = format!(r#""input":"{PIXEL}""#);
    let mixed = format!(r#""input":["a","b","{PIXEL}","c"]"#);
    let table = [
        ("bedrock/amazon.titan-embed-text-v1", r#""input":"a""#, r#"{"inputText":"a"}"#),
        (
            "bedrock/amazon.titan-embed-g1-text-02",
            r#""input":["a","b"]"#,
            "{\"inputText\":\"a\"}\n{\"inputText\":\"b\"}",
        ),
        (
            TITAN,
            r#""input":"a","dimensions":256,"normalize":false"#,
            r#"{"inputText":"a","dimensions":256,"normalize":false}"#,
        ),
        (TITAN, r#""input":"a","encoding_format":"base64""#, r#"{"inputText":"a"}"#),
        (TITAN, r#""input":"a","embeddingTypes":["binary"]"#, r#"{"inputText":"a","embeddingTypes":["binary"]}"#),
        (TITAN, r#""input":"a","user":"u""#, "{\"inputText\":\"a\"}\ndropped=user"),
        (TITAN, r#""input":"data: not an image""#, r#"{"inputText":"data: not an image"}"#),
        (
            MULTIMODAL,
            r#""input":"a","dimensions":384"#,
            r#"{"inputText":"a","embeddingConfig":{"outputEmbeddingLength":384}}"#,
        ),
        (MULTIMODAL, &image, r#"{"inputImage":"iVBORw0KGgo="}"#),
        (MULTIMODAL, r#""input":"a","inputImage":"aW0=""#, r#"{"inputText":"a","inputImage":"aW0="}"#),
        (MULTIMODAL, r#""input":[],"inputImage":"aW0=""#, r#"{"inputImage":"aW0="}"#),
        (
            MULTIMODAL,
            r#""input":"a","inputImage":"data:image/png;base64,iVBORw0KGgo=""#,
            r#"{"inputText":"a","inputImage":"iVBORw0KGgo="}"#,
        ),
        (
            MULTIMODAL,
            r#""input":"a","embeddingConfig":{"outputEmbeddingLength":384,"x":1},"additional_drop_params":["embeddingConfig.x","input[0]"]"#,
            "error: additional_drop_params: only parameters can be left out, not `input`",
        ),
        (
            MULTIMODAL,
            r#""input":"a","embeddingConfig":{"outputEmbeddingLength":384,"x":1},"additional_drop_params":["embeddingConfig.x"]"#,
            "{\"inputText\":\"a\",\"embeddingConfig\":{\"outputEmbeddingLength\":384}}\ndropped=embeddingConfig.x",
        ),
        (COHERE, r#""input":["a","b"]"#, r#"{"texts":["a","b"],"input_type":"search_document"}"#),
        (
            COHERE,
            r#""input":"a","input_type":"search_query","truncate":"END","embedding_types":["int8"]"#,
            r#"{"texts":["a"],"input_type":"search_query","truncate":"END","embedding_types":["int8"]}"#,
        ),
        (
            COHERE,
            &mixed,
            "{\"texts\":[\"a\",\"b\"],\"input_type\":\"search_document\"}\n\
             {\"images\":[\"data:image/png;base64,iVBORw0KGgo=\"],\"input_type\":\"image\"}\n\
             {\"texts\":[\"c\"],\"input_type\":\"search_document\"}",
        ),
        (
            COHERE_4,
            r#""input":"a","dimensions":512"#,
            r#"{"texts":["a"],"input_type":"search_document","output_dimension":512}"#,
        ),
        (COHERE_4, &image, r#"{"images":["data:image/png;base64,iVBORw0KGgo="],"input_type":"search_document"}"#),
        (
            COHERE_4,
            r#""input":[],"inputs":[{"content":[{"type":"text","text":"a"}]}]"#,
            r#"{"input_type":"search_document","inputs":[{"content":[{"type":"text","text":"a"}]}]}"#,
        ),
        (
            NOVA,
            r#""input":"a""#,
            r#"{"schemaVersion":"nova-multimodal-embed-v1","taskType":"SINGLE_EMBEDDING","singleEmbeddingParams":{"embeddingPurpose":"GENERIC_INDEX","embeddingDimension":3072,"text":{"value":"a","truncationMode":"END"}}}"#,
        ),
        (
            NOVA,
            r#""input":"a","dimensions":256,"embeddingPurpose":"CLUSTERING","truncationMode":"NONE""#,
            r#"{"schemaVersion":"nova-multimodal-embed-v1","taskType":"SINGLE_EMBEDDING","singleEmbeddingParams":{"embeddingDimension":256,"embeddingPurpose":"CLUSTERING","text":{"value":"a","truncationMode":"NONE"}}}"#,
        ),
        (
            NOVA,
            &image,
            r#"{"schemaVersion":"nova-multimodal-embed-v1","taskType":"SINGLE_EMBEDDING","singleEmbeddingParams":{"embeddingPurpose":"GENERIC_INDEX","embeddingDimension":3072,"image":{"format":"png","source":{"bytes":"iVBORw0KGgo="}}}}"#,
        ),
        (
            NOVA,
            r#""input":"s3://bucket/v.mp4","embeddingMode":"AUDIO_VIDEO_SEPARATE""#,
            r#"{"schemaVersion":"nova-multimodal-embed-v1","taskType":"SINGLE_EMBEDDING","singleEmbeddingParams":{"embeddingPurpose":"GENERIC_INDEX","embeddingDimension":3072,"video":{"format":"mp4","source":{"s3Location":{"uri":"s3://bucket/v.mp4"}},"embeddingMode":"AUDIO_VIDEO_SEPARATE"}}}"#,
        ),
        (
            NOVA,
            r#""input":"data:video/3gpp;base64,AAAA""#,
            r#"{"schemaVersion":"nova-multimodal-embed-v1","taskType":"SINGLE_EMBEDDING","singleEmbeddingParams":{"embeddingPurpose":"GENERIC_INDEX","embeddingDimension":3072,"video":{"format":"3gp","source":{"bytes":"AAAA"},"embeddingMode":"AUDIO_VIDEO_COMBINED"}}}"#,
        ),
        (MARENGO_2, r#""input":"a""#, r#"{"inputType":"text","inputText":"a","textTruncate":"end"}"#),
        (MARENGO_2, &image, r#"{"inputType":"image","mediaSource":{"base64String":"iVBORw0KGgo="}}"#),
        (
            MARENGO_2,
            r#""input":"aW0=","input_type":"image""#,
            r#"{"inputType":"image","mediaSource":{"base64String":"aW0="}}"#,
        ),
        (
            MARENGO_2,
            r#""input":"s3://bucket/i.png","bucketOwner":"123456789012""#,
            r#"{"inputType":"image","mediaSource":{"s3Location":{"uri":"s3://bucket/i.png","bucketOwner":"123456789012"}}}"#,
        ),
        (MARENGO, r#""input":"a""#, r#"{"inputType":"text","text":{"inputText":"a"}}"#),
        (MARENGO, &image, r#"{"inputType":"image","image":{"mediaSource":{"base64String":"iVBORw0KGgo="}}}"#),
        (
            MARENGO,
            r#""input":[],"input_type":"text_image","text_image":{"inputText":"a","mediaSource":{"base64String":"aW0="}}"#,
            r#"{"inputType":"text_image","text_image":{"inputText":"a","mediaSource":{"base64String":"aW0="}}}"#,
        ),
    ];
    for (model, members, expected) in table {
        assert_eq!(shown(model, members), expected, "{model} {members}");
    }
}

#[test]
fn what_a_model_cannot_take_is_refused_by_name() {
    let image = format!(r#""input":["a","{PIXEL}"]"#);
    let video = r#""input":"data:video/mp4;base64,AAAA""#;
    let table = [
        (TITAN, r#""input":[1,2]"#),
        (TITAN, r#""input":[[1,2],[3]]"#),
        (TITAN, r#""input":[]"#),
        (TITAN, r#""input":"""#),
        (TITAN, &image),
        (MULTIMODAL, video),
        (MULTIMODAL, r#""input":"s3://bucket/i.png""#),
        (COHERE, r#""input":["a"],"texts":["b"]"#),
        (NOVA, r#""input":"a","text":{"value":"b"}"#),
        (MARENGO, r#""input":"a","input_type":"video""#),
        ("bedrock/amazon.titan-embed-text-v1", r#""input":"a","dimensions":256"#),
        ("bedrock/us.amazon.nova-lite-v1:0", r#""input":"a""#),
        ("bedrock/acme.embed-v1", r#""input":"a""#),
        (TITAN, r#""input":"a","aws_access_key_id":"AKID""#),
    ];
    let said: Vec<String> =
        table.iter().map(|(model, members)| format!("{members}\n    {}", shown(model, members))).collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn a_provisioned_model_and_headers_are_those_of_every_call() {
    let arn = "arn:aws:bedrock:us-west-2:123456789012:provisioned-model/pm12345abcde";
    let members = format!(r#""input":["a","b"],"model_id":"{arn}","extra_headers":{{"X-Trace":"t"}}"#);
    for outgoing in call(TITAN, &members).unwrap().calls {
        assert_eq!((outgoing.target.as_str(), outgoing.region.as_deref()), (arn, Some("us-west-2")));
        assert_eq!(outgoing.headers, [("X-Trace".to_owned(), "t".to_owned())]);
    }
}

#[test]
fn texts_go_in_calls_of_ninety_six() {
    let texts: Vec<String> = (0..200).map(|index| format!("\"t{index}\"")).collect();
    let call = call(COHERE, &format!(r#""input":[{}]"#, texts.join(","))).unwrap();
    let sizes: Vec<usize> =
        call.calls.iter().map(|call| call.body.windows(2).filter(|pair| pair == b"\"t").count() - 1).collect();
    assert_eq!(sizes, [96, 96, 8]);
    assert_eq!((call.reply.at(1), call.reply.at(2)), ("input[96..192]", "input[192..200]"));
}

/// What the answers become.
fn answered(model: &str, members: &str, bodies: &[&str]) -> String {
    let call = call(model, members).unwrap();
    assert_eq!(call.calls.len(), bodies.len());
    let meta = ResponseMeta::new("id", 0).with_usage(Usage::new(7, 0, 7));
    let read = |(index, body): (usize, &&str)| call.reply.read(index, &Answer::new((*body).to_owned(), meta.clone()));
    let parts: Result<Vec<_>, _> = bodies.iter().enumerate().map(read).collect();
    parts.map_or_else(
        |error| format!("error: {error}"),
        |parts| serde_json::to_string(&call.reply.assemble(parts)).unwrap(),
    )
}

#[test]
fn answers_are_put_together_in_the_order_of_the_input() {
    let table: [(&str, &str, &[&str], &str); 9] = [
        (
            MARENGO,
            r#""input":"a""#,
            &[r#"{"data":[{"embedding":[0.5],"embeddingOption":"visual","startSec":0.5}]}"#],
            r#"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5],"provider_specific_fields":{"embeddingOption":"visual","startSec":0.5}}],"model":"bedrock/us.twelvelabs.marengo-embed-3-0-v1:0","usage":{"prompt_tokens":7,"total_tokens":7}}"#,
        ),
        (
            TITAN,
            r#""input":["a","b"]"#,
            &[
                r#"{"embedding":[0.1,-0.05289186164736748],"embeddingsByType":{"float":[0.1,-0.05289186164736748]},"inputTextTokenCount":4}"#,
                r#"{"embedding":[0.2,1],"inputTextTokenCount":5}"#,
            ],
            r#"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.1,-0.05289186164736748]},{"object":"embedding","index":1,"embedding":[0.2,1.0]}],"model":"bedrock/amazon.titan-embed-text-v2:0","usage":{"prompt_tokens":9,"total_tokens":9}}"#,
        ),
        (
            TITAN,
            r#""input":"a","encoding_format":"base64""#,
            &[r#"{"embedding":[0.25,-0.5,0.125,1.5,-2.0,0.0625]}"#],
            r#"{"object":"list","data":[{"object":"embedding","index":0,"embedding":"AACAPgAAAL8AAAA+AADAPwAAAMAAAIA9"}],"model":"bedrock/amazon.titan-embed-text-v2:0","usage":{"prompt_tokens":7,"total_tokens":7}}"#,
        ),
        (
            TITAN,
            r#""input":"a","embeddingTypes":["binary"]"#,
            &[r#"{"embeddingsByType":{"binary":[1,0,1]},"inputTextTokenCount":1}"#],
            r#"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[1,0,1],"type":"binary"}],"model":"bedrock/amazon.titan-embed-text-v2:0","usage":{"prompt_tokens":1,"total_tokens":1}}"#,
        ),
        (
            COHERE,
            r#""input":["a","b"],"embedding_types":["float","int8"]"#,
            &[
                r#"{"embeddings":{"float":[[0.5],[0.25]],"int8":[[5],[2]]},"id":"x","response_type":"embeddings_by_type"}"#,
            ],
            r#"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5],"type":"float"},{"object":"embedding","index":0,"embedding":[5],"type":"int8"},{"object":"embedding","index":1,"embedding":[0.25],"type":"float"},{"object":"embedding","index":1,"embedding":[2],"type":"int8"}],"model":"bedrock/cohere.embed-english-v3","usage":{"prompt_tokens":7,"total_tokens":7}}"#,
        ),
        (
            NOVA,
            r#""input":"a""#,
            &[r#"{"embeddings":[{"embeddingType":"TEXT","embedding":[0.5],"truncatedCharLength":3}]}"#],
            r#"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5],"provider_specific_fields":{"embeddingType":"TEXT","truncatedCharLength":3}}],"model":"bedrock/amazon.nova-2-multimodal-embeddings-v1:0","usage":{"prompt_tokens":7,"total_tokens":7}}"#,
        ),
        (
            COHERE,
            r#""input":["a","b"]"#,
            &[r#"{"embeddings":[[0.5]]}"#],
            "error: cohere_embed answered an unreadable body: 2 inputs, 1 embeddings",
        ),
        (
            MULTIMODAL,
            r#""input":"a""#,
            &[r#"{"embedding":null,"message":"the image is too large"}"#],
            "error: amazon_titan_multimodal answered an unreadable body: the image is too large",
        ),
        (
            TITAN,
            r#""input":"a""#,
            &["[]"],
            "error: amazon_titan_embed answered an unreadable body: missing field `embedding`",
        ),
    ];
    for (model, members, bodies, expected) in table {
        assert_eq!(answered(model, members, bodies), expected, "{model} {members}");
    }
}

/// The call that starts a job, its operation before its body; or the error.
fn job(model: &str, members: &str) -> String {
    let request: EmbeddingRequest = serde_json::from_str(&format!(r#"{{"model":"{model}",{members}}}"#)).unwrap();
    let spec = ModelSpec::resolve(model, &Catalog::builtin());
    match spec.and_then(|spec| embed_async(&request, &spec, &Options::default())) {
        Err(error) => format!("error: {error}"),
        Ok(call) => {
            assert_eq!((call.outgoing.operation, call.warnings), (Operation::StartAsyncInvoke, vec![]));
            String::from_utf8_lossy(&call.outgoing.body).into_owned()
        }
    }
}

#[test]
fn a_job_embeds_one_long_thing() {
    const JOB_2: &str = "bedrock/async_invoke/twelvelabs.marengo-embed-2-7-v1:0";
    const JOB_3: &str = "bedrock/async_invoke/twelvelabs.marengo-embed-3-0-v1:0";
    const JOB_NOVA: &str = "bedrock/async_invoke/amazon.nova-2-multimodal-embeddings-v1:0";
    let table = [
        (
            JOB_2,
            r#""input":"s3://media/film.mp4","startSec":2,"output_s3_uri":"s3://out/""#,
            r#"{"modelId":"twelvelabs.marengo-embed-2-7-v1:0","modelInput":{"inputType":"video","mediaSource":{"s3Location":{"uri":"s3://media/film.mp4"}},"startSec":2},"outputDataConfig":{"s3OutputDataConfig":{"s3Uri":"s3://out/"}}}"#,
        ),
        (
            JOB_3,
            r#""input":"s3://media/song.wav","segmentation":{"method":"fixed","fixed":{"durationSec":6}},"inferenceId":"i","bucketOwner":"123456789012","output_s3_uri":"s3://out/""#,
            r#"{"modelId":"twelvelabs.marengo-embed-3-0-v1:0","modelInput":{"inputType":"audio","audio":{"mediaSource":{"s3Location":{"uri":"s3://media/song.wav","bucketOwner":"123456789012"}},"segmentation":{"method":"fixed","fixed":{"durationSec":6}}},"inferenceId":"i"},"outputDataConfig":{"s3OutputDataConfig":{"s3Uri":"s3://out/"}}}"#,
        ),
        (
            JOB_3,
            r#""input":"a","clientRequestToken":"t","outputDataConfig":{"s3OutputDataConfig":{"s3Uri":"s3://out/","kmsKeyId":"k"}}"#,
            r#"{"clientRequestToken":"t","modelId":"twelvelabs.marengo-embed-3-0-v1:0","modelInput":{"inputType":"text","text":{"inputText":"a"}},"outputDataConfig":{"s3OutputDataConfig":{"s3Uri":"s3://out/","kmsKeyId":"k"}}}"#,
        ),
        (
            JOB_NOVA,
            r#""input":"s3://media/film.mp4","dimensions":1024,"segmentationConfig":{"durationSeconds":15},"output_s3_uri":"s3://out/""#,
            r#"{"modelId":"amazon.nova-2-multimodal-embeddings-v1:0","modelInput":{"schemaVersion":"nova-multimodal-embed-v1","taskType":"SEGMENTED_EMBEDDING","segmentedEmbeddingParams":{"embeddingPurpose":"GENERIC_INDEX","embeddingDimension":1024,"video":{"format":"mp4","source":{"s3Location":{"uri":"s3://media/film.mp4"}},"embeddingMode":"AUDIO_VIDEO_COMBINED","segmentationConfig":{"durationSeconds":15}}}},"outputDataConfig":{"s3OutputDataConfig":{"s3Uri":"s3://out/"}}}"#,
        ),
        (
            JOB_3,
            r#""input":"a""#,
            "error: output_s3_uri: a job leaves its vectors in S3: say where, e.g. `s3://bucket/folder/`",
        ),
        (JOB_3, r#""input":"a","output_s3_uri":"out""#, "error: output_s3_uri: expected `s3://bucket/folder/`"),
        (
            JOB_3,
            r#""input":["a","b"],"output_s3_uri":"s3://out/""#,
            "error: input: a job embeds one text or one medium; start a job for each",
        ),
        (
            JOB_3,
            r#""input":"s3://media/song.wav","input_type":"video","output_s3_uri":"s3://out/""#,
            "error: input_type: `video` is not what stands at input; a call takes a text or an image, a job sound and video, \
             too",
        ),
        (
            "bedrock/async_invoke/amazon.titan-embed-text-v2:0",
            r#""input":"a","output_s3_uri":"s3://out/""#,
            "error: `amazon.titan-embed-text-v2:0` is not a Bedrock model id: `async_invoke/` is served for embeddings, of \
             models that make them in a job",
        ),
    ];
    for (model, members, expected) in table {
        assert_eq!(job(model, members), expected, "{model} {members}");
    }
    assert_eq!(shown(JOB_3, r#""input":"a""#), "error: model: `async_invoke/` starts a job, which is not waited for");
}

#[test]
fn a_job_tells_how_far_it_is() {
    let arn = "arn:aws:bedrock:eu-west-1:123456789012:async-invoke/abcdefghijkl";
    let asked = embed_job(arn).unwrap();
    assert_eq!((asked.operation, asked.region.as_deref()), (Operation::GetAsyncInvoke, Some("eu-west-1")));
    assert_eq!((asked.target.as_str(), asked.body.len()), (arn, 0));
    for wrong in ["", "abcdefghijkl", "arn:aws:bedrock:eu-west-1:123456789012:custom-model/abc"] {
        assert!(embed_job(wrong).unwrap_err().to_string().starts_with("invocation_arn: "), "{wrong}");
    }
    let read = |json: &str| {
        let job = EmbedJob::read(&Answer::new(json.to_owned(), ResponseMeta::new("id", 0)));
        job.map_or_else(|error| error.to_string(), |job| serde_json::to_string(&job).unwrap())
    };
    let table = [
        (r#"{"invocationArn":"a"}"#, r#"{"invocation_arn":"a","status":"InProgress"}"#),
        (
            r#"{"invocationArn":"a","modelArn":"m","status":"Completed","submitTime":"2026-01-31T12:00:00Z","outputDataConfig":{"s3OutputDataConfig":{"s3Uri":"s3://out/x"}}}"#,
            r#"{"invocation_arn":"a","status":"Completed","output_s3_uri":"s3://out/x","submit_time":"2026-01-31T12:00:00Z"}"#,
        ),
        (
            r#"{"invocationArn":"a","status":"Failed","failureMessage":"no"}"#,
            r#"{"invocation_arn":"a","status":"Failed","failure_message":"no"}"#,
        ),
        (r#"{"invocationArn":"a","status":"Paused"}"#, r#"{"invocation_arn":"a","status":"Paused"}"#),
        ("{}", "StartAsyncInvoke answered an unreadable body: missing field `invocationArn` at line 1 column 2"),
    ];
    for (json, expected) in table {
        assert_eq!(read(json), expected);
    }
}
