//! Who is in the cluster, and what each node believes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use connector::Address;
use resp::value::Value;

use super::notes::{Note, note};
use super::slots::{parse_run, runs, shown};
use super::{Call, Failed};
use crate::clock;
use crate::out::say;
use crate::session::Session;

/// How long nodes are given to agree, and between two looks.
const AGREE_WITHIN: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What a line of CLUSTER NODES says.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Line {
    pub(super) id: String,
    place: String,
    pub(super) flags: Vec<String>,
    /// The primary, for a replica.
    pub(super) primary: Option<String>,
    pub(super) epoch: u64,
    pub(super) slots: BTreeSet<u16>,
    /// Slots on their way out, and to which node.
    pub(super) migrating: BTreeMap<u16, String>,
    /// Slots on their way in, and from which node.
    pub(super) importing: BTreeMap<u16, String>,
}

impl Line {
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let id = words.next()?.to_owned();
        let place = words.next()?.split([',', '@']).next()?.to_owned();
        let flags = words.next()?.split(',').map(str::to_owned).collect();
        let primary = words.next().filter(|id| *id != "-").map(str::to_owned);
        let epoch = words.nth(2)?.parse().ok()?;
        let mut line = Self { id, place, flags, primary, epoch, ..Self::default() };
        for word in words.skip(1) {
            if let Some(open) = word.strip_prefix('[').and_then(|word| word.strip_suffix(']')) {
                if let Some((slot, node)) = open.split_once("->-") {
                    line.migrating.insert(slot.parse().ok()?, node.to_owned());
                } else if let Some((slot, node)) = open.split_once("-<-") {
                    line.importing.insert(slot.parse().ok()?, node.to_owned());
                }
            } else {
                line.slots.extend(parse_run(word)?);
            }
        }
        Some(line)
    }

    pub(super) fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|known| known == flag)
    }
}

/// Reads the table that CLUSTER NODES prints.
pub(super) fn parse_table(text: &str) -> Vec<Line> {
    text.lines().filter_map(Line::parse).collect()
}

/// Returns the addresses of the primaries in the table that CLUSTER NODES prints.
pub(crate) fn primaries(table: &str, asked: &Address) -> Vec<Address> {
    let lines = parse_table(table);
    let wanted = lines.iter().filter(|line| line.has("master") && !line.has("noaddr"));
    let address = |line: &Line| {
        if line.has("myself") { Some(asked.clone()) } else { Address::parse(&line.place) }
    };
    wanted.filter_map(address).collect()
}

/// Returns the slots that the node serves that printed the table.
pub(crate) fn own_slots(table: &str) -> BTreeSet<u16> {
    let own = parse_table(table).into_iter().find(|line| line.has("myself"));
    own.map(|line| line.slots).unwrap_or_default()
}

/// A node that we talk to.
pub(super) struct Node {
    pub(super) address: Address,
    /// What the node says of itself.
    pub(super) line: Line,
    pub(super) session: Session,
    /// What the node says of all, one entry per primary.
    view: Vec<String>,
}

impl Node {
    /// Connects to a node and hears it out. Returns also what it says of the others.
    pub(super) fn open(origin: &Session, address: &Address) -> Result<(Self, Vec<Line>), Failed> {
        let mut session = origin.sibling(address.clone());
        // Why not has been told.
        session.connect().map_err(|_| Failed(String::new()))?;
        let mut node =
            Self { address: address.clone(), line: Line::default(), session, view: Vec::new() };
        let lines = node.refresh()?;
        Ok((node, lines))
    }

    /// Hears the node out again.
    pub(super) fn refresh(&mut self) -> Result<Vec<Line>, Failed> {
        let reply = self.ask(&["CLUSTER", "NODES"])?;
        let lines = parse_table(reply.as_str().unwrap_or_default());
        let Some(own) = lines.iter().find(|line| line.has("myself")) else {
            return Err(
                format!("[ERR] Node {} does not find itself in its cluster", self.address).into()
            );
        };
        self.line = own.clone();
        self.view = lines
            .iter()
            .filter(|line| line.has("master") && !line.has("noaddr") && !line.has("handshake"))
            .map(|line| format!("{}:{}", line.id, shown(&line.slots)))
            .collect();
        self.view.sort_unstable();
        Ok(lines)
    }

    /// Asks something that changes nothing.
    pub(super) fn ask<A: AsRef<[u8]>>(&mut self, args: &[A]) -> Result<Value, Failed> {
        let reply = self.session.call(args);
        let reply = reply
            .map_err(|failure| Failed::from(format!("[ERR] Node {}: {failure}", self.address)))?;
        match reply.as_error() {
            Some(text) => {
                Err(format!("[ERR] Node {}: {}", self.address, String::from_utf8_lossy(text))
                    .into())
            }
            None => Ok(reply),
        }
    }

    /// Sends something that changes the node; in a dry run says so instead.
    pub(super) fn change<A: AsRef<[u8]>>(&mut self, args: &[A]) -> Result<(), Failed> {
        if self.session.options.dry_run {
            let words: Vec<_> =
                args.iter().map(|arg| String::from_utf8_lossy(arg.as_ref())).collect();
            say!("(dry run) {} {}\n", self.address, words.join(" "));
            return Ok(());
        }
        self.ask(args).map(drop)
    }

    pub(super) fn is_primary(&self) -> bool {
        self.line.has("master")
    }

    /// Returns how many keys the node has in a slot.
    pub(super) fn keys_in_slot(&mut self, slot: u16) -> Result<i64, Failed> {
        let reply = self.ask(&["CLUSTER", "COUNTKEYSINSLOT", &slot.to_string()])?;
        Ok(reply.as_integer().unwrap_or(0))
    }
}

/// All nodes of a cluster; the one we began with is the first.
pub(super) struct Cluster {
    pub(super) nodes: Vec<Node>,
    /// Primaries that are listed and cannot be reached.
    pub(super) unreachable: Vec<String>,
}

impl Cluster {
    /// Learns about all nodes from one of them.
    pub(super) fn load(call: &Call<'_>, entry: &Address) -> Result<Self, Failed> {
        let (first, lines) = Node::open(call.session, entry)?;
        if lines.is_empty() {
            return Err(format!("[ERR] Node {entry} is not configured as a cluster node.").into());
        }
        let mut cluster = Self { nodes: vec![first], unreachable: Vec::new() };
        for line in lines.iter().filter(|line| !line.has("myself")) {
            if line.has("noaddr") || line.has("handshake") {
                continue;
            }
            let opened = Address::parse(&line.place)
                .ok_or_else(|| Failed::from("[ERR] a node without an address"))
                .and_then(|address| Node::open(call.session, &address));
            match opened {
                Ok((node, _)) => cluster.nodes.push(node),
                Err(_) if line.has("master") => cluster.unreachable.push(line.place.clone()),
                Err(_) => {}
            }
        }
        Ok(cluster)
    }

    /// Hears all nodes out again.
    pub(super) fn refresh(&mut self) -> Result<(), Failed> {
        self.nodes.iter_mut().try_for_each(|node| node.refresh().map(drop))
    }

    /// Returns whether all nodes see the same owners.
    pub(super) fn agrees(&self) -> bool {
        self.nodes.windows(2).all(|pair| pair[0].view == pair[1].view)
    }

    /// Waits until all nodes see the same owners. News travels by gossip, so that takes a while.
    pub(super) fn wait_for_agreement(&mut self) -> Result<bool, Failed> {
        let started = clock::now();
        loop {
            self.refresh()?;
            if self.agrees() {
                return Ok(true);
            }
            if started.elapsed() > AGREE_WITHIN {
                return Ok(false);
            }
            clock::sleep(LOOK_EVERY);
        }
    }

    /// Returns the places of the primaries in `nodes`.
    pub(super) fn primaries(&self) -> Vec<usize> {
        (0..self.nodes.len()).filter(|at| self.nodes[*at].is_primary()).collect()
    }

    pub(super) fn replicas_of(&self, id: &str) -> usize {
        self.nodes.iter().filter(|node| node.line.primary.as_deref() == Some(id)).count()
    }

    /// Finds a node by its ID.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        self.nodes.iter().position(|node| node.line.id.eq_ignore_ascii_case(id))
    }

    /// Finds the primary that owns a slot in its own view.
    pub(super) fn owners(&self, slot: u16) -> Vec<usize> {
        self.primaries()
            .into_iter()
            .filter(|at| self.nodes[*at].line.slots.contains(&slot))
            .collect()
    }

    /// Returns the slots that somebody owns.
    pub(super) fn covered(&self) -> BTreeSet<u16> {
        self.nodes.iter().flat_map(|node| node.line.slots.iter().copied()).collect()
    }

    /// Shows all nodes, with their slots and replicas.
    pub(super) fn show(&self) {
        for node in &self.nodes {
            describe(node, self.replicas_of(&node.line.id), 0);
        }
    }

    /// Shows how keys and slots are distributed.
    pub(super) fn show_summary(&mut self) -> Result<(), Failed> {
        let mut keys = 0;
        let primaries = self.primaries();
        for &at in &primaries {
            let replicas = self.replicas_of(&self.nodes[at].line.id);
            let node = &mut self.nodes[at];
            let count = node.ask(&["DBSIZE"])?.as_integer().unwrap_or(0);
            keys += count;
            say!(
                "{} ({}...) -> {count} keys | {} slots | {replicas} slaves.\n",
                node.address,
                node.line.id.get(..8).unwrap_or_default(),
                node.line.slots.len()
            );
        }
        note(Note::Good, &format!("[OK] {keys} keys in {} masters.", primaries.len()));
        say!("{:.2} keys per slot on average.\n", keys as f64 / f64::from(super::slots::SLOTS));
        Ok(())
    }
}

/// Shows one node.
pub(super) fn describe(node: &Node, replicas: usize, indent: usize) {
    let gap = " ".repeat(indent);
    let line = &node.line;
    let letter = if node.is_primary() { 'M' } else { 'S' };
    say!("{gap}{letter}: {} {}\n", line.id, node.address);
    let role = if node.is_primary() { "master" } else { "slave" };
    say!("{gap}   slots:{} ({} slots) {role}\n", slots_or_blank(line), line.slots.len());
    if let Some(primary) = &line.primary {
        say!("{gap}   replicates {primary}\n");
    }
    if replicas > 0 {
        say!("{gap}   {replicas} additional replica(s)\n");
    }
}

fn slots_or_blank(line: &Line) -> String {
    if runs(&line.slots).is_empty() { " ".trim_end().to_owned() } else { shown(&line.slots) }
}

#[cfg(test)]
mod tests {
    use super::{parse_table, primaries};
    use connector::Address;

    const TABLE: &str = "\
        aa 127.0.0.1:7001@17001,host master - 0 1 8 connected 5461-5463 7 [9->-bb] [11-<-bb]\n\
        bb :7000@17000 myself,master - 0 0 1 connected 0-5460\n\
        cc 127.0.0.1:7003@17003 slave aa 0 1 8 connected\n\
        dd :0@0 master,fail,noaddr - 0 1 8 disconnected\n";

    #[test]
    fn a_table_tells_slots_and_open_slots() {
        let lines = parse_table(TABLE);
        assert_eq!(lines.len(), 4);
        assert_eq!(lines[0].slots.len(), 4);
        assert_eq!(
            (lines[0].migrating[&9].as_str(), lines[0].importing[&11].as_str()),
            ("bb", "bb")
        );
        assert_eq!((lines[0].epoch, lines[2].primary.as_deref()), (8, Some("aa")));
    }

    #[test]
    fn primaries_are_found_with_their_addresses() {
        let asked = Address::tcp("here", 7000);
        assert_eq!(primaries(TABLE, &asked), [Address::tcp("127.0.0.1", 7001), asked]);
    }
}
