//! `cargo fuzz run -s none stream`: see `pumice_fuzz::stream`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| pumice_fuzz::stream::run(bytes));
