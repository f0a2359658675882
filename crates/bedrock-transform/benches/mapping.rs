//! What mapping costs, in time and in allocations: `cargo bench -p bedrock-transform`.
#![expect(clippy::unwrap_used, reason = "a bench")]

use bedrock_transform::{Answer, Options, embed};
use core_types::{ChatRequest, EmbeddingRequest};
use divan::counter::BytesCount;
use divan::{AllocProfiler, Bencher, black_box};

#[path = "../tests/bodies/mod.rs"]
mod bodies;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

const REQUESTS: [&str; 4] = ["small", "conversation 15 KB", "conversation 100 KB, 10 tools", "image 1 MB"];

fn request(name: &str) -> String {
    match name {
        "small" => bodies::small(),
        "conversation 15 KB" => bodies::conversation(20, 10, 4),
        "conversation 100 KB, 10 tools" => bodies::conversation(40, 30, 10),
        _ => bodies::image(),
    }
}

/// The scale: reading the caller's JSON.
#[divan::bench(args = REQUESTS)]
fn read(bencher: Bencher<'_, '_>, name: &str) {
    let json = request(name);
    bencher.counter(BytesCount::of_str(&json)).bench(|| bodies::read(black_box(&json)));
}

/// From the caller's request to AWS's body.
#[divan::bench(args = REQUESTS)]
fn map(bencher: Bencher<'_, '_>, name: &str) {
    let json = request(name);
    let (request, spec) = (bodies::read(&json), bodies::spec());
    bencher.counter(BytesCount::of_str(&json)).bench(|| bodies::map(black_box(&request), &spec));
}

/// From AWS's answer to the caller's bytes.
#[divan::bench]
fn answer(bencher: Bencher<'_, '_>) {
    let request: ChatRequest = bodies::read(&bodies::small());
    let reply = bodies::map(&request, &bodies::spec()).reply;
    let meta = bodies::meta();
    bencher.bench(|| serde_json::to_vec(&reply.read(black_box(bodies::ANSWER.as_bytes()), &meta).unwrap()));
}

/// From one event to the bytes of its chunk.
#[divan::bench(args = ["text", "reasoning", "tool", "arguments"])]
fn chunk(bencher: Bencher<'_, '_>, name: &str) {
    let request: ChatRequest = bodies::read(&bodies::conversation(1, 1, 1));
    let reply = bodies::map(&request, &bodies::spec()).reply;
    let events = bodies::events();
    let event = |wanted: &str| &events.iter().find(|(name, _)| *name == wanted).unwrap().1;
    let mut decoder = reply.decoder(&bodies::meta());
    let mut out = Vec::with_capacity(1 << 16);
    decoder.push_with(event("tool"), &mut |_| {}).unwrap();
    bencher.bench_local(|| {
        out.clear();
        decoder.push_with(black_box(event(name)), &mut |step| serde_json::to_writer(&mut out, &step).unwrap())
    });
}

/// A vector of 1,536 numbers, read and written.
#[divan::bench]
fn embedding(bencher: Bencher<'_, '_>) {
    let json = r#"{"model":"amazon.titan-embed-text-v1","input":"Hello"}"#;
    let request: EmbeddingRequest = serde_json::from_str(json).unwrap();
    let spec = bedrock_transform::ModelSpec::resolve(&request.model, &bedrock_transform::Catalog::builtin()).unwrap();
    let numbers: Vec<_> = (0..1536).map(|index| format!("{:.7}", f64::from(index).sin())).collect();
    let body = format!(r#"{{"embedding":[{}],"inputTextTokenCount":1}}"#, numbers.join(","));
    let reply = embed(&request, &spec, &Options::default()).unwrap().reply;
    let answer = Answer::new(body, bodies::meta());
    bencher.bench(|| {
        let part = reply.read(0, black_box(&answer)).unwrap();
        serde_json::to_vec(&reply.assemble(vec![part]))
    });
}
