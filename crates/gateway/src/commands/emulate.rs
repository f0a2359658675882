//! `pumice emulate`.

use std::net::{Ipv4Addr, SocketAddr};

use bedrock_emulator::Emulator;

use crate::cli::EmulateArgs;
use crate::commands::{Failure, serve};
use crate::output;

pub(super) async fn run(args: &EmulateArgs) -> Result<(), Failure> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    let emulator = Emulator::bind(address)
        .await
        .map_err(|error| Failure::Other(format!("cannot listen on {address}: {error}")))?;
    let signal = serve::signal()?;
    let url = emulator.url();
    output::out(&format!(
        "An offline Bedrock listens on {url}\n\n\
         export AWS_ENDPOINT_URL_BEDROCK_RUNTIME={url}   # AWS SDKs, boto3, the AWS CLI\n\
         export AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME={url}   # and for ranking\n\
         export AWS_BEDROCK_RUNTIME_ENDPOINT={url}       # pumice, LiteLLM\n\
         export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_REGION=us-east-1\n\n\
         Ctrl-c stops it.\n"
    ));
    tokio::select! {
        () = emulator.wait() => {}
        () = signal => {}
    }
    Ok(())
}
