//! Rolling statistics, a line per interval.

use std::time::Duration;

use super::info::{Info, bytes};
use crate::clock;
use crate::keyspace;
use crate::out::{complain, say};
use crate::session::Session;

/// Lines between two headings.
const HEADING_EVERY: usize = 20;

/// What one line shows, summed over all nodes.
#[derive(Debug, Default)]
struct Sample {
    keys: i64,
    memory: i64,
    clients: i64,
    blocked: i64,
    requests: i64,
    connections: i64,
    saving: i64,
    rewriting: i64,
    loading: i64,
}

impl Sample {
    fn add(&mut self, info: &Info) {
        self.keys += info.keys();
        self.memory += info.number("used_memory");
        self.clients += info.number("connected_clients");
        self.blocked += info.number("blocked_clients");
        self.requests += info.number("total_commands_processed");
        self.connections += info.number("total_connections_received");
        self.saving |= info.number("rdb_bgsave_in_progress");
        self.rewriting |= info.number("aof_rewrite_in_progress");
        self.loading |= info.number("loading");
    }

    fn activity(&self) -> &'static str {
        match (self.saving, self.rewriting, self.loading) {
            (0, 0, 0) => "",
            (0, 0, _) => "LOAD",
            (_, 0, _) => "SAVE",
            (0, _, _) => "AOF",
            _ => "SAVE+AOF",
        }
    }
}

/// Shows statistics until the server is gone, or as many lines as `-r` says.
pub(crate) fn run(session: &mut Session) -> bool {
    let mut nodes = match keyspace::nodes(session) {
        Ok(nodes) => nodes,
        Err(message) => {
            complain!("{message}");
            return false;
        }
    };
    let interval = session.options.interval_or(Duration::from_secs(1));
    let mut requests_before: Option<i64> = None;
    let mut lines = 0;
    loop {
        let mut sample = Sample::default();
        for node in &mut nodes {
            match Info::fetch(node) {
                Ok(info) => sample.add(&info),
                Err(failure) => {
                    complain!("ERROR: {failure}");
                    return false;
                }
            }
        }
        if lines % HEADING_EVERY == 0 {
            say!(
                "------- data ------ --------------------- load -------------------- - child -\n\
                 keys       mem      clients blocked requests            connections          \n"
            );
        }
        let done = sample.requests - requests_before.unwrap_or(sample.requests);
        let requests = format!("{} (+{done})", sample.requests);
        say!(
            "{:<11}{:<9}{:<8}{:<8}{requests:<19} {:<12}{}\n",
            sample.keys,
            bytes(sample.memory),
            sample.clients,
            sample.blocked,
            sample.connections,
            sample.activity()
        );
        requests_before = Some(sample.requests);
        lines += 1;
        if i64::try_from(lines)
            .is_ok_and(|lines| session.options.repeat > 1 && lines >= session.options.repeat)
        {
            return true;
        }
        clock::sleep(interval);
    }
}
