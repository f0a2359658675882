//! `pumice migrate`: what becomes of every key of a file.

use std::fmt::Write as _;

use crate::cli::MigrateArgs;
use crate::commands::Failure;
use crate::config::{Config, Fate, Row, migrate};
use crate::{Environment, output};

/// Succeeds if nothing is lost; fails with 1 if something is ignored or unknown, with 2 if the file would be refused.
pub(super) fn run(args: &MigrateArgs, env: Environment) -> Result<(), Failure> {
    let rows = migrate(&args.config)?;
    let lost = rows.iter().filter(|row| !matches!(row.fate, Some(Fate::Served(_)))).count();
    output::out(&table(rows.iter().filter(|row| !args.ignored || !matches!(row.fate, Some(Fate::Served(_))))));
    output::out(&format!("{} keys, {lost} of them without effect\n", rows.len()));
    Config::load(&args.config, env)?;
    match lost {
        0 => Ok(()),
        _ => Err(Failure::Other(format!("{lost} keys have no effect"))),
    }
}

fn table<'a>(rows: impl Iterator<Item = &'a Row>) -> String {
    let rows: Vec<(String, &str, &str, &str)> = rows.map(cells).collect();
    let width = |of: fn(&(String, &'a str, &'a str, &'a str)) -> usize| rows.iter().map(of).max().unwrap_or_default();
    let (places, keys) = (width(|row| row.0.len()), width(|row| row.1.len()));
    let mut text = String::new();
    for (place, key, fate, why) in &rows {
        let _ = writeln!(text, "{place:places$}  {key:keys$}  {fate:7}  {why}");
    }
    text
}

fn cells(row: &Row) -> (String, &str, &str, &str) {
    let name = row.file.file_name().unwrap_or_default().to_string_lossy();
    let (fate, why) = match row.fate {
        Some(Fate::Ignored(why)) => ("ignored", why),
        Some(Fate::Served(does)) => ("served", does),
        None => ("unknown", "nobody knows this key"),
    };
    (format!("{name}:{}", row.line), &row.key, fate, why)
}
