//! What the fuzz targets call: plain functions of bytes that panic where a law is broken.
//!
//! `tests/tests/fuzz_corpus.rs` takes this file in by its path and replays the corpora as an ordinary test.

pub mod answer;
pub mod compose;
pub mod models;
pub mod palette;
pub mod request;
pub mod seed;
pub mod stream;
#[cfg_attr(not(test), expect(unused_imports, reason = "a test of the file's own"))]
#[path = "../../crates/bedrock-transform/tests/common/unique.rs"]
mod unique;
