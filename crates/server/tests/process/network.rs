//! Many clients, and too many.

use connector::Address;
use testkit::eventually;

use crate::{ask, connect, server};

#[test]
fn hundreds_of_clients_are_served_at_once() {
    let server = server("");
    let mut clients: Vec<_> = (0..500).map(|_| server.connect()).collect();
    for (number, client) in clients.iter_mut().enumerate() {
        let number = number.to_string();
        client.queue(&["SET", &number, &number]);
        client.queue(&["GET", &number]);
        client.flush().expect("it takes requests");
    }
    for (number, client) in clients.iter_mut().enumerate() {
        assert_eq!(client.reply().expect("an answer").as_str(), Some("OK"));
        let value = client.reply().expect("an answer");
        assert_eq!(value.as_str(), Some(&*number.to_string()));
    }
    assert_eq!(server.info("connected_clients"), "501");
    assert_eq!(ask(&server, "DBSIZE"), "500");
    drop(clients);
    eventually("the clients to be gone", || server.info("connected_clients") == "1");
}

#[test]
fn one_client_too_many_is_told_so_and_there_is_room_again_later() {
    let server = server("--maxclients 2");
    let first = server.connect();
    let mut second = server.connect();
    assert_eq!(second.request(&["PING"]).expect("an answer").as_str(), Some("PONG"));
    let mut third = server.connect();
    let refusal = third.receive().expect("a last word");
    assert_eq!(refusal.as_error(), Some(&b"ERR max number of clients reached"[..]));
    assert!(third.receive().is_err(), "the connection is closed");
    drop(first);
    let address = Address::tcp("127.0.0.1", server.port());
    eventually("room", || {
        let mut client = connect(&address).expect("a connection");
        client.request(&["PING"]).is_ok_and(|reply| reply.as_str() == Some("PONG"))
    });
    let reply = second.request(&["INFO", "stats"]).expect("an answer");
    let text = String::from_utf8_lossy(reply.as_bytes().expect("text")).into_owned();
    let rejected = text.lines().find_map(|line| line.strip_prefix("rejected_connections:"));
    assert!(rejected.is_some_and(|count| count != "0"), "{rejected:?}");
}

#[test]
fn out_of_descriptors_the_server_goes_on_serving_those_it_has() {
    let server = server("");
    let limit = format!("--nofile={0}:{0}", 40);
    let pid = server.pid().to_string();
    let mut first = server.connect();
    let lowered = std::process::Command::new("prlimit").args(["--pid", &pid, &limit]).status();
    assert!(lowered.is_ok_and(|status| status.success()), "the limit can be lowered");
    let address = Address::tcp("127.0.0.1", server.port());
    // The kernel completes connections that the server cannot accept.
    let waiting: Vec<_> = (0..60).map(|_| connect(&address).expect("a connection")).collect();
    eventually("the lack of descriptors to show", || {
        server.log().contains("# Accepting client connection: Too many open files\n")
    });
    for _ in 0..1000 {
        assert_eq!(first.request(&["PING"]).expect("an answer").as_str(), Some("PONG"));
    }
    // At most ten lines a second: the loop does not spin.
    let lines = server.log().matches("Accepting client connection").count();
    assert!(lines < 100, "{lines}");
    drop(waiting);
    eventually("room", || {
        let mut client = connect(&address).expect("a connection");
        client.request(&["PING"]).is_ok()
    });
}
