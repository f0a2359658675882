//! The snapshot files.

use std::fs;
use std::path::PathBuf;

use insta::Settings;

use crate::fixtures::root;

/// Settings for a snapshot in `folder` of the fixture at `path`.
pub(crate) fn settings(folder: &str, path: &str) -> Settings {
    let mut settings = Settings::clone_current();
    settings.set_description(path);
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_sort_maps(true);
    settings.set_snapshot_path(in_folder(folder));
    settings
}

/// Every snapshot in `folder` whose name starts with `start`, alphabetically.
pub(crate) fn snapshots(folder: &str, start: &str) -> Vec<String> {
    let mut found: Vec<String> = fs::read_dir(in_folder(folder))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".snap").map(str::to_owned))
        .filter(|name| name.starts_with(start))
        .collect();
    found.sort();
    found
}

fn in_folder(folder: &str) -> PathBuf {
    root().join("snapshots").join(folder)
}
