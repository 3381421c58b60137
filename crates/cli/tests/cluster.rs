//! The cluster manager on six and more real nodes: whatever it does, no key is lost.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test fails by panicking and uses real time"
)]

mod support;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use connector::{Address, Connection, Family, Timeouts};
use resp::value::Value;
use support::{Output, Server, eventually, run};

const KEYS: usize = 400;

/// Some servers, of which a cluster is made.
struct Nodes(Vec<Server>);

impl Nodes {
    fn start(count: usize) -> Option<Self> {
        let args = ["--cluster-enabled", "yes", "--cluster-node-timeout", "3000"];
        (0..count).map(|_| Server::start(&args)).collect::<Option<Vec<_>>>().map(Self)
    }

    fn address(&self, at: usize) -> String {
        format!("127.0.0.1:{}", self.0[at].port)
    }

    fn connect(&self, at: usize) -> Connection {
        connect(self.0[at].port)
    }

    fn id(&self, at: usize) -> String {
        text(&self.connect(at).request(&["CLUSTER", "MYID"]).unwrap())
    }

    /// Makes a cluster of the first `count` nodes.
    fn create(&self, count: usize, replicas: usize) {
        let addresses: Vec<_> = (0..count).map(|at| self.address(at)).collect();
        let replicas = replicas.to_string();
        let mut args = vec!["create"];
        args.extend(addresses.iter().map(String::as_str));
        args.extend(["--cluster-replicas", &replicas, "--cluster-yes"]);
        let output = manage(&args);
        assert_eq!(output.code, Some(0), "{output:?}");
        assert!(output.stdout.contains("[OK] All 16384 slots covered."), "{output:?}");
        eventually("the cluster is up", || {
            text(&self.connect(0).request(&["CLUSTER", "INFO"]).unwrap())
                .contains("cluster_state:ok")
        });
    }

    /// Stores keys through the client, following redirections.
    fn fill(&self) {
        let lines: String = (0..KEYS).map(|key| format!("set key:{key} value:{key}\n")).collect();
        let port = self.0[0].port.to_string();
        eventually("all nodes take writes", || {
            let output = client(&["-c", "-p", &port], lines.as_bytes());
            output.stdout == "OK\n".repeat(KEYS)
        });
    }

    /// Reads all keys and values from all primaries.
    fn content(&self) -> BTreeMap<String, String> {
        let mut content = BTreeMap::new();
        for at in 0..self.0.len() {
            let mut node = self.connect(at);
            if !text(&node.request(&["INFO", "replication"]).unwrap()).contains("role:master") {
                continue;
            }
            for key in node.request(&["KEYS", "*"]).unwrap().as_array().unwrap() {
                let key = text(key);
                let value = text(&node.request(&["GET", &key]).unwrap());
                assert_eq!(content.insert(key, value), None, "a key at two nodes");
            }
        }
        content
    }

    /// Returns the digest of all keys and values, wherever they are.
    fn digest(&self) -> [u8; 20] {
        let mut all = [0; 20];
        for at in 0..self.0.len() {
            let mut node = self.connect(at);
            if text(&node.request(&["ROLE"]).unwrap().as_array().unwrap()[0]) != "master" {
                continue;
            }
            // That of a node is made of those of its keys, each combined by exclusive or.
            let digest = text(&node.request(&["DEBUG", "DIGEST"]).unwrap());
            for (byte, digits) in all.iter_mut().zip(digest.as_bytes().chunks(2)) {
                *byte ^= u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap();
            }
        }
        all
    }

    /// Returns the node that has a key, which must be one only.
    fn keeper(&self, key: &str) -> usize {
        let has = |at: &usize| {
            let mut node = self.connect(*at);
            node.request(&["EXISTS", key]).is_ok_and(|reply| reply == Value::Integer(1))
        };
        let keepers: Vec<_> = (0..self.0.len()).filter(has).collect();
        assert_eq!(keepers.len(), 1, "{key} is at {keepers:?}");
        keepers[0]
    }

    fn keys_in_slot(&self, at: usize, slot: &str) -> i64 {
        let count = self.connect(at).request(&["CLUSTER", "COUNTKEYSINSLOT", slot]).unwrap();
        count.as_integer().unwrap()
    }

    fn slots(&self, at: usize) -> usize {
        let table = text(&self.connect(at).request(&["CLUSTER", "NODES"]).unwrap());
        let own = table.lines().find(|line| line.contains("myself")).unwrap();
        own.split(' ')
            .skip(8)
            .filter(|word| !word.starts_with('['))
            .map(|word| match word.split_once('-') {
                Some((first, last)) => {
                    last.parse::<usize>().unwrap() - first.parse::<usize>().unwrap() + 1
                }
                None => 1,
            })
            .sum()
    }
}

fn connect(port: u16) -> Connection {
    Connection::connect(&Address::tcp("127.0.0.1", port), Family::Any, Timeouts::default()).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value:?}")).to_owned()
}

fn client(args: &[&str], stdin: &[u8]) -> Output {
    run(Path::new(env!("CARGO_BIN_EXE_sinter-cli")), args, stdin, &[], Duration::from_secs(100))
}

fn manage(args: &[&str]) -> Output {
    let mut all = vec!["--cluster"];
    all.extend(args);
    client(&all, b"")
}

fn expected() -> BTreeMap<String, String> {
    (0..KEYS).map(|key| (format!("key:{key}"), format!("value:{key}"))).collect()
}

/// A client that counts in the cluster until it is told to stop.
struct Load {
    child: Child,
    stop: Arc<AtomicBool>,
    writer: JoinHandle<()>,
}

impl Load {
    const COUNTERS: usize = 200;

    fn start(port: u16) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sinter-cli"))
            .args(["-c", "-p", &port.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let shared = Arc::clone(&stop);
        let writer = std::thread::spawn(move || {
            for number in 0.. {
                if shared.load(Ordering::Relaxed) {
                    break;
                }
                writeln!(stdin, "incr load:{}", number % Self::COUNTERS).unwrap();
            }
        });
        Self { child, stop, writer }
    }

    /// Returns how often it has counted; every reply must be a number.
    fn stop(self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        let output = self.child.wait_with_output().unwrap();
        self.writer.join().unwrap();
        let replies = String::from_utf8(output.stdout).unwrap();
        for reply in replies.lines() {
            assert!(reply.parse::<usize>().is_ok(), "{reply}");
        }
        replies.lines().count()
    }
}

fn done(output: &Output) {
    assert_eq!(output.code, Some(0), "{output:?}");
}

#[test]
fn a_cluster_grows_shrinks_and_keeps_its_keys() {
    let Some(nodes) = Nodes::start(7) else { return };
    nodes.create(6, 1);
    nodes.fill();
    let (entry, new) = (nodes.address(0), nodes.address(6));
    done(&manage(&["check", &entry]));
    done(&manage(&["info", "127.0.0.1", &nodes.0[1].port.to_string()]));

    // A dry run tells and does nothing.
    let told = manage(&["add-node", &new, &entry, "--dry-run"]);
    assert!(told.stdout.contains("(dry run)") && told.stdout.contains("CLUSTER MEET"), "{told:?}");
    assert_eq!(manage(&["info", &new]).stdout.matches("slots |").count(), 1);

    done(&manage(&["add-node", &new, &entry]));
    let id = nodes.id(6);
    // A light node is enough: a slot is a slot.
    let weight = format!("{id}=0.05");
    let mut rebalance =
        vec!["rebalance", &entry, "--cluster-weight", &weight, "--cluster-simulate"];
    done(&manage(&rebalance));
    assert_eq!(nodes.slots(6), 0);
    rebalance.pop();
    rebalance.extend(["--cluster-pipeline", "3"]);
    done(&manage(&rebalance));
    let light = nodes.slots(6);
    assert!((250..300).contains(&light), "{light}");
    assert_eq!(nodes.content(), expected());

    let (source, target) = (nodes.id(0), nodes.id(1));
    let reshard = [
        "reshard",
        &entry,
        "--cluster-from",
        &source,
        "--cluster-to",
        &target,
        "--cluster-slots",
        "200",
        "--cluster-yes",
    ];
    let before = nodes.slots(1);
    done(&manage(&reshard));
    assert_eq!(nodes.slots(1), before + 200);
    assert_eq!(nodes.content(), expected());

    let refused = manage(&["del-node", &entry, &id]);
    assert!(refused.stderr.contains("is not empty!"), "{refused:?}");
    done(&manage(&["rebalance", &entry, "--cluster-weight", &format!("{id}=0")]));
    assert_eq!(nodes.slots(6), 0);
    done(&manage(&["del-node", &entry, &id]));
    assert_eq!(nodes.content(), expected());
    done(&manage(&["check", &entry]));

    let called = manage(&["call", &entry, "dbsize", "--cluster-only-masters"]);
    let keys: usize = called
        .stdout
        .lines()
        .filter_map(|line| line.rsplit(' ').next()?.parse::<usize>().ok())
        .sum();
    assert_eq!(keys, KEYS, "{called:?}");
    let scanned = client(&["-c", "-p", &nodes.0[0].port.to_string(), "--scan"], b"");
    assert_eq!(scanned.stdout.lines().count(), KEYS);

    let directory = tempfile::tempdir().unwrap();
    done(&manage(&["backup", &entry, directory.path().to_str().unwrap()]));
    let saved: Vec<_> =
        std::fs::read_dir(directory.path()).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(saved.len(), 4);
    let described = std::fs::read(directory.path().join("nodes.json")).unwrap();
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(&described).unwrap().as_array().unwrap().len(),
        6
    );
}

#[test]
fn slots_move_under_load_and_every_increment_counts() {
    let Some(nodes) = Nodes::start(6) else { return };
    nodes.create(6, 1);
    nodes.fill();
    let entry = nodes.address(0);
    let loads = [0, 1].map(|at| Load::start(nodes.0[at].port));
    let (source, target) = (nodes.id(0), nodes.id(1));
    let slots = ["--cluster-slots", "600", "--cluster-yes"];
    for (from, to) in [(&source, &target), (&target, &source)] {
        let ends = ["reshard", &entry, "--cluster-from", from, "--cluster-to", to];
        done(&manage(&[&ends[..], &slots[..]].concat()));
    }
    let weight = format!("{source}=0.8");
    done(&manage(&["rebalance", &entry, "--cluster-weight", &weight]));
    let counted: usize = loads.into_iter().map(Load::stop).sum();
    let content = nodes.content();
    let loaded = content.iter().filter(|(key, _)| key.starts_with("load:"));
    let sum: usize = loaded.map(|(_, value)| value.parse::<usize>().unwrap()).sum();
    assert_eq!(sum, counted);
    assert!(counted > Load::COUNTERS, "there was hardly any load: {counted}");
    let others = content.into_iter().filter(|(key, _)| key.starts_with("key:"));
    assert_eq!(others.collect::<BTreeMap<_, _>>(), expected());
    done(&manage(&["check", &entry]));
}

#[test]
fn diagnostics_cover_all_nodes() {
    let Some(nodes) = Nodes::start(6) else { return };
    nodes.create(6, 1);
    nodes.fill();
    let port = nodes.0[2].port.to_string();
    let ask = |args: &[&str]| {
        let output = client(&[&["-c", "-p", &port], args].concat(), b"");
        assert_eq!(output.code, Some(0), "{args:?}: {output:?}");
        output.stdout
    };
    let entry = nodes.address(0);
    let policy = ["config", "set", "maxmemory-policy", "allkeys-lfu"];
    done(&manage(&[&["call", &entry], &policy[..]].concat()));
    let all = format!("Sampled {KEYS} keys in the keyspace!");
    for option in ["--bigkeys", "--memkeys", "--hotkeys"] {
        let shown = ask(&[option]);
        assert!(shown.contains(&all), "{option}: {shown}");
    }
    assert!(ask(&["--keystats"]).contains(&format!("{KEYS} keys")));
    assert_eq!(ask(&["--scan"]).lines().count(), KEYS);
    let lines = ask(&["--stat", "-r", "2", "-i", "0.05"]);
    let shown = lines.lines().filter(|line| line.starts_with(&format!("{KEYS} "))).count();
    assert_eq!(shown, 2, "{lines}");
    let cache = ask(&["--lru-test", "300", "-r", "2"]);
    for line in cache.lines() {
        let (_, hits) = line.split_once("Hits: ").unwrap();
        let hits: u64 = hits.split(' ').next().unwrap().parse().unwrap();
        assert!(hits > 0, "{cache}");
    }
    assert_eq!(cache.lines().count(), 2, "{cache}");
    let alone = client(&["-p", &port, "--lru-test", "300", "-r", "2"], b"");
    assert!(alone.stderr.contains("is part of a cluster: use -c"), "{alone:?}");
    let latency = ask(&["--latency", "-i", "0.05"]);
    let top = ask(&["--top"]);
    assert!(top.contains("3 primaries"), "{top}");
    for at in 0..3 {
        let named = |line: &&str| line.starts_with(&nodes.address(at));
        assert_eq!(latency.lines().filter(named).count(), 1, "{latency}");
        let row = |line: &str| line.starts_with(&nodes.address(at)) && line.contains(" 546");
        assert!(top.lines().any(row), "{top}");
    }
}

#[test]
fn commands_of_all_nodes_are_watched_together() {
    let Some(nodes) = Nodes::start(3) else { return };
    nodes.create(3, 0);
    let port = nodes.0[0].port.to_string();
    let watcher = Command::new(env!("CARGO_BIN_EXE_sinter-cli"))
        .args(["-c", "-p", &port, "--monitor", "--monitor-commands", "set"])
        .args(["-r", &KEYS.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    for at in 0..3 {
        eventually("it listens", || {
            text(&nodes.connect(at).request(&["CLIENT", "LIST"]).unwrap()).contains("cmd=monitor")
        });
    }
    nodes.fill();
    let seen = String::from_utf8(watcher.wait_with_output().unwrap().stdout).unwrap();
    for at in 0..3 {
        let own = format!("{} ", nodes.address(at));
        assert!(seen.lines().any(|line| line.starts_with(&own)), "{seen}");
    }
    assert_eq!(seen.lines().count(), KEYS);
    assert!(seen.lines().all(|line| line.contains("\"set\" \"key:")), "{seen}");
}

#[test]
fn what_is_broken_is_found_and_fixed_without_losing_keys() {
    let Some(nodes) = Nodes::start(3) else { return };
    nodes.create(3, 0);
    nodes.fill();
    let entry = nodes.address(0);
    let ids: Vec<_> = (0..3).map(|at| nodes.id(at)).collect();
    // Slot of key:1: a move that stopped half way, before any key and after the last.
    let slot = nodes
        .connect(0)
        .request(&["CLUSTER", "KEYSLOT", "key:1"])
        .unwrap()
        .as_integer()
        .unwrap()
        .to_string();
    let owner = (0..3)
        .find(|at| nodes.connect(*at).request(&["EXISTS", "key:1"]).unwrap() == Value::Integer(1))
        .unwrap();
    let other = (owner + 1) % 3;
    nodes.connect(other).request(&["CLUSTER", "SETSLOT", &slot, "IMPORTING", &ids[owner]]).unwrap();
    nodes.connect(owner).request(&["CLUSTER", "SETSLOT", &slot, "MIGRATING", &ids[other]]).unwrap();
    let found = manage(&["check", &entry]);
    assert_eq!(found.code, Some(1), "{found:?}");
    assert!(found.stdout.contains(&format!("The following slots are open: {slot}.")), "{found:?}");
    done(&manage(&["fix", &entry, "--dry-run"]));
    assert_eq!(manage(&["check", &entry]).code, Some(1));
    done(&manage(&["fix", &entry]));
    done(&manage(&["check", &entry]));
    assert_eq!(nodes.content(), expected());
    assert_eq!(nodes.connect(other).request(&["EXISTS", "key:1"]).unwrap(), Value::Integer(1));

    // Only the target knows of a move, and it has got the key already.
    let third = (0..3).find(|at| ![owner, other].contains(at)).unwrap();
    nodes.connect(third).request(&["CLUSTER", "SETSLOT", &slot, "IMPORTING", &ids[other]]).unwrap();
    nodes.connect(other).request(&["CLUSTER", "SETSLOT", &slot, "MIGRATING", &ids[third]]).unwrap();
    let port = nodes.0[third].port.to_string();
    let moved = nodes
        .connect(other)
        .request(&["MIGRATE", "127.0.0.1", &port, "key:1", "0", "1000"])
        .unwrap();
    assert!(!moved.is_error(), "{moved:?}");
    nodes.connect(other).request(&["CLUSTER", "SETSLOT", &slot, "STABLE"]).unwrap();
    done(&manage(&["fix", &entry]));
    assert_eq!(nodes.content(), expected());

    // Slots that nobody owns, one with keys and one without.
    let free = nodes.connect(0).request(&["CLUSTER", "DELSLOTS", "1", "2"]).unwrap();
    assert!(!free.is_error(), "{free:?}");
    for at in 1..3 {
        nodes.connect(at).request(&["CLUSTER", "DELSLOTS", "1", "2"]).unwrap();
    }
    done(&manage(&["fix", &entry]));
    done(&manage(&["check", &entry, "--cluster-search-multiple-owners"]));
    assert_eq!(nodes.content(), expected());
}

/// Starts the manager and kills it, as soon as a condition holds, in a way that it cannot notice.
fn manage_and_kill(args: &[&str], mut condition: impl FnMut() -> bool) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sinter-cli"))
        .arg("--cluster")
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    eventually("it is time to kill", || {
        assert!(child.try_wait().unwrap().is_none(), "the manager was done too soon");
        condition()
    });
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn what_a_killed_reshard_has_left_is_fixed_without_losing_keys() {
    const MANY: i64 = 20_000;
    let Some(nodes) = Nodes::start(6) else { return };
    nodes.create(6, 1);
    nodes.fill();
    let entry = nodes.address(0);
    let (source, target) = (nodes.id(0), nodes.id(1));

    // One of the first slots of the first node has so many keys that moving it takes a while.
    let mut node = nodes.connect(0);
    let mut keyslot =
        |key: &str| node.request(&["CLUSTER", "KEYSLOT", key]).unwrap().as_integer().unwrap();
    let tag = (0..).map(|number| format!("{{{number}}}")).find(|tag| keyslot(tag) < 40).unwrap();
    let slot = keyslot(&tag).to_string();
    for key in 0..MANY {
        node.queue(&["SET", &format!("{tag}:{key}"), &format!("value:{key}")]);
    }
    node.flush().unwrap();
    for _ in 0..MANY {
        assert!(!node.reply().unwrap().is_error());
    }
    let digest = nodes.digest();
    let reshard = [
        "reshard",
        &entry,
        "--cluster-from",
        &source,
        "--cluster-to",
        &target,
        "--cluster-slots",
        "41",
        "--cluster-pipeline",
        "1",
        "--cluster-yes",
    ];
    manage_and_kill(&reshard, || nodes.keys_in_slot(1, &slot) > 100);
    assert!(nodes.keys_in_slot(0, &slot) > 0);
    let found = manage(&["check", &entry]);
    assert_eq!(found.code, Some(1), "{found:?}");
    assert!(found.stdout.contains(&format!("The following slots are open: {slot}.")), "{found:?}");

    // One of the keys is at both: a MIGRATE that got no answer in time leaves it so.
    let listed = nodes.connect(0).request(&["CLUSTER", "GETKEYSINSLOT", &slot, "1"]).unwrap();
    let key = text(&listed.as_array().unwrap()[0]);
    let copied = nodes.connect(0).request(&["DUMP", &key]).unwrap();
    let mut other = nodes.connect(1);
    let copied = copied.as_bytes().unwrap();
    other.request(&["ASKING"]).unwrap();
    let restored = other.request(&[&b"RESTORE"[..], key.as_bytes(), b"0", copied]).unwrap();
    assert!(!restored.is_error(), "{restored:?}");

    // Whoever repairs may be killed as well.
    let half = nodes.keys_in_slot(1, &slot) + 500;
    manage_and_kill(&["fix", &entry, "--cluster-pipeline", "1"], || {
        nodes.keys_in_slot(1, &slot) > half
    });
    done(&manage(&["fix", &entry]));
    done(&manage(&["check", &entry]));
    assert_eq!(nodes.digest(), digest);
    assert_eq!(nodes.keeper(&key), 1);
    assert_eq!(nodes.keys_in_slot(1, &slot), MANY);
    // What was not moved before is moved by asking again.
    done(&manage(&reshard));
    done(&manage(&["check", &entry]));
    assert_eq!(nodes.digest(), digest);
    let content = nodes.content();
    assert_eq!(content.len(), KEYS + usize::try_from(MANY).unwrap());
    assert!(expected().iter().all(|(key, value)| content.get(key) == Some(value)));
}

#[test]
fn two_values_of_one_key_are_never_decided_by_guessing() {
    let Some(nodes) = Nodes::start(3) else { return };
    nodes.create(3, 0);
    nodes.fill();
    let entry = nodes.address(0);
    let slot = nodes.connect(0).request(&["CLUSTER", "KEYSLOT", "key:1"]).unwrap();
    let slot = slot.as_integer().unwrap().to_string();
    let owner = nodes.keeper("key:1");
    let other = (owner + 1) % 3;
    let (from, to) = (nodes.id(owner), nodes.id(other));
    let mut target = nodes.connect(other);
    target.request(&["CLUSTER", "SETSLOT", &slot, "IMPORTING", &from]).unwrap();
    nodes.connect(owner).request(&["CLUSTER", "SETSLOT", &slot, "MIGRATING", &to]).unwrap();
    target.request(&["ASKING"]).unwrap();
    assert!(!target.request(&["SET", "key:1", "another"]).unwrap().is_error());
    let refused = manage(&["fix", &entry]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("--cluster-replace"), "{refused:?}");
    assert_eq!(text(&nodes.connect(owner).request(&["GET", "key:1"]).unwrap()), "value:1");
    done(&manage(&["fix", &entry, "--cluster-replace"]));
    assert_eq!(nodes.content(), expected());
}

#[test]
fn keys_of_a_lone_server_are_imported() {
    let (Some(nodes), Some(lone)) = (Nodes::start(3), Server::start(&[])) else { return };
    nodes.create(3, 0);
    let mut source = connect(lone.port);
    for key in 0..50 {
        source.request(&["SET", &format!("key:{key}"), &format!("value:{key}")]).unwrap();
    }
    let from = format!("127.0.0.1:{}", lone.port);
    let entry = nodes.address(0);
    done(&manage(&["import", &entry, "--cluster-from", &from, "--cluster-copy"]));
    assert_eq!(nodes.content().len(), 50);
    let again = manage(&["import", &entry, "--cluster-from", &from]);
    assert_eq!(again.code, Some(1), "{again:?}");
    done(&manage(&["import", &entry, "--cluster-from", &from, "--cluster-replace"]));
    assert_eq!(source.request(&["DBSIZE"]).unwrap(), Value::Integer(0));
    assert_eq!(nodes.content().len(), 50);
    assert!(manage(&["import", &entry]).stderr.contains("is required for subcommand"));
}

#[test]
fn too_few_nodes_are_refused_before_anything_is_done() {
    let output =
        manage(&["create", "127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3", "--cluster-replicas", "1"]);
    assert_eq!(output.code, Some(1));
    assert!(output.stderr.contains("At least 6 nodes are required"), "{output:?}");
}
