//! What the system allows: open files, the queue of connections, and its killer of processes.

use config::{Config, OomScoreAdj};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::log::Log;
use crate::text;

/// Descriptors that are not clients: listeners, the log, files being saved, and some to spare.
const RESERVED_FILES: u64 = 32;

/// Adapts the limit on open files to the number of clients, or that number to what can be had.
///
/// Returns the number of clients that there can be; fails when that is none.
pub(crate) fn fit_open_files(maxclients: u32, log: &Log) -> Result<u32, ()> {
    let wanted = u64::from(maxclients) + RESERVED_FILES;
    let limit = getrlimit(Resource::Nofile);
    let Some(current) = limit.current.filter(|current| *current < wanted) else {
        return Ok(maxclients);
    };
    let raised = raise_open_files(wanted, limit);
    match &raised {
        Ok(()) => {
            log.notice(&format!(
                "Increased maximum number of open files to {wanted} (it was originally set to {current})."
            ));
            Ok(maxclients)
        }
        Err(error) => {
            // As many as one may have without asking anybody.
            let most = limit.maximum.unwrap_or(wanted).min(wanted).max(current);
            let now = if raise_open_files(most, limit).is_ok() { most } else { current };
            if now <= RESERVED_FILES {
                let least = RESERVED_FILES + 1;
                log.warning(&format!(
                    "Your current 'ulimit -n' of {now} is not enough for the server to start. Please \
                     increase your open file limit to at least {least}. Exiting."
                ));
                return Err(());
            }
            let reduced = u32::try_from(now - RESERVED_FILES).unwrap_or(maxclients);
            let reason = text::reason(error);
            log.warning(&format!(
                "You requested maxclients of {maxclients} requiring at least {wanted} max file descriptors."
            ));
            log.warning(&format!(
                "Server can't set maximum open files to {wanted} because of OS error: {reason}."
            ));
            log.warning(&format!(
                "Current maximum open files is {now}. maxclients has been reduced to {reduced} to \
                 compensate for low ulimit. If you need higher maxclients increase 'ulimit -n'."
            ));
            Ok(reduced)
        }
    }
}

fn raise_open_files(wanted: u64, limit: Rlimit) -> std::io::Result<()> {
    // Beyond the maximum only the superuser may go.
    let maximum = limit.maximum.map(|maximum| maximum.max(wanted));
    Ok(setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum })?)
}

/// Allows for this many clients; fails with the number that can be had.
pub(crate) fn allow_clients(maxclients: u32) -> Result<(), u64> {
    let wanted = u64::from(maxclients) + RESERVED_FILES;
    let limit = getrlimit(Resource::Nofile);
    let enough = limit.current.is_none_or(|current| current >= wanted);
    if enough || raise_open_files(wanted, limit).is_ok() {
        return Ok(());
    }
    Err(limit.current.unwrap_or_default().saturating_sub(RESERVED_FILES))
}

/// Warns when the kernel cuts the queue of connections.
pub(crate) fn check_backlog(config: &Config, log: &Log) {
    let path = "/proc/sys/net/core/somaxconn";
    let Ok(most) = std::fs::read_to_string(path) else { return };
    let Ok(most) = most.trim().parse::<u32>() else { return };
    let backlog = config.tcp_backlog;
    if config.port != 0 && most < backlog {
        log.warning(&format!(
            "WARNING: The TCP backlog setting of {backlog} cannot be enforced because {path} is set \
             to the lower value of {most}."
        ));
    }
}

/// The process' standing with the kernel's killer of processes when memory runs out.
#[derive(Debug, Default)]
pub(crate) struct OomScore {
    /// What the adjustment was before ours, as long as ours is in force.
    original: Option<i32>,
}

const OOM_FILE: &str = "/proc/self/oom_score_adj";

/// The least and the greatest adjustment that the kernel knows.
const OOM_MIN: i32 = -1000;
const OOM_MAX: i32 = 1000;

impl OomScore {
    /// Follows the settings; fails with the reason.
    pub(crate) fn follow(&mut self, config: &Config, log: &Log) -> Result<(), String> {
        let own = config.oom_score_adj_values.primary;
        let original = self.original.unwrap_or_else(current_score);
        let (wanted, adjusted) = match config.oom_score_adj {
            // Somebody else's adjustment is left alone.
            OomScoreAdj::No if self.original.is_none() => return Ok(()),
            OomScoreAdj::No => (original, false),
            OomScoreAdj::Yes | OomScoreAdj::Relative => (original.saturating_add(own), true),
            OomScoreAdj::Absolute => (own, true),
        };
        let wanted = wanted.clamp(OOM_MIN, OOM_MAX);
        std::fs::write(OOM_FILE, wanted.to_string()).map_err(|error| {
            log.warning(&format!("Unable to write oom_score_adj: {}", text::reason(&error)));
            "Failed to set current oom_score_adj. Check server logs.".to_owned()
        })?;
        self.original = adjusted.then_some(original);
        Ok(())
    }
}

fn current_score() -> i32 {
    let score = std::fs::read_to_string(OOM_FILE).ok();
    score.and_then(|text| text.trim().parse().ok()).unwrap_or_default()
}
