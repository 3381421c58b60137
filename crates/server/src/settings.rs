//! Settings from the command line, from standard input and from files.

use std::ffi::OsString;
use std::io::Read;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use config::{CommandLine, Config, Directive, Host, LoadError};
use stdx::glob::{self, Case};

use crate::text;

/// Why there are no settings to start with.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The settings are wrong: a text for standard error.
    Wrong(String),
    /// A file cannot be read: a line for the log.
    Unreadable(String),
}

/// Settings, and where they come from.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) config: Config,
    /// The configuration file's absolute path.
    pub(crate) file: Option<PathBuf>,
}

/// Reads the settings that the command line asks for.
pub(crate) fn load(line: &CommandLine) -> Result<Settings, Fault> {
    let file = line.file.as_ref().map(|file| absolute(&text::path(file)));
    let mut bytes = Vec::new();
    if let Some(path) = &file {
        bytes = std::fs::read(path).map_err(|error| {
            let (path, reason) = (path.display(), text::reason(&error));
            Fault::Unreadable(format!("Fatal error, can't open config file '{path}': {reason}"))
        })?;
    }
    let mut stdin = Vec::new();
    if line.stdin {
        std::io::stdin().read_to_end(&mut stdin).map_err(|error| {
            let reason = text::reason(&error);
            Fault::Unreadable(format!("Fatal error, can't read config from stdin: {reason}"))
        })?;
    }
    let mut files = Files { renames: Vec::new() };
    let parsed = Config::parse(&line.text(&bytes, &stdin), &mut files);
    let mut config = parsed.map_err(|error| match error {
        LoadError::Unreadable { .. } => Fault::Unreadable(error.to_string()),
        LoadError::Line { .. } | LoadError::Conflict { .. } => Fault::Wrong(error.to_string()),
    })?;
    if !config.logfile.is_empty()
        && let Err(error) = crate::log::check(&text::path(&config.logfile))
    {
        let reason = text::reason(&error);
        return Err(Fault::Wrong(format!("Can't open the log file: {reason}")));
    }
    config.dir = working_directory();
    Ok(Settings { config, file })
}

/// Returns the working directory, as the setting `dir` has it.
pub(crate) fn working_directory() -> Vec<u8> {
    let dir = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    dir.into_os_string().into_vec()
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// What reading a configuration needs of the world.
struct Files {
    renames: Vec<config::Words>,
}

impl Host for Files {
    fn read(&mut self, path: &[u8]) -> Result<Vec<u8>, String> {
        std::fs::read(text::path(path)).map_err(|error| text::reason(&error))
    }

    fn matching(&mut self, pattern: &[u8]) -> Vec<Vec<u8>> {
        let absolute = pattern.starts_with(b"/");
        let start = if absolute { PathBuf::from("/") } else { PathBuf::new() };
        let parts = pattern.split(|byte| *byte == b'/').filter(|part| !part.is_empty());
        let found = parts.fold(vec![start], |found, part| {
            found.iter().flat_map(|folder| entries(folder, part)).collect()
        });
        let mut paths: Vec<Vec<u8>> =
            found.into_iter().map(|path| path.into_os_string().into_vec()).collect();
        paths.sort();
        paths
    }

    fn accept(&mut self, directive: &Directive, words: &[Vec<u8>]) -> Result<(), String> {
        match (directive.name, words) {
            // What follows may be relative to it.
            ("dir", [dir]) => {
                std::env::set_current_dir(text::path(dir)).map_err(|error| text::reason(&error))
            }
            ("rename-command", _) => {
                self.renames.push(words.to_vec());
                node::check_renames(&self.renames).map_err(|error| match error {
                    spec::RenameError::NoSuchCommand { .. } => "No such command in rename-command",
                    spec::RenameError::NameTaken { .. } => "Target command name already exists",
                })?;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// Returns the entries of a folder that match a pattern without slashes.
fn entries(folder: &Path, pattern: &[u8]) -> Vec<PathBuf> {
    if glob::is_literal(pattern) {
        let path = folder.join(OsString::from_vec(pattern.to_vec()));
        return if path.exists() { vec![path] } else { Vec::new() };
    }
    let listed = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(list) = std::fs::read_dir(listed) else { return Vec::new() };
    list.flatten()
        .map(|entry| entry.file_name())
        // Hidden files are found by patterns that ask for them.
        .filter(|name| pattern.starts_with(b".") || !name.as_bytes().starts_with(b"."))
        .filter(|name| glob::matches(pattern, name.as_bytes(), Case::Sensitive))
        .map(|name| folder.join(name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_find_files_in_order() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["b.conf", "a.conf", "c.txt", ".hidden.conf"] {
            std::fs::write(folder.path().join(name), "").expect("a file");
        }
        let mut files = Files { renames: Vec::new() };
        let base = folder.path().to_str().expect("text");
        let mut find = |pattern: &str| {
            let found = files.matching(format!("{base}/{pattern}").as_bytes());
            let names = found.iter().map(|path| &path[base.len() + 1..]);
            names.map(|name| String::from_utf8_lossy(name).into_owned()).collect::<Vec<_>>()
        };
        assert_eq!(find("*.conf"), ["a.conf", "b.conf"]);
        assert_eq!(find("?.*"), ["a.conf", "b.conf", "c.txt"]);
        assert_eq!(find("x*"), [""; 0]);
    }

    #[test]
    fn options_come_after_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("my.conf");
        std::fs::write(&path, "maxmemory 1mb\nhz 20\n").expect("a file");
        let args = [path.as_os_str().as_bytes(), b"--hz", b"30"].map(<[u8]>::to_vec);
        let settings = load(&CommandLine::parse(&args)).expect("settings");
        assert_eq!((settings.config.maxmemory, settings.config.hz), (1 << 20, 30));
        assert_eq!(settings.file, Some(path));
    }

    #[test]
    fn faults_are_told_apart() {
        let fault = |args: &[&str]| {
            let args: Vec<Vec<u8>> = args.iter().map(|arg| arg.as_bytes().to_vec()).collect();
            load(&CommandLine::parse(&args)).expect_err("a fault")
        };
        assert!(matches!(fault(&["/nonexistent"]), Fault::Unreadable(line)
            if line == "Fatal error, can't open config file '/nonexistent': No such file or directory"));
        assert!(matches!(fault(&["--port", "x"]), Fault::Wrong(text)
            if text.ends_with(">>> 'port \"x\"'\nargument couldn't be parsed into an integer")));
        assert!(matches!(fault(&["--logfile", "/nonexistent/log"]), Fault::Wrong(text)
            if text == "Can't open the log file: No such file or directory"));
        assert!(matches!(fault(&["--rename-command", "nonsense", "x"]), Fault::Wrong(text)
            if text.ends_with("No such command in rename-command")));
    }
}
