//! `INFO server`: what runs here, and since when.

use super::Section;
use crate::version::{REDIS_VERSION, VERSION};

pub(super) const SECTION: Section = Section {
    name: "server",
    by_default: true,
    write: |node, report| {
        let (start, config) = (&node.start, &node.config);
        let now_us = node.clock.unix_us();
        let uptime_s = now_us.saturating_sub(start.unix_us) / 1_000_000;
        report.line("redis_version", REDIS_VERSION);
        report.line("sinter_version", VERSION);
        report.line("redis_git_sha1", "00000000");
        report.line("redis_git_dirty", 0);
        report.line("redis_build_id", VERSION);
        report.line("redis_mode", "standalone");
        report.line("os", &start.os);
        report.line("arch_bits", usize::BITS);
        report.line("monotonic_clock", "POSIX clock_gettime");
        report.line("multiplexing_api", "epoll");
        report.line("atomicvar_api", "core");
        // The compiler of C that had a part in it.
        report.line("gcc_version", "0.0.0");
        report.line("process_id", start.pid);
        report.line("process_supervised", start.supervised);
        report.line("run_id", &start.run_id);
        report.line("tcp_port", config.port);
        report.line("server_time_usec", now_us);
        report.line("uptime_in_seconds", uptime_s);
        report.line("uptime_in_days", uptime_s / 86_400);
        report.line("hz", config.hz);
        report.line("configured_hz", config.hz);
        report.line("lru_clock", node.shard.clock().lru_clock());
        report.line("executable", &start.executable);
        report.line("config_file", &start.config_file);
        report.flag("io_threads_active", false);

        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut listener = 0;
        if config.port != 0 && !config.bind.0.is_empty() {
            let binds: String =
                config.bind.0.iter().map(|address| format!("bind={},", text(address))).collect();
            let port = config.port;
            report.line(
                format_args!("listener{listener}"),
                format_args!("name=tcp,{binds}port={port}"),
            );
            listener += 1;
        }
        if !config.unixsocket.is_empty() {
            let path = text(&config.unixsocket);
            report.line(format_args!("listener{listener}"), format_args!("name=unix,bind={path}"));
        }
    },
};
