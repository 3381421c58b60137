//! Walking through all keys with SCAN.

use std::rc::Rc;

use resp::value::Value;

use crate::options::{Options, Output};
use crate::out::complain;
use crate::quoting::quote_into;
use crate::session::{Failure, Session};
use crate::{clock, out};

/// A walk through the keys of one node.
#[derive(Debug)]
pub(crate) struct Walk {
    cursor: u64,
    done: bool,
}

impl Walk {
    /// Begins where the options say.
    pub(crate) fn new(options: &Options) -> Self {
        Self { cursor: options.cursor, done: false }
    }

    /// Returns the next keys, or `None` at the end. A batch may be empty.
    pub(crate) fn next_batch(
        &mut self,
        session: &mut Session,
    ) -> Result<Option<Vec<Vec<u8>>>, String> {
        if self.done {
            return Ok(None);
        }
        let options = Rc::clone(&session.options);
        let mut request: Vec<Vec<u8>> =
            vec![b"SCAN".to_vec(), self.cursor.to_string().into_bytes()];
        if let Some(pattern) = &options.pattern {
            request.extend([b"MATCH".to_vec(), pattern.clone()]);
        }
        if let Some(count) = options.scan_count {
            request.extend([b"COUNT".to_vec(), count.to_string().into_bytes()]);
        }
        if let Some(kind) = &options.scan_type {
            request.extend([b"TYPE".to_vec(), kind.clone()]);
        }
        let reply = session.call(&request).map_err(|failure| failure.to_string())?;
        if let Some(text) = reply.as_error() {
            return Err(String::from_utf8_lossy(text).into_owned());
        }
        let Some([cursor, keys]) = reply.as_array() else {
            return Err("Non ARRAY response from SCAN!".to_owned());
        };
        self.cursor = cursor
            .as_str()
            .and_then(|cursor| cursor.parse().ok())
            .ok_or("SCAN answered without a cursor")?;
        self.done = self.cursor == 0;
        let keys = keys.as_array().unwrap_or_default();
        Ok(Some(keys.iter().filter_map(Value::as_bytes).map(<[u8]>::to_vec).collect()))
    }
}

/// Lists the keys of all nodes, and returns whether that worked.
pub(crate) fn list(session: &mut Session) -> bool {
    for mut node in match nodes(session) {
        Ok(nodes) => nodes,
        Err(message) => {
            complain!("{message}");
            return false;
        }
    } {
        if let Err(message) = list_node(&mut node) {
            complain!("ERROR: {message}");
            return false;
        }
    }
    true
}

fn list_node(session: &mut Session) -> Result<(), String> {
    let mut walk = Walk::new(&session.options);
    while let Some(keys) = walk.next_batch(session)? {
        let mut lines = Vec::new();
        for key in keys {
            if session.options.output == Output::Standard {
                quote_into(&mut lines, &key);
            } else {
                lines.extend_from_slice(&key);
            }
            lines.push(b'\n');
        }
        out::bytes(&lines);
        if let Some(rest) = session.options.interval {
            clock::sleep(rest);
        }
    }
    Ok(())
}

/// Returns connected sessions with all nodes that hold keys: the primaries, if the options ask
/// for cluster mode and the server is part of one, else just the server. Why a node cannot be
/// reached has been told when this fails for it.
pub(crate) fn nodes(session: &mut Session) -> Result<Vec<Session>, String> {
    session.connect().map_err(|_| "no node to look at".to_owned())?;
    let mut addresses = Vec::new();
    if session.options.follow_redirections {
        match session.call(&["CLUSTER", "NODES"]) {
            Ok(reply) if !reply.is_error() => {
                let table = reply.as_str().unwrap_or_default();
                addresses = crate::cluster::primaries(table, &session.address);
            }
            Ok(_) | Err(Failure::NotConnected) => {}
            Err(failure) => return Err(format!("Error: {failure}")),
        }
    }
    if addresses.is_empty() {
        addresses.push(session.address.clone());
    }
    // Each node gets a session of its own, and this one is in the way of who counts clients.
    session.disconnect();
    let mut nodes = Vec::new();
    for address in addresses {
        let mut node = session.sibling(address);
        node.connect().map_err(|_| "a node cannot be reached".to_owned())?;
        nodes.push(node);
    }
    Ok(nodes)
}

/// Returns how many keys there are in the selected databases of all nodes.
pub(crate) fn size(nodes: &mut [Session]) -> Result<u64, String> {
    let mut total = 0;
    for node in nodes {
        let reply = node.call(&["DBSIZE"]).map_err(|failure| failure.to_string())?;
        if let Some(text) = reply.as_error() {
            return Err(format!("Couldn't determine DBSIZE: {}", String::from_utf8_lossy(text)));
        }
        total += reply.as_integer().and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
    }
    Ok(total)
}
