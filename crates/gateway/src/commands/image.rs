//! `pumice image`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use facade::{ImageEditRequest, ImageRequest, ImageResponse, Reply};
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::ImageArgs;
use crate::commands::Failure;
use crate::commands::chat::warn;
use crate::commands::setup::{Setup, setup};
use crate::error::ApiError;
use crate::{Environment, output};

pub(super) async fn run(args: ImageArgs, env: Environment) -> Result<(), Failure> {
    let mut edit = request(&args)?;
    let Setup { deployments, emulator: _emulator, .. } = setup(&args.source, env).await?;
    let found =
        deployments.find(&args.model).ok_or_else(|| Failure::Refused(ApiError::unknown_model(&args.model).json()))?;
    let call = if edit.images.is_empty() {
        found.prepare_image(&mut edit.request)?
    } else {
        found.prepare_image_edit(&mut edit)?
    };
    let bar = waiting();
    let reply = found.deployment.client.send_image(call).await;
    bar.finish_and_clear();
    let reply: Reply<ImageResponse> = reply?;
    warn(&reply.warnings);
    let count = reply.value.data.len();
    for (index, image) in reply.value.data.iter().enumerate() {
        let path = if count == 1 { args.out.clone() } else { numbered(&args.out, index + 1) };
        let file = STANDARD.decode(image.b64_json.as_deref().unwrap_or_default());
        let file = file.map_err(|error| Failure::Other(format!("the answer is no base64: {error}")))?;
        write(&path, &file)?;
    }
    if let Some(request_id) = &reply.request_id {
        output::err(&format!("AWS request id: {request_id}\n"));
    }
    Ok(())
}

fn request(args: &ImageArgs) -> Result<ImageEditRequest, Failure> {
    let mut request = ImageRequest::new(&args.model, &args.prompt);
    request.n = args.n;
    request.quality.clone_from(&args.quality);
    request.seed = args.seed;
    request.size.clone_from(&args.size);
    let mut edit = ImageEditRequest::default();
    edit.request = request;
    for file in &args.image {
        edit = edit.image(read(file)?);
    }
    match &args.mask {
        Some(_) if args.image.is_empty() => Err(Failure::Other("--mask needs an --image".to_owned())),
        Some(mask) => Ok(edit.mask(read(mask)?)),
        None => Ok(edit),
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| Failure::Other(format!("{}: {error}", file.display())))
}

fn write(path: &Path, file: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, file).map_err(|error| Failure::Other(format!("{}: {error}", path.display())))?;
    output::out(&format!("{} ({} bytes)\n", path.display(), file.len()));
    Ok(())
}

/// `otter.png` of several images: `otter-1.png`, `otter-2.png`, …
fn numbered(path: &Path, number: usize) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    path.with_file_name(format!("{stem}-{number}{ending}"))
}

/// Images take their time. On a terminal this says so; elsewhere it shows nothing.
fn waiting() -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message("waiting for the model");
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_images_are_numbered_before_the_ending() {
        assert_eq!(numbered(Path::new("a/otter.png"), 2), Path::new("a/otter-2.png"));
        assert_eq!(numbered(Path::new("otter"), 1), Path::new("otter-1"));
    }
}
