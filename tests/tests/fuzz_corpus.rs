//! The corpora of the fuzz targets, as ordinary tests: what was found once is not lost again.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::panic::catch_unwind;

#[path = "../../fuzz/src/lib.rs"]
#[expect(clippy::expect_used, unreachable_pub, reason = "a crate of its own, with lints of its own")]
mod fuzz;

#[test]
fn every_answer_of_the_corpus_is_read_or_refused() {
    replay("answer", fuzz::answer::run);
}

#[test]
fn every_request_of_the_corpus_is_refused_or_maps_to_what_aws_takes() {
    replay("request", fuzz::request::run);
}

#[test]
fn every_stream_of_the_corpus_keeps_the_laws() {
    replay("stream", fuzz::stream::run);
}

/// Runs a target over its corpus and says which files break a law.
fn replay(target: &str, run: fn(&[u8])) {
    let folder = format!("{}/../fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 20, "only {} files", files.len());
    let broken = files.iter().filter(|file| {
        let bytes = std::fs::read(file).unwrap();
        catch_unwind(|| run(&bytes)).is_err()
    });
    assert_eq!(broken.collect::<Vec<_>>(), Vec::<&std::path::PathBuf>::new());
}
