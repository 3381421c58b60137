//! The process and the machine, for the node.

use std::cell::RefCell;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use config::{Concern, Config};
use node::{Crash, Machine};
use stdx::sys::{CpuTimes, Whose};

use crate::limits::{self, OomScore};
use crate::listeners::Listeners;
use crate::log::Log;
use crate::title::Title;
use crate::{crash, memory, settings, text};

/// The process and the machine.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) log: Rc<Log>,
    pub(crate) listeners: Rc<RefCell<Listeners>>,
    pub(crate) title: Title,
    pub(crate) oom_score: OomScore,
    /// The configuration file's absolute path.
    pub(crate) file: Option<PathBuf>,
}

impl Process {
    /// Brings title, standing with the kernel and allocator in line with the settings.
    pub(crate) fn follow(&mut self, config: &Config) -> Result<(), String> {
        self.title.follow(config, self.file.as_deref());
        memory::purge_in_background(config.jemalloc_bg_thread);
        self.oom_score.follow(config, &self.log)
    }
}

impl Machine for Process {
    fn cpu_times(&self, whose: Whose) -> CpuTimes {
        stdx::sys::cpu_times(whose)
    }

    fn total_memory(&self) -> u64 {
        stdx::sys::total_memory_bytes().unwrap_or_default()
    }

    fn apply(
        &mut self,
        concern: Concern,
        cause: &'static str,
        config: &mut Config,
    ) -> Result<(), String> {
        match concern {
            Concern::Listeners => {
                let opened = self.listeners.borrow_mut().open_tcp(config);
                self.title.follow(config, self.file.as_deref());
                opened.map_err(|()| match cause {
                    "bind" => "Failed to bind to specified addresses.".to_owned(),
                    _ => "Unable to listen on this port. Check server logs.".to_owned(),
                })
            }
            Concern::ClientLimit => limits::allow_clients(config.maxclients).map_err(|most| {
                format!(
                    "The operating system is not able to handle the specified number of clients, \
                     try with {most}"
                )
            }),
            Concern::Logging => {
                self.log.configure(config);
                Ok(())
            }
            Concern::Process => self.follow(config),
            Concern::Directory => {
                std::env::set_current_dir(text::path(&config.dir))
                    .map_err(|error| text::reason(&error))?;
                config.dir = settings::working_directory();
                Ok(())
            }
            Concern::Debugging => {
                crash::follow(config);
                Ok(())
            }
            // The node's own business, or nobody's yet.
            Concern::ClientMemory
            | Concern::Eviction
            | Concern::Cron
            | Concern::Snapshots
            | Concern::AppendLog
            | Concern::Replication
            | Concern::Cluster
            | Concern::Tls
            | Concern::Acl
            | Concern::SlowLog
            | Concern::Latency
            | Concern::Tracking
            | Concern::Defrag => Ok(()),
        }
    }

    fn read_config_file(&self) -> Result<Vec<u8>, String> {
        match std::fs::read(self.path()?) {
            Ok(text) => Ok(text),
            // Somebody has removed it; the settings are still here.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(text::reason(&error)),
        }
    }

    fn write_config_file(&mut self, text: &[u8]) -> Result<(), String> {
        replace(self.path()?, text).map_err(|error| text::reason(&error))
    }

    fn allocator_value(&mut self, name: &str, new: Option<i64>) -> Option<i64> {
        memory::control(name, new)
    }

    fn allocator_text(&self, name: &str) -> Option<String> {
        memory::text(name)
    }

    fn stall(&mut self, micros: u64) {
        #[expect(clippy::disallowed_methods, reason = "somebody asked for it")]
        std::thread::sleep(Duration::from_micros(micros));
    }

    fn crash(&mut self, how: Crash) {
        match how {
            Crash::Segfault => crash::segfault_on_request(),
            Crash::Assertion => assert_eq!(1, 2, "DEBUG ASSERT was called"),
            Crash::Panic => crash::panic_on_request("DEBUG PANIC was called"),
            Crash::OutOfMemory => crash::exhaust_memory_on_request(),
        }
    }
}

impl Process {
    fn path(&self) -> Result<&Path, String> {
        self.file.as_deref().ok_or_else(|| "there is no config file".to_owned())
    }
}

/// Replaces a file such that there is always one, the old or the new, also after a power failure.
fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    // A link stays one, and what it points to is replaced.
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().unwrap_or_else(|| Path::new("/"));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let new = folder.join(format!("{name}.{}.tmp", std::process::id()));
    let written = write_new(&new, &path, text).and_then(|()| std::fs::rename(&new, &path));
    if let Err(error) = written {
        // It may not even be there.
        let _ = std::fs::remove_file(&new);
        return Err(error);
    }
    std::fs::File::open(folder)?.sync_all()
}

fn write_new(new: &Path, old: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = std::fs::File::create(new)?;
    if let Ok(old) = std::fs::metadata(old) {
        file.set_permissions(old.permissions())?;
    }
    file.write_all(text)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn replaced_file_keeps_its_mode_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("conf");
        std::fs::write(&path, "old").expect("a file");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("a mode");
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).expect("a link");

        replace(&link, b"new").expect("it is replaced");
        assert_eq!(std::fs::read(&path).expect("it is there"), b"new");
        let mode = std::fs::metadata(&path).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 2);
        assert!(link.is_symlink());
    }
}
