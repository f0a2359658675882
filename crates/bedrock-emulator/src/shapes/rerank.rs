//! AWS's model of Rerank, an operation of bedrock-agent-runtime (2023-07-26), as of botocore 1.44.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_Rerank.html>

use super::text::{MODEL_ARN, NEXT_TOKEN};
use super::{ANY, Shape, Text, one_of, optional, required, sized};

/// The body of Rerank.
pub(crate) static RERANK: Shape = Shape::Structure(&[
    required("queries", &Shape::List { of: &QUERY, min: 1, max: 1 }),
    required("sources", &Shape::List { of: &SOURCE, min: 1, max: 1_000 }),
    required("rerankingConfiguration", &CONFIGURATION),
    optional("nextToken", &NEXT_TOKEN),
]);

static QUERY: Shape = Shape::Structure(&[required("type", &one_of(&["TEXT"])), required("textQuery", &TEXT)]);
static TEXT: Shape = Shape::Structure(&[optional("text", &sized(1, 32_000))]);

static SOURCE: Shape =
    Shape::Structure(&[required("type", &one_of(&["INLINE"])), required("inlineDocumentSource", &DOCUMENT)]);
static DOCUMENT: Shape = Shape::Structure(&[
    required("type", &one_of(&["TEXT", "JSON"])),
    optional("textDocument", &TEXT),
    optional("jsonDocument", &Shape::Document),
]);

static CONFIGURATION: Shape = Shape::Structure(&[
    required("type", &one_of(&["BEDROCK_RERANKING_MODEL"])),
    required("bedrockRerankingConfiguration", &BEDROCK_CONFIGURATION),
]);
static BEDROCK_CONFIGURATION: Shape = Shape::Structure(&[
    required("modelConfiguration", &MODEL_CONFIGURATION),
    optional("numberOfResults", &Shape::Integer { min: 1, max: 1_000 }),
]);
static MODEL_CONFIGURATION: Shape =
    Shape::Structure(&[required("modelArn", &MODEL_ARN), optional("additionalModelRequestFields", &FIELDS)]);
static FIELDS: Shape = Shape::Map { key: &FIELD_NAME, value: &Shape::Document, min: 0, max: usize::MAX };
static FIELD_NAME: Text = Text { min: 1, max: 100, ..ANY };
