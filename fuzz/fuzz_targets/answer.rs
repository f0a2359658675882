//! `cargo fuzz run -s none answer`: see `pumice_fuzz::answer`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| pumice_fuzz::answer::run(bytes));
