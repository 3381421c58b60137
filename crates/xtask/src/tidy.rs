//! Checks what lints cannot.

use std::fs;
use std::path::{Path, PathBuf};

use crate::run::{Outcome, root, say};

/// The crates by layer, lowest first. A crate depends only on crates of lower layers.
const LAYERS: &[&[&str]] = &[
    &["stdx"],
    &["structs"],
    &["keyspace", "resp", "spec"],
    &["config"],
    &["commands"],
    &["node"],
    &["sinter-server", "sinter-cli", "sinter-benchmark"],
];

/// Used by programs and tests only.
const ASIDE: &[&str] = &["connector", "manual", "testkit", "xtask", "differential"];

/// Files longer than this are mentioned; longer than the second, refused.
const LINES: (usize, usize) = (600, 1000);

/// Files that may be longer: tables and vectors.
const LONG: &[&str] = &[];

/// Checks layers, file lengths, module heads, and words that have no place in finished code.
pub(crate) fn tidy(_: &[String]) -> Outcome {
    let mut faults = Vec::new();
    check_layers(&mut faults)?;
    for folder in ["crates", "fuzz"] {
        for file in rust_files(&root().join(folder))? {
            check_file(&file, &mut faults)?;
        }
    }
    for fault in &faults {
        say(fault);
    }
    if faults.is_empty() { Ok(()) } else { Err(format!("{} faults", faults.len())) }
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn rust_files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("target") && !path.ends_with("corpus") {
            found.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn check_layers(faults: &mut Vec<String>) -> Outcome {
    let layer = |name: &str| LAYERS.iter().position(|crates| crates.contains(&name));
    let folder = root().join("crates");
    let entries =
        fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries.flatten() {
        let manifest = read(&entry.path().join("Cargo.toml"))?;
        let name = field(&manifest, "name");
        let Some(own) = layer(&name) else {
            if !ASIDE.contains(&name.as_str()) {
                faults.push(format!("crate {name}: in no layer; add it to xtask/src/tidy.rs"));
            }
            continue;
        };
        for dependency in dependencies(&manifest) {
            if layer(&dependency).is_some_and(|other| other >= own)
                || (ASIDE.contains(&dependency.as_str()) && own + 1 < LAYERS.len())
            {
                faults
                    .push(format!("crate {name}: depends on {dependency}, which is not below it"));
            }
        }
    }
    Ok(())
}

fn field(manifest: &str, name: &str) -> String {
    let line = manifest.lines().find(|line| line.starts_with(&format!("{name} = ")));
    line.and_then(|line| line.split('"').nth(1)).unwrap_or_default().to_owned()
}

/// The names under `[dependencies]`.
fn dependencies(manifest: &str) -> Vec<String> {
    let lines = manifest.lines().skip_while(|line| *line != "[dependencies]").skip(1);
    lines
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

fn check_file(path: &Path, faults: &mut Vec<String>) -> Outcome {
    let text = read(path)?;
    let shown = path.strip_prefix(root()).unwrap_or(path).display().to_string();
    let lines = text.lines().count();
    if lines > LINES.1 && !LONG.contains(&shown.as_str()) {
        faults.push(format!("{shown}: {lines} lines; {} are the most", LINES.1));
    } else if lines > LINES.0 {
        say(&format!("note: {shown} has {lines} lines"));
    }
    let is_tests = shown.contains("/tests/") || shown.ends_with("tests.rs");
    if !is_tests && !text.starts_with("//!") {
        faults.push(format!("{shown}: no module head"));
    }
    if shown.ends_with("xtask/src/tidy.rs") {
        return Ok(());
    }
    for word in ["todo!(", "unimplemented!(", "TODO", "FIXME"] {
        if let Some(line) = text.lines().position(|line| line.contains(word)) {
            faults.push(format!("{shown}:{}: {word}", line + 1));
        }
    }
    Ok(())
}
