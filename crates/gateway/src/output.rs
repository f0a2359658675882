//! Writes for people. A reader that went away is no error.

use std::io::{self, Write};

/// Writes to standard output at once.
pub(crate) fn out(text: &str) {
    write(&mut io::stdout().lock(), text);
}

/// Writes to standard error.
pub(crate) fn err(text: &str) {
    write(&mut io::stderr().lock(), text);
}

fn write(target: &mut dyn Write, text: &str) {
    let _ = target.write_all(text.as_bytes()).and_then(|()| target.flush());
}
