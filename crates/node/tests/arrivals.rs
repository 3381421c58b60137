//! Who may connect.

use config::Config;
use node::{Node, Peer, Start, Unmeasured};
use stdx::clock::ManualClock;

fn node(config: Config) -> Node {
    let clock = Box::new(ManualClock::new(1_700_000_000_000_000));
    Node::new(config, clock, Box::new(Unmeasured), 1, Start::default()).expect("a node")
}

fn remote() -> Peer {
    Peer { addr: "192.0.2.1:4711".to_owned(), ..Peer::default() }
}

fn local() -> Peer {
    Peer { addr: "127.0.0.1:4711".to_owned(), local: true, ..Peer::default() }
}

#[test]
fn without_a_password_only_this_machine_is_served() {
    let mut open = node(Config::default());
    let refusal = open.connect(remote()).expect_err("it is refused");
    let expected = "-DENIED Redis is running in protected mode because protected mode is enabled \
                    and no password is set for the default user.";
    assert!(refusal.starts_with(expected), "{refusal}");
    assert!(refusal.ends_with("\r\n") && refusal.matches('\n').count() == 1, "{refusal}");
    assert!(open.connect(local()).is_ok());
    assert_eq!(open.stats.rejected_connections, 1);
    assert_eq!(open.stats.connections, 1);

    let password = Config { requirepass: b"secret".to_vec(), ..Config::default() };
    assert!(node(password).connect(remote()).is_ok());
    let careless = Config { protected_mode: false, ..Config::default() };
    assert!(node(careless).connect(remote()).is_ok());
}

#[test]
fn there_is_always_a_place_for_sessions_of_the_program_itself() {
    let mut node = node(Config { maxclients: 1, ..Config::default() });
    assert!(node.connect(local()).is_ok());
    assert_eq!(node.connect(local()), Err("-ERR max number of clients reached\r\n"));
    let internal = Peer { internal: true, ..local() };
    assert!(node.connect(internal).is_ok());
    assert_eq!((node.stats.connections, node.stats.rejected_connections), (1, 1));
}
