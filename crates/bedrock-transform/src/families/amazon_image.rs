//! Titan Image Generator and Nova Canvas: a task with its parameters in, `images` out.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-image.html>,
//! <https://docs.aws.amazon.com/nova/latest/userguide/image-gen-req-resp-structure.html>

use bytes::Bytes;
use core_types::{Extra, Param, ParamSet, RawJson};
use serde::{Deserialize, Serialize, Serializer, ser::SerializeMap as _};

use crate::families::body;
use crate::family::{Capabilities, Family, Model};
use crate::image::codec::{ImageCodec, Images};
use crate::image::file::Base64;
use crate::image::input::ImageInput;
use crate::image::size::{Size, Sizes};
use crate::native::Extras;
use crate::{ModelSpec, TransformError, Warnings};

const NAME: &str = "amazon_image";
const NOVA: &str = "amazon.nova-canvas";

/// Largest `numberOfImages`.
const MOST_IMAGES: u32 = 5;

pub(super) static FAMILY: Family = Family::new(NAME)
    .with_models(&[Model::new(NOVA, EDITS), Model::new("amazon.titan-image-generator", EDITS)])
    .with_image(ImageCodec::new(
        ParamSet::of(&[Param::N, Param::Quality, Param::Seed, Param::Size, Param::Style]),
        MOST_IMAGES,
        request,
        response,
    ));

const EDITS: Capabilities = Capabilities { images: true, ..Capabilities::NONE };

/// One of the things that the models do.
#[derive(Debug)]
struct Task {
    kind: &'static str,
    /// The member with the task's parameters.
    params: &'static str,
    images: Slots,
    /// Whether there is a text among the parameters.
    has_text: bool,
    config: Config,
}

/// Where the images of a form go among a task's parameters.
#[derive(Debug, Clone, Copy)]
enum Slots {
    /// Into one list of up to five.
    List,
    /// Under these names, in this order.
    Named(&'static [&'static str]),
}

/// What of `imageGenerationConfig` a task takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Config {
    All,
    /// What comes has the size of what went in.
    NoSize,
    Nothing,
}

const TASKS: &[Task] = &[
    task("BACKGROUND_REMOVAL", "backgroundRemovalParams", &["image"], Config::Nothing).without_text(),
    task("COLOR_GUIDED_GENERATION", "colorGuidedGenerationParams", &["referenceImage"], Config::All),
    Task { images: Slots::List, ..task("IMAGE_VARIATION", "imageVariationParams", &[], Config::All) },
    task("INPAINTING", "inPaintingParams", &["image"], Config::NoSize),
    task("OUTPAINTING", "outPaintingParams", &["image"], Config::NoSize),
    task("TEXT_IMAGE", "textToImageParams", &["conditionImage"], Config::All),
    task("VIRTUAL_TRY_ON", "virtualTryOnParams", &["sourceImage", "referenceImage"], Config::NoSize).without_text(),
];

const fn task(kind: &'static str, params: &'static str, images: &'static [&'static str], config: Config) -> Task {
    Task { kind, params, images: Slots::Named(images), has_text: true, config }
}

impl Task {
    const fn without_text(mut self) -> Self {
        self.has_text = false;
        self
    }

    /// The task that a request asks for: by its name, by the name of its parameters, or by what it brings along.
    fn of(input: &ImageInput<'_>) -> Result<&'static Self, TransformError> {
        let has = |name: &str| input.extra.iter().any(|(extra, _)| *extra == name);
        let named = input.extra.iter().find(|(name, _)| *name == TASK_TYPE);
        let with_params = |task: &&Self| input.extra.iter().any(|(name, _)| name.eq_ignore_ascii_case(task.params));
        if named.is_none()
            && let Some(task) = TASKS.iter().find(with_params)
        {
            return Ok(task);
        }
        let kind = match named {
            Some((_, kind)) => kind.read::<String>().unwrap_or_default(),
            None if input.images.is_empty() && has("colors") => "COLOR_GUIDED_GENERATION".to_owned(),
            None if input.images.is_empty() => "TEXT_IMAGE".to_owned(),
            None if has("outPaintingMode") => "OUTPAINTING".to_owned(),
            None if has("maskPrompt") || input.mask.is_some() => "INPAINTING".to_owned(),
            None => "IMAGE_VARIATION".to_owned(),
        };
        TASKS.iter().find(|task| task.kind.eq_ignore_ascii_case(&kind)).ok_or_else(|| {
            let kinds: Vec<&str> = TASKS.iter().map(|task| task.kind).collect();
            TransformError::invalid(TASK_TYPE, format!("expected one of {}", kinds.join(", ")))
        })
    }

    /// The images of a form under the names that the task has for them.
    fn named<'a>(&self, input: &ImageInput<'a>) -> Result<Vec<(&'static str, Base64<'a>)>, TransformError> {
        let names = match self.images {
            Slots::List => return Ok(Vec::new()),
            Slots::Named(names) => names,
        };
        if input.images.len() > names.len() {
            let what = format!("more than {} images for the task {}", names.len(), self.kind);
            return Err(TransformError::unsupported_content(format!("image[{}]", names.len()), what, NAME));
        }
        Ok(names.iter().copied().zip(input.images.iter().map(Base64)).collect())
    }
}

const TASK_TYPE: &str = "taskType";
const CONFIG: &str = "imageGenerationConfig";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    task_type: &'static str,
}

struct Params<'a> {
    text: Option<&'a str>,
    style: Option<&'a str>,
    named: Vec<(&'static str, Base64<'a>)>,
    list: Vec<Base64<'a>>,
    mask: Option<Base64<'a>>,
}

impl Serialize for Params<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { text, style, named, list, mask } = self;
        let mut map = serializer.serialize_map(None)?;
        if let Some(text) = text {
            map.serialize_entry("text", text)?;
        }
        if let Some(style) = style {
            map.serialize_entry("style", style)?;
        }
        for (name, image) in named {
            map.serialize_entry(name, image)?;
        }
        if !list.is_empty() {
            map.serialize_entry("images", list)?;
        }
        if let Some(mask) = mask {
            map.serialize_entry("maskImage", mask)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GenerationConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    number_of_images: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quality: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<i64>,
}

fn request(input: &ImageInput<'_>, spec: &ModelSpec, warnings: &mut Warnings) -> Result<Bytes, TransformError> {
    let task = Task::of(input)?;
    let mut others = Others::default();
    let (given_params, given_config) = others.sort(input, task)?;
    others.params.extend(given_params.iter());
    others.config.extend(given_config.iter());
    let params = raw(&body(&params(input, task, spec, warnings)?, &others.params)?)?;
    let config = body(&config(input, task, spec, warnings)?, &others.config)?;
    let mut members = vec![(task.params, &params)];
    let config = if config.as_ref() == b"{}" { None } else { Some(raw(&config)?) };
    if let Some(config) = &config {
        if task.config == Config::Nothing {
            return Err(TransformError::invalid(CONFIG, format!("the task {} takes none", task.kind)));
        }
        members.push((CONFIG, config));
    }
    members.extend(others.body);
    body(&Request { task_type: task.kind }, &members)
}

/// A body as a member of another.
fn raw(body: &[u8]) -> Result<RawJson, TransformError> {
    serde_json::from_slice(body).map_err(|error| TransformError::invalid("extra_body", error.to_string()))
}

/// The caller's own parameters, by where they go.
#[derive(Default)]
struct Others<'a> {
    params: Extras<'a>,
    config: Extras<'a>,
    body: Extras<'a>,
}

impl<'a> Others<'a> {
    /// Sorts them; returns the members of the objects among them that are written member by member.
    fn sort(&mut self, input: &ImageInput<'a>, task: &Task) -> Result<(Extra, Extra), TransformError> {
        /// Parameters of tasks that are not in an object of the caller's.
        const PARAMS: &[&str] = &[
            "colors",
            "conditionImage",
            "controlMode",
            "controlStrength",
            "garmentBasedMask",
            "imageBasedMask",
            "maskImage",
            "maskPrompt",
            "maskType",
            "mergeStyle",
            "negativeText",
            "outPaintingMode",
            "promptBasedMask",
            "referenceImage",
            "returnMask",
            "similarityStrength",
        ];
        let (mut params, mut config) = (Extra::new(), Extra::new());
        let object = |name: &str, value: &RawJson| {
            value.read().map_err(|_| TransformError::invalid(name, "expected an object without a key twice"))
        };
        for (name, value) in input.extra.iter().copied() {
            if name == TASK_TYPE {
                // Is read.
            } else if name.eq_ignore_ascii_case(task.params) {
                params = object(name, value)?;
            } else if name == CONFIG {
                config = object(name, value)?;
            } else if PARAMS.contains(&name) {
                self.params.push((name, value));
            } else if name.ends_with("Params") {
                self.body.push((name, value));
            } else {
                self.config.push((name, value));
            }
        }
        Ok((params, config))
    }
}

fn params<'a>(
    input: &ImageInput<'a>,
    task: &Task,
    spec: &ModelSpec,
    warnings: &mut Warnings,
) -> Result<Params<'a>, TransformError> {
    if task.kind == "TEXT_IMAGE" {
        input.required_prompt()?;
    }
    if !task.has_text && !input.prompt.is_empty() {
        warnings.dropped("prompt");
    }
    let mut style = input.style;
    let has_style = spec.model.prefix == NOVA && task.kind == "TEXT_IMAGE";
    // OpenAI's two words mean nothing to the model.
    if style.is_some_and(|style| !has_style || matches!(style, "natural" | "vivid")) {
        input.leave_out(Param::Style, NAME, warnings)?;
        style = None;
    }
    let list = if matches!(task.images, Slots::List) { input.images } else { &[] };
    Ok(Params {
        text: Some(input.prompt).filter(|prompt| task.has_text && !prompt.is_empty()),
        style,
        named: task.named(input)?,
        list: list.iter().map(Base64).collect(),
        mask: input.mask.map(Base64),
    })
}

fn config(
    input: &ImageInput<'_>,
    task: &Task,
    spec: &ModelSpec,
    warnings: &mut Warnings,
) -> Result<GenerationConfig, TransformError> {
    let mut config = GenerationConfig {
        number_of_images: Some(input.n).filter(|n| *n > 1),
        quality: input.quality.map(quality).transpose()?,
        width: None,
        height: None,
        seed: seed(input, spec),
    };
    match (input.size, task.config) {
        (Some(size), Config::All) => {
            check(size, spec)?;
            (config.width, config.height) = (Some(size.width), Some(size.height));
        }
        (Some(_), Config::Nothing | Config::NoSize) => input.leave_out(Param::Size, NAME, warnings)?,
        (None, _) => {}
    }
    if task.config == Config::Nothing {
        let present =
            [(Param::N, input.n > 1), (Param::Quality, input.quality.is_some()), (Param::Seed, input.seed.is_some())];
        for (param, _) in present.into_iter().filter(|(_, set)| *set) {
            input.leave_out(param, NAME, warnings)?;
        }
        config = GenerationConfig { number_of_images: None, quality: None, width: None, height: None, seed: None };
    }
    Ok(config)
}

/// OpenAI's words, and those of the models.
fn quality(word: &str) -> Result<&'static str, TransformError> {
    match word {
        "hd" | "high" | "premium" => Ok("premium"),
        "low" | "medium" | "standard" => Ok("standard"),
        _ => Err(TransformError::invalid("quality", "expected `standard`, `hd`, `low`, `medium`, `high` or `premium`")),
    }
}

/// A seed of its own for every call. Without one, the models draw the same image every time.
fn seed(input: &ImageInput<'_>, spec: &ModelSpec) -> Option<i64> {
    if spec.model.prefix == NOVA {
        input.call_seed(Some(12), 858_993_459)
    } else {
        input.call_seed(Some(42), 2_147_483_646)
    }
}

fn check(size: Size, spec: &ModelSpec) -> Result<(), TransformError> {
    if spec.model.prefix == NOVA {
        return if nova_draws(size) { Ok(()) } else { Err(size.refused(NOVA_SIZES)) };
    }
    if TITAN_SIZES.contains(&size) { Ok(()) } else { Err(size.refused(Sizes(TITAN_SIZES))) }
}

/// <https://docs.aws.amazon.com/nova/latest/userguide/image-gen-access.html>
fn nova_draws(size: Size) -> bool {
    const MOST_PIXELS: u64 = 4_194_304;
    let Size { width, height } = size;
    let is_side = |side: u32| (320..=4096).contains(&side) && side.is_multiple_of(16);
    let pixels = u64::from(width) * u64::from(height);
    is_side(width) && is_side(height) && width <= 4 * height && height <= 4 * width && pixels <= MOST_PIXELS
}

const NOVA_SIZES: &str = "sides of 320 to 4096 pixels that are multiples of 16, neither more than 4 times the other, \
    4194304 pixels in all, e.g. 1024x1024, 1280x720, 720x1280, 2048x2048";

/// <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-image.html>
const TITAN_SIZES: &[Size] = &[
    Size::new(1024, 1024),
    Size::new(768, 768),
    Size::new(512, 512),
    Size::new(768, 1152),
    Size::new(384, 576),
    Size::new(1152, 768),
    Size::new(576, 384),
    Size::new(768, 1280),
    Size::new(384, 640),
    Size::new(1280, 768),
    Size::new(640, 384),
    Size::new(896, 1152),
    Size::new(448, 576),
    Size::new(1152, 896),
    Size::new(576, 448),
    Size::new(768, 1408),
    Size::new(384, 704),
    Size::new(1408, 768),
    Size::new(704, 384),
    Size::new(640, 1408),
    Size::new(320, 704),
    Size::new(1408, 640),
    Size::new(704, 320),
    Size::new(1152, 640),
    Size::new(1173, 640),
];

#[derive(Deserialize, Default)]
#[serde(default)]
struct Response {
    images: Option<Vec<Option<String>>>,
    /// What a filter held back, in words.
    error: Option<String>,
}

fn response(body: &[u8]) -> Result<Images, TransformError> {
    let response: Response = serde_json::from_slice(body).map_err(|error| TransformError::malformed(NAME, error))?;
    Ok(Images {
        files: response.images.unwrap_or_default().into_iter().flatten().filter(|file| !file.is_empty()).collect(),
        seeds: Vec::new(),
        held_back: response.error.filter(|error| !error.is_empty()),
    })
}
