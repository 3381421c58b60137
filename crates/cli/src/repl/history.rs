//! What was typed before.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use crate::options::Environment;
use crate::quoting::split;

/// Lines kept in the file.
const LINES_MAX: usize = 1000;

/// The file of lines typed before; none if it is not to be kept.
#[derive(Debug)]
pub(crate) struct History {
    file: Option<PathBuf>,
}

impl History {
    /// Finds the file.
    pub(crate) fn new(environment: &Environment) -> Self {
        let chosen = environment.history_file.clone().map(PathBuf::from);
        let usual =
            || environment.home.as_ref().map(|home| PathBuf::from(home).join(".rediscli_history"));
        let file = chosen.or_else(usual).filter(|file| file.as_os_str() != "/dev/null");
        Self { file: file.filter(|file| !file.as_os_str().is_empty()) }
    }

    /// Reads the lines, oldest first, and shortens the file if it has grown too long.
    pub(crate) fn load(&self) -> Vec<String> {
        let Some(file) = &self.file else { return Vec::new() };
        let text = fs::read(file).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        if lines.len() > LINES_MAX {
            lines.drain(..lines.len() - LINES_MAX);
            let mut shortened = lines.join("\n");
            shortened.push('\n');
            // The history is a convenience: a read-only home is no reason to complain.
            let _ = fs::write(file, shortened);
        }
        lines
    }

    /// Appends a line, unless it holds a secret. Only its owner can read a new file.
    pub(crate) fn append(&self, line: &str) {
        let Some(file) = &self.file else { return };
        let opened = OpenOptions::new().append(true).create(true).mode(0o600).open(file);
        if let Ok(mut opened) = opened {
            let _ = opened.write_all(format!("{line}\n").as_bytes());
        }
    }
}

/// Returns whether a line may hold a secret and should not be kept.
pub(crate) fn is_sensitive(line: &str) -> bool {
    let args = split(line.as_bytes()).unwrap_or_default();
    let words: Vec<String> =
        args.iter().map(|arg| String::from_utf8_lossy(arg).to_lowercase()).collect();
    // A count may stand before the command.
    let words = match words.split_first() {
        Some((count, rest)) if count.parse::<i64>().is_ok() => rest,
        _ => &words,
    };
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    let has = |secret: &[&str]| words.iter().any(|word| secret.contains(&word.as_str()));
    match (word(0), word(1)) {
        ("auth", _) => true,
        ("acl", "setuser" | "deluser" | "getuser") => true,
        ("hello" | "migrate", _) => has(&["auth", "auth2"]),
        ("config", "set") => has(&[
            "masterauth",
            "primaryauth",
            "masteruser",
            "primaryuser",
            "requirepass",
            "tls-key-file-pass",
            "tls-client-key-file-pass",
        ]),
        ("sentinel", "set") => has(&["auth-pass", "auth-user"]),
        ("sentinel", "config") => has(&["sentinel-pass", "sentinel-user"]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_sensitive;

    #[test]
    fn lines_with_secrets_are_known() {
        for line in [
            "AUTH x",
            "2 auth x",
            "acl setuser a >b",
            "HELLO 3 AUTH a b",
            "config set requirepass x",
            "migrate h 1 k 0 10 auth2 a b",
            "sentinel set m auth-pass x",
        ] {
            assert!(is_sensitive(line), "{line}");
        }
        for line in ["get auth", "config set maxmemory 1", "hello 3", "acl list", "get \"a"] {
            assert!(!is_sensitive(line), "{line}");
        }
    }
}
