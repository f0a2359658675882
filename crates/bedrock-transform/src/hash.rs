//! Short names for long values: the same on every machine and in every run.

use std::hash::Hasher as _;

use siphasher::sip::SipHasher13;

/// Eight hexadecimal digits that stand for `text`.
pub(crate) fn short(text: &str) -> String {
    let mut hasher = SipHasher13::new_with_keys(0, 0);
    hasher.write(text.as_bytes());
    format!("{:08x}", hasher.finish() >> 32)
}
