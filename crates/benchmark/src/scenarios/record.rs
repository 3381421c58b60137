//! Results on record: tables between the markers of a Markdown file, with what is needed to judge
//! and to repeat them.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use stdx::clock::{Clock, SystemClock};

use super::failure::Failure;
use super::server::Server;
use super::{Lab, Report, Scenario};

/// Under which circumstances results were found.
#[derive(Debug)]
pub(super) struct Facts {
    machine: String,
    versions: Vec<String>,
    date: String,
    command: String,
}

/// Finds out; each server is started once to be asked for its version.
pub(super) fn facts(lab: &mut Lab, args: &[OsString]) -> Result<Facts, Failure> {
    let mut versions = Vec::new();
    for peer in &lab.peers {
        let mut server = Server::start(peer, lab.server_core, &[])?;
        versions.push(format!("{} = {}", peer.name, version(&mut server)));
    }
    let words: Vec<_> = args.iter().map(|arg| as_anywhere(&arg.to_string_lossy())).collect();
    Ok(Facts {
        machine: machine(),
        versions,
        date: date(SystemClock::new().unix_ms() / 1000),
        command: format!("sinter-scenarios {}", words.join(" ")),
    })
}

/// Returns a word of the command as it would be typed on another machine: of `NAME=/its/folders/program` the name of the program.
fn as_anywhere(word: &str) -> String {
    let Some((name, rest)) = word.split_once("=/") else { return word.to_owned() };
    let (path, args) = rest.split_at(rest.find(':').unwrap_or(rest.len()));
    format!("{name}={}{args}", path.rsplit('/').next().unwrap_or(path))
}

fn version(server: &mut Server) -> String {
    let mut fields = Vec::new();
    // What names a fork, then what it says it is compatible with.
    for field in ["sinter_version", "valkey_version", "redis_version", "mem_allocator"] {
        let section = if field == "mem_allocator" { "memory" } else { "server" };
        if let Some(value) = server.info_text(section, field) {
            fields
                .push(format!("{} {value}", field.trim_end_matches("_version").replace('_', " ")));
        }
    }
    if fields.is_empty() { "of an unknown version".to_owned() } else { fields.join(", ") }
}

fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpuinfo = read("/proc/cpuinfo");
    let model = cpuinfo
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("unknown processor", |rest| rest.trim_start_matches(['\t', ' ', ':']));
    let cores = cpuinfo.lines().filter(|line| line.starts_with("processor")).count();
    let gigabytes = stdx::sys::total_memory_bytes().unwrap_or_default() as f64 / f64::from(1 << 30);
    let kernel = read("/proc/sys/kernel/osrelease");
    let pages = read("/sys/kernel/mm/transparent_hugepage/enabled");
    let pages = pages.split(['[', ']']).nth(1).unwrap_or("unknown");
    let congestion = read("/proc/sys/net/ipv4/tcp_congestion_control");
    format!(
        "{model}, {cores} cores, {gigabytes:.0} GiB; Linux {}, huge pages {pages}, TCP {}",
        kernel.trim(),
        congestion.trim()
    )
}

/// Returns the day of a time in seconds since 1970, as `YYYY-MM-DD`.
///
/// Counted in eras of 400 years that begin on the first of March, so that the leap day is the last.
fn date(unix_s: u64) -> String {
    let days = unix_s / 86_400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = 400 * era + year_of_era + u64::from(month <= 2);
    format!("{year}-{month:02}-{day:02}")
}

/// Puts the report between the markers of its scenario.
pub(super) fn record(
    path: &Path,
    scenario: &Scenario,
    report: &Report,
    facts: &Facts,
) -> Result<(), Failure> {
    let about_file = path.display().to_string();
    let old = fs::read_to_string(path).map_err(Failure::io(&about_file))?;
    let mut text = format!("{}\n", report.about);
    for table in &report.tables {
        text.push('\n');
        text.push_str(&table.to_markdown());
    }
    text.push_str(&format!(
        "\n{}: `{}` on {}. {}.\n",
        facts.date,
        facts.command,
        facts.machine,
        facts.versions.join("; ")
    ));
    let new = replace(&old, scenario.name, &text).ok_or_else(|| {
        Failure::Usage(format!("{about_file} has no markers for {}", scenario.name))
    })?;
    fs::write(path, new).map_err(Failure::io(&about_file))
}

fn replace(document: &str, name: &str, text: &str) -> Option<String> {
    let begin = format!("<!-- begin {name} -->\n");
    let (before, rest) = document.split_once(&begin)?;
    let end = format!("<!-- end {name} -->");
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n{text}\n{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_as_the_calendar_does() {
        for (unix_s, expected) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (1_709_164_800, "2024-02-29"),
            (1_735_689_599, "2024-12-31"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(date(unix_s), expected);
        }
    }

    #[test]
    fn a_command_names_no_folders_of_this_machine() {
        for (word, expected) in [
            ("redis=/usr/bin/redis-server", "redis=redis-server"),
            ("a=/opt/a:--dir /tmp", "a=a:--dir /tmp"),
            ("sinter=target/release/sinter-server", "sinter=target/release/sinter-server"),
            ("--only", "--only"),
        ] {
            assert_eq!(as_anywhere(word), expected);
        }
    }

    #[test]
    fn only_what_is_between_the_markers_changes() {
        let document =
            "a\n<!-- begin x -->\nold\n<!-- end x -->\nb\n<!-- begin y -->\n<!-- end y -->\n";
        let expected =
            "a\n<!-- begin x -->\n\nnew\n\n<!-- end x -->\nb\n<!-- begin y -->\n<!-- end y -->\n";
        assert_eq!(
            replace(document, "x", "new\n").expect("markers").replace("\n\n<!--", "\n<!--"),
            expected.replace("\n\n<!--", "\n<!--")
        );
        assert_eq!(replace(document, "z", "new"), None);
    }

    #[test]
    fn the_document_has_markers_for_all_scenarios() {
        let document = include_str!("../../../../docs/benchmarks.md");
        for scenario in super::super::SCENARIOS {
            assert!(replace(document, scenario.name, "").is_some(), "{}", scenario.name);
        }
    }
}
