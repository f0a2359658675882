//! The pinned package: pip downloads it and checks its hash, Python's `zipfile` opens it.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The package's version.
pub(super) const VERSION: &str = "1.106.2";

/// Hash of its wheel; pip refuses any other file.
const SHA256: &str = "cb1a2a1e55a4a8350ae2167525dc0d06f59b078cd685fb3e0f5419f02da5420e";

/// One wheel for whoever asks. The package has some per platform, and the cost map is the same in all.
const WHEEL: &[&str] = &[
    "--only-binary=:all:",
    "--platform=manylinux_2_28_x86_64",
    "--implementation=cp",
    "--abi=abi3",
    "--python-version=3.10",
];

/// What is read of the package.
pub(super) struct Package {
    pub(super) cost_map: String,
    pub(super) license: String,
}

/// Downloads the package into `folder` unless it is there.
pub(super) fn download(folder: &Path) -> Result<Package, String> {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let pinned = folder.join("requirements.txt");
    fs::write(&pinned, format!("litellm=={VERSION} --hash=sha256:{SHA256}\n"))
        .map_err(|error| format!("{}: {error}", pinned.display()))?;
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]);
    run(pip.args(WHEEL).arg("--dest").arg(folder).arg("--requirement").arg(&pinned))?;
    let wheel = folder.join(format!("litellm-{VERSION}-cp310-abi3-manylinux_2_28_x86_64.whl"));
    Ok(Package {
        cost_map: member(&wheel, "litellm/model_prices_and_context_window_backup.json")?,
        license: member(&wheel, &format!("litellm-{VERSION}.dist-info/licenses/LICENSE"))?,
    })
}

fn member(wheel: &Path, name: &str) -> Result<String, String> {
    const OPEN: &str = "import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))";
    run(Command::new("python3").args([OsStr::new("-c"), OsStr::new(OPEN), wheel.as_os_str(), OsStr::new(name)]))
}

fn run(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("python3: {error}"))?;
    if !output.status.success() {
        return Err(format!("python3: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("python3: {error}"))
}
