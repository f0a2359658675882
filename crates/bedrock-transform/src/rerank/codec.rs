//! A family's ranking body, as functions.

use bytes::Bytes;

use super::{Ranked, RerankInput};
use crate::{ModelSpec, TransformError, Warnings};

/// A native ranking body as two pure functions.
#[derive(Debug)]
#[non_exhaustive]
pub struct RerankCodec {
    /// Writes the body.
    pub request: EncodeRerank,
    /// Reads an answer.
    pub response: ReadRerank,
}

/// Writes a native ranking body.
pub type EncodeRerank = fn(&RerankInput<'_>, &ModelSpec, &mut Warnings) -> Result<Bytes, TransformError>;
/// Reads a ranking.
pub type ReadRerank = fn(&[u8]) -> Result<Ranked, TransformError>;

impl RerankCodec {
    /// A native ranking body.
    #[must_use]
    pub const fn new(request: EncodeRerank, response: ReadRerank) -> Self {
        Self { request, response }
    }
}
