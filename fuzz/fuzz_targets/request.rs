//! `cargo fuzz run -s none request`: see `pumice_fuzz::request`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| pumice_fuzz::request::run(bytes));
