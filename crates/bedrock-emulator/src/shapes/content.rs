//! Content blocks: what a turn may hold.

use super::text::{ACCOUNT, S3_URI, TOOL_NAME, TOOL_USE_ID};
use super::{STRING, Shape, list, one_of, optional, required, sized};

pub(super) static CONTENT_BLOCKS: Shape = list(&CONTENT_BLOCK);

static CONTENT_BLOCK: Shape = Shape::Union(
    "ContentBlock",
    &[
        optional("text", &STRING),
        optional("image", &IMAGE),
        optional("document", &DOCUMENT),
        optional("video", &VIDEO),
        optional("audio", &AUDIO),
        optional("toolUse", &TOOL_USE),
        optional("toolResult", &TOOL_RESULT),
        optional("guardContent", &GUARD_CONTENT),
        optional("cachePoint", &CACHE_POINT),
        optional("reasoningContent", &REASONING),
        optional("citationsContent", &CITATIONS_CONTENT),
        optional("searchResult", &SEARCH_RESULT),
        optional("toolAddition", &TOOL_CHANGE),
        optional("toolRemoval", &TOOL_CHANGE),
    ],
);

static BYTES: Shape = Shape::Blob { min: 1 };
static S3_LOCATION: Shape = Shape::Structure(&[required("uri", &S3_URI), optional("bucketOwner", &ACCOUNT)]);
static ERROR: Shape = Shape::Structure(&[optional("message", &STRING)]);

static IMAGE: Shape = Shape::Structure(&[
    required("format", &one_of(&["png", "jpeg", "gif", "webp"])),
    required(
        "source",
        &Shape::Union("ImageSource", &[optional("bytes", &BYTES), optional("s3Location", &S3_LOCATION)]),
    ),
    optional("error", &ERROR),
]);

static DOCUMENT: Shape = Shape::Structure(&[
    optional("format", &one_of(&["pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"])),
    required("name", &sized(1, 200)),
    required("source", &DOCUMENT_SOURCE),
    optional("context", &STRING),
    optional("citations", &CITATIONS_CONFIG),
]);
static DOCUMENT_SOURCE: Shape = Shape::Union(
    "DocumentSource",
    &[
        optional("bytes", &BYTES),
        optional("s3Location", &S3_LOCATION),
        optional("text", &STRING),
        optional("content", &list(&TEXT_ONLY)),
    ],
);
static TEXT_ONLY: Shape = Shape::Union("DocumentContentBlock", &[optional("text", &STRING)]);
static CITATIONS_CONFIG: Shape = Shape::Structure(&[required("enabled", &Shape::Boolean)]);

static VIDEO: Shape = Shape::Structure(&[
    required("format", &one_of(&["mkv", "mov", "mp4", "webm", "flv", "mpeg", "mpg", "wmv", "three_gp"])),
    required(
        "source",
        &Shape::Union("VideoSource", &[optional("bytes", &BYTES), optional("s3Location", &S3_LOCATION)]),
    ),
]);

static AUDIO: Shape = Shape::Structure(&[
    required(
        "format",
        &one_of(&[
            "mp3", "opus", "wav", "aac", "flac", "mp4", "ogg", "mkv", "mka", "x-aac", "m4a", "mpeg", "mpga", "pcm",
            "webm",
        ]),
    ),
    required(
        "source",
        &Shape::Union("AudioSource", &[optional("bytes", &BYTES), optional("s3Location", &S3_LOCATION)]),
    ),
    optional("error", &ERROR),
]);

static TOOL_USE: Shape = Shape::Structure(&[
    required("toolUseId", &TOOL_USE_ID),
    required("name", &TOOL_NAME),
    required("input", &Shape::Document),
    optional("type", &one_of(&["server_tool_use"])),
]);

static TOOL_RESULT: Shape = Shape::Structure(&[
    required("toolUseId", &TOOL_USE_ID),
    required("content", &list(&TOOL_RESULT_BLOCK)),
    optional("status", &one_of(&["success", "error"])),
    optional("type", &STRING),
]);
static TOOL_RESULT_BLOCK: Shape = Shape::Union(
    "ToolResultContentBlock",
    &[
        optional("json", &Shape::Document),
        optional("text", &STRING),
        optional("image", &IMAGE),
        optional("document", &DOCUMENT),
        optional("video", &VIDEO),
        optional("searchResult", &SEARCH_RESULT),
    ],
);

static SEARCH_RESULT: Shape = Shape::Structure(&[
    required("source", &STRING),
    required("title", &STRING),
    required("content", &list(&Shape::Structure(&[required("text", &STRING)]))),
    optional("citations", &CITATIONS_CONFIG),
]);

pub(super) static GUARD_CONTENT: Shape = Shape::Union(
    "GuardrailConverseContentBlock",
    &[
        optional(
            "text",
            &Shape::Structure(&[
                required("text", &STRING),
                optional("qualifiers", &list(&one_of(&["grounding_source", "query", "guard_content"]))),
            ]),
        ),
        optional(
            "image",
            &Shape::Structure(&[
                required("format", &one_of(&["png", "jpeg"])),
                required("source", &Shape::Union("GuardrailConverseImageSource", &[optional("bytes", &BYTES)])),
            ]),
        ),
    ],
);

pub(super) static CACHE_POINT: Shape =
    Shape::Structure(&[required("type", &one_of(&["default"])), optional("ttl", &one_of(&["5m", "1h"]))]);

static REASONING: Shape = Shape::Union(
    "ReasoningContentBlock",
    &[
        optional("reasoningText", &Shape::Structure(&[required("text", &STRING), optional("signature", &STRING)])),
        optional("redactedContent", &Shape::Blob { min: 0 }),
    ],
);

static CITATIONS_CONTENT: Shape = Shape::Structure(&[
    optional("content", &list(&Shape::Union("CitationGeneratedContent", &[optional("text", &STRING)]))),
    optional("citations", &list(&CITATION)),
]);
static CITATION: Shape = Shape::Structure(&[
    optional("title", &STRING),
    optional("source", &STRING),
    optional("sourceContent", &list(&Shape::Union("CitationSourceContent", &[optional("text", &STRING)]))),
    optional("location", &CITATION_LOCATION),
]);
static CITATION_LOCATION: Shape = Shape::Union(
    "CitationLocation",
    &[
        optional("web", &Shape::Structure(&[optional("url", &STRING), optional("domain", &STRING)])),
        optional("documentChar", &DOCUMENT_LOCATION),
        optional("documentPage", &DOCUMENT_LOCATION),
        optional("documentChunk", &DOCUMENT_LOCATION),
        optional(
            "searchResultLocation",
            &Shape::Structure(&[
                optional("searchResultIndex", &FROM_ZERO),
                optional("start", &FROM_ZERO),
                optional("end", &FROM_ZERO),
            ]),
        ),
    ],
);
static DOCUMENT_LOCATION: Shape = Shape::Structure(&[
    optional("documentIndex", &FROM_ZERO),
    optional("start", &FROM_ZERO),
    optional("end", &FROM_ZERO),
]);
static FROM_ZERO: Shape = Shape::Integer { min: 0, max: i64::MAX };

static TOOL_CHANGE: Shape = Shape::Structure(&[required("tool", &TOOL_REFERENCE)]);
static TOOL_REFERENCE: Shape = Shape::Structure(&[
    optional("type", &sized(1, 64)),
    optional("name", &sized(1, 128)),
    optional("serverName", &sized(1, 128)),
]);
