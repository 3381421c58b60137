//! What is printed in transcripts and examples is what happens.

use std::fs;
use std::path::{Path, PathBuf};

use testkit::{Server, transcript};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

/// Runs all transcripts of a folder.
///
/// `SINTER_TRANSCRIPTS=redis-server cargo test` holds them against the reference.
fn run_all(folder: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let mut found = Vec::new();
    files(&root, &mut found);
    found.sort();
    assert!(!found.is_empty(), "there are transcripts");
    let reference = option_env!("SINTER_TRANSCRIPTS");
    let server = Server::spawn(reference.unwrap_or(env!("CARGO_BIN_EXE_sinter-server")), &[]);
    let mut faults = Vec::new();
    for file in &found {
        let text = fs::read_to_string(file).expect("a readable file");
        let steps = transcript::parse(&text);
        assert!(!steps.is_empty(), "{} has steps", file.display());
        server.connect().request(&["FLUSHALL"]).expect("an empty server to start from");
        for fault in transcript::run(&steps, || server.connect()) {
            faults.push(format!("{}: {fault}", file.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_transcript_behaves_as_printed() {
    run_all("tests/transcripts");
}

#[test]
fn every_example_behaves_as_printed() {
    run_all("examples");
}
