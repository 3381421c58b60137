//! A connection against a peer that plays a script.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::thread;
use std::time::Duration;

use connector::{Address, Connection, Error, Family, Timeouts};
use resp::value::Value;

/// Answers `script` to whoever connects, after having read `expected` bytes; returns these.
fn peer(expected: usize, script: &'static [u8]) -> (Address, thread::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let played = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = vec![0; expected];
        stream.read_exact(&mut request).unwrap();
        stream.write_all(script).unwrap();
        request
    });
    (Address::tcp("127.0.0.1", port), played)
}

fn connect(address: &Address, timeouts: Timeouts) -> Connection {
    Connection::connect(address, Family::Any, timeouts).unwrap()
}

#[test]
fn queued_requests_leave_together_and_are_answered_in_order() {
    let (address, played) = peer(34, b"+PONG\r\n$1\r\nv\r\n");
    let mut connection = connect(&address, Timeouts::default());
    connection.queue(&["PING"]);
    connection.queue(&["GET", "k"]);
    connection.flush().unwrap();
    assert_eq!(connection.reply().unwrap(), Value::Simple(b"PONG".to_vec()));
    assert_eq!(connection.reply().unwrap(), Value::Bulk(b"v".to_vec()));
    assert!(matches!(connection.reply(), Err(Error::Closed)));
    assert_eq!(played.join().unwrap(), b"*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n");
}

#[test]
fn pushes_are_set_aside_while_a_reply_is_awaited() {
    let (address, _played) = peer(14, b">1\r\n+news\r\n:1\r\n");
    let mut connection = connect(&address, Timeouts::default());
    assert_eq!(connection.request(&["PING"]).unwrap(), Value::Integer(1));
    let news = Value::Push(vec![Value::Simple(b"news".to_vec())]);
    assert_eq!(connection.take_pushes(), [news]);
}

#[test]
fn a_silent_peer_is_given_up() {
    let listener =
        TcpListener::bind("[::1]:0").or_else(|_| TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let address = Address::tcp(address.ip().to_string(), address.port());
    let io = Some(Duration::from_millis(20));
    let mut connection = connect(&address, Timeouts { connect: io, io });
    assert!(matches!(connection.request(&["PING"]), Err(Error::TimedOut)));
}

#[test]
fn a_unix_socket_serves_as_well() {
    let path = std::env::temp_dir().join(format!("connector-{}.sock", std::process::id()));
    let listener = UnixListener::bind(&path).unwrap();
    let played = thread::spawn(move || listener.accept().unwrap().0.write_all(b"+OK\r\n").unwrap());
    let mut connection = connect(&Address::Unix(path.clone()), Timeouts::default());
    assert_eq!(connection.receive().unwrap(), Value::Simple(b"OK".to_vec()));
    played.join().unwrap();
    std::fs::remove_file(path).unwrap();
}

#[test]
fn nobody_listening_is_reported_as_the_system_words_it() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = Address::tcp("127.0.0.1", port);
    let error = Connection::connect(&address, Family::V4, Timeouts::default()).unwrap_err();
    assert_eq!(error.to_string(), "Connection refused");
}
