//! A cluster's nodes and slots, so that each request goes where its key lives.

use std::io::Write;

use connector::Address;

use super::failure::Failure;
use super::options::Options;
use super::server::Server;
use crate::request::SLOTS;

/// A primary with the slots it serves.
#[derive(Debug)]
pub(super) struct Node {
    id: String,
    pub(super) server: Server,
    pub(super) slots: Vec<u16>,
}

/// Asks one node for all that serve slots.
pub(super) fn nodes(seed: &Server, options: &Options) -> Result<Vec<Node>, Failure> {
    let mut connection = seed.connect()?;
    let reply = seed.ask(&mut connection, &["CLUSTER", "NODES"])?;
    let mut nodes = Vec::new();
    for line in reply.as_str().unwrap_or_default().lines() {
        if let Some((id, address, slots)) = parse_line(line, &options.host) {
            nodes.push(Node { id, server: Server::at(address, options)?, slots });
        }
    }
    if nodes.is_empty() { Err(Failure::Cluster("0 node(s).".to_owned())) } else { Ok(nodes) }
}

/// Shows the nodes as `redis-benchmark` does.
pub(super) fn show(nodes: &[Node], out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "Cluster has {} master nodes:\n", nodes.len())?;
    for (index, node) in nodes.iter().enumerate() {
        writeln!(out, "Master {index}: {} {}", node.id, node.server.address)?;
    }
    writeln!(out)
}

/// Takes a line apart: `id host:port@bus,name flags primary ping pong epoch state slots…`. What is
/// no primary with slots is none.
fn parse_line(line: &str, own_host: &str) -> Option<(String, Address, Vec<u16>)> {
    let mut words = line.split(' ');
    let (id, place, flags) = (words.next()?, words.next()?, words.next()?);
    if !flags.split(',').any(|flag| flag == "master") {
        return None;
    }
    let (host, port) = place.split(['@', ',']).next()?.rsplit_once(':')?;
    let host = if host.is_empty() { own_host } else { host };
    let slots: Vec<u16> = words.skip(5).filter_map(slots).flatten().collect();
    let address = Address::tcp(host, port.parse().ok()?);
    (!slots.is_empty()).then(|| (id.to_owned(), address, slots))
}

/// Reads `5` or `0-5460`; slots on the move, in brackets, are still where they were.
fn slots(word: &str) -> Option<std::ops::RangeInclusive<u16>> {
    let (first, last) = word.split_once('-').unwrap_or((word, word));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (usize::from(last) < SLOTS).then_some(first..=last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primaries_with_slots_are_taken_from_the_list() {
        let line = "6b12 127.0.0.1:27780@37780,name myself,master - 0 1 1 connected 0-2 7 [9->-8c]";
        let (id, address, slots) = parse_line(line, "h").expect("a primary");
        assert_eq!((id.as_str(), address.to_string().as_str()), ("6b12", "127.0.0.1:27780"));
        assert_eq!(slots, [0, 1, 2, 7]);
        let line = "6b12 :7@17 master - 0 1 1 connected 5";
        assert_eq!(parse_line(line, "h").expect("a primary").1.to_string(), "h:7");
        for other in [
            "6b12 127.0.0.1:7@17 slave 81df 0 1 1 connected",
            "6b12 127.0.0.1:7@17 master - 0 1 1 connected",
            "6b12 nonsense master",
            "",
        ] {
            assert!(parse_line(other, "h").is_none(), "{other}");
        }
    }
}
