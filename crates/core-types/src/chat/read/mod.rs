//! Reading. Types that hold [`RawJson`](crate::RawJson) are read in one pass, by hand where a derive would buffer: serde's
//! `tag`, `untagged` and `flatten` parse twice, lose the path of a bad value, and fail on raw values.

mod content;
mod message;
mod part;
mod part_fields;
mod request;
pub(crate) mod response;
mod response_format;
mod tool;
mod tool_choice;
