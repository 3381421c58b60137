//! What nobody should send, and more of everything than anybody should.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use testkit::{Server, eventually};

use crate::{ask, server};

fn stream(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", server.port())).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a socket has timeouts");
    stream
}

fn used_memory(server: &Server) -> i64 {
    server.info("used_memory").parse().expect("a number")
}

/// Sends bytes and returns all that comes back before the server closes the connection.
fn last_words(server: &Server, bytes: &[u8]) -> String {
    let mut stream = stream(server);
    // The server may have had enough before the end.
    _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn garbage_is_answered_with_an_error_and_harms_nobody() {
    let server = server("");
    let cases: [(&[u8], &str); 6] = [
        (b"*3\r\n$x\r\n", "-ERR Protocol error: invalid bulk length\r\n"),
        (b"*-99999999999999999999\r\n", "-ERR Protocol error: invalid multibulk length\r\n"),
        (b"*3000000000\r\n", "-ERR Protocol error: invalid multibulk length\r\n"),
        (b"*1\r\n$600000000\r\n", "-ERR Protocol error: invalid bulk length\r\n"),
        (b"*1\r\n+PING\r\n", "-ERR Protocol error: expected '$', got '+'\r\n"),
        (b"SET a \"unbalanced\r\n", "-ERR Protocol error: unbalanced quotes in request\r\n"),
    ];
    for (bytes, expected) in cases {
        assert_eq!(last_words(&server, bytes), expected);
    }
    let endless = vec![b'x'; 100_000];
    let expected = "-ERR Protocol error: too big inline request\r\n";
    assert_eq!(last_words(&server, &endless), expected);
    assert_eq!(ask(&server, "PING"), "PONG");
}

#[test]
fn what_is_announced_but_not_sent_takes_no_memory() {
    let server = server("");
    let before = used_memory(&server);
    let mut slow: Vec<_> = (0..200).map(|_| stream(&server)).collect();
    for stream in &mut slow {
        stream.write_all(b"*1000000\r\n$3\r\nSET\r\n$500000000\r\nabc").expect("it is taken");
    }
    eventually("the clients to be there", || server.info("connected_clients") == "201");
    // A byte at a time, for as long as one likes.
    for _ in 0..20 {
        for stream in &mut slow {
            stream.write_all(b"x").expect("it is taken");
        }
    }
    assert_eq!(ask(&server, "PING"), "PONG");
    let growth = used_memory(&server) - before;
    assert!(growth < 200 * 1_500_000, "{growth} bytes for what was not sent");
    drop(slow);
    eventually("the clients to be gone", || server.info("connected_clients") == "1");
    eventually("the memory to be back", || used_memory(&server) - before < 4_000_000);
}

#[test]
fn a_request_may_have_a_million_arguments() {
    let server = server("");
    let mut request = b"*1000001\r\n$4\r\nMSET\r\n".to_vec();
    for number in 0..500_000 {
        request.extend_from_slice(format!("$6\r\n{number:06}\r\n$1\r\nv\r\n").as_bytes());
    }
    let mut stream = stream(&server);
    stream.write_all(&request).expect("it is taken");
    let mut answer = [0; 5];
    stream.read_exact(&mut answer).expect("an answer");
    assert_eq!((&answer, &*ask(&server, "DBSIZE")), (b"+OK\r\n", "500000"));
}

#[test]
fn long_values_go_in_and_out_whole() {
    let server = server("");
    let len = 64 << 20;
    let mut value = vec![0; len];
    for (index, byte) in value.iter_mut().enumerate() {
        *byte = (index % 251) as u8;
    }
    let mut stream = stream(&server);
    stream
        .write_all(format!("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n${len}\r\n").as_bytes())
        .expect("taken");
    stream.write_all(&value).expect("it is taken");
    stream.write_all(b"\r\nGET k\r\n").expect("it is taken");
    let head = format!("+OK\r\n${len}\r\n");
    let mut answer = vec![0; head.len() + len + 2];
    stream.read_exact(&mut answer).expect("an answer");
    assert!(answer.starts_with(head.as_bytes()));
    assert!(answer[head.len()..head.len() + len] == value, "the value is what it was");
    // Received into its place, and sent from there: it was never there twice.
    let peak: usize = server.info("used_memory_peak").parse().expect("a number");
    assert!(peak < len + len / 4, "{peak} bytes for a value of {len}");
}
