//! An offline Amazon Bedrock on loopback: the real wire, strict about requests, deterministic in its answers.
//!
//! [`Emulator::start`] needs no options, no account and no network. It speaks `Converse`, `ConverseStream`,
//! `InvokeModel` and `InvokeModelWithResponseStream` over HTTP as `bedrock-runtime` does, so any client that takes an endpoint URL works against it: an AWS SDK, boto3, curl.
//!
//! * **Strict**: a request is held against AWS's own model of the operation (members, required members, unions, enums,
//!   lengths, patterns, base64) and against Bedrock's conversation rules. What AWS would refuse is refused, in AWS's words
//!   where they are known. JSON keys that occur twice are refused too.
//! * **Deterministic**: an answer is a function of the request. Tools are called with arguments that satisfy their schema
//!   and use the words of the prompt; a requested JSON schema is satisfied; images and documents are described. The one
//!   thing remembered is which cache prefixes were seen.
//! * **Faults on demand**: throttling, exception frames, cut and stalled streams, resets: see [`Fault`].
//! * **Observable**: [`Emulator::requests`] is what arrived, [`Emulator::open_calls`] what is still being answered.
//!
//! It shares no code with the library it tests, so it cannot share its mistakes. Signatures are not verified; an
//! `Authorization` header has to be there.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! use bedrock_emulator::{Emulator, Fault};
//!
//! let emulator = Emulator::start().await?;
//! let endpoint = emulator.url(); // hand it to a client as its endpoint URL
//! assert!(endpoint.starts_with("http://127.0.0.1:"));
//!
//! emulator.script(Fault::Throttle { times: 2 }); // the next two calls answer 429
//! assert_eq!(emulator.requests().len(), 0);
//! # Ok(())
//! # }
//! ```
//!
//! # Model ids
//!
//! Every id that looks like one is served. Three are special:
//!
//! | id | answer |
//! |---|---|
//! | `emulator.missing` | 404 `ResourceNotFoundException` |
//! | `emulator.denied` | 403 `AccessDeniedException` |
//! | `emulator.fault.<spec>` | the [`Fault`], written with `:` for `=` and `.` for `;`: `emulator.fault.stall.after:2` |
//!
//! # Native bodies
//!
//! `InvokeModel` takes the body of the model's vendor, held against its documentation: an unknown or ill-typed field is a
//! `ValidationException`. The base model id names the body. Ids that name none (imported models, provisioned throughput,
//! application inference profiles) take every body: the request's own keys say which.
//!
//! A body is one file in `src/invoke/bodies/` and one line in `src/invoke/bodies.rs`: the beginnings of its model ids, the
//! keys that it is known by, and one function from the request to the answer and its chunks. The file holds its `Form`,
//! which refuses in AWS's words. What all of them share (headers, guardrail, frames, counts) is in `src/invoke.rs`; bodies
//! that chat share `src/invoke/chat.rs`.
//!
//! # Stricter than some models
//!
//! Rules that Bedrock leaves to the model are enforced for every model, so that what works here works there: turns
//! alternate, the user begins, and no text is blank. Some models let each of these pass.
//!
//! # Words with an effect
//!
//! With a `guardrailConfig`, a last turn that contains the word `forbidden` is answered with `guardrail_intervened`.

mod answer;
mod async_invoke;
mod auth;
mod cache;
mod call;
mod check;
mod converse;
mod converse_stream;
mod emulator;
mod error;
mod fault;
mod frames;
mod invoke;
mod json;
mod media;
mod model_id;
mod pattern;
mod pieces;
mod prompt;
mod request_log;
mod rerank;
mod rules;
mod schema;
mod server;
mod shapes;
mod socket;
mod stream_body;
mod tools;

pub use converse::check_converse;
pub use emulator::Emulator;
pub use fault::{Fault, InvalidFault};
pub use invoke::check_invoke;
pub use request_log::ReceivedRequest;
