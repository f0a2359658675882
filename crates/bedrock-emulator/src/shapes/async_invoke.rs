//! AWS's model of StartAsyncInvoke, an operation of bedrock-runtime (2023-09-30), as of botocore 1.43.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_StartAsyncInvoke.html>

use super::text::{ACCOUNT, S3_URI};
use super::{NON_EMPTY, Shape, list, optional, required, sized};

/// The body of StartAsyncInvoke.
pub(crate) static START_ASYNC_INVOKE: Shape = Shape::Structure(&[
    optional("clientRequestToken", &sized(1, 256)),
    required("modelId", &sized(1, 256)),
    required("modelInput", &Shape::Document),
    required("outputDataConfig", &OUTPUT),
    optional("tags", &list(&TAG)),
]);

static OUTPUT: Shape = Shape::Union("AsyncInvokeOutputDataConfig", &[required("s3OutputDataConfig", &S3)]);
static S3: Shape = Shape::Structure(&[
    required("s3Uri", &S3_URI),
    optional("kmsKeyId", &NON_EMPTY),
    optional("bucketOwner", &ACCOUNT),
]);
static TAG: Shape = Shape::Structure(&[required("key", &sized(1, 128)), required("value", &sized(0, 256))]);
