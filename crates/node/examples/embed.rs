//! A Rust program with a Redis-speaking engine inside: no socket, no thread.

use std::io::{self, Write};

use node::Engine;

fn main() -> io::Result<()> {
    let mut engine = Engine::new();
    let session = engine.open();
    let requests: &[&[&[u8]]] = &[
        &[b"SET", b"visits", b"41"],
        &[b"INCR", b"visits"],
        &[b"SET", b"session:7", b"ann", b"EX", b"60"],
        &[b"TTL", b"session:7"],
        &[b"GET", b"nobody"],
    ];
    let mut out = io::stdout().lock();
    for request in requests {
        let reply = engine.execute(&session, request);
        writeln!(out, "{} -> {}", request.join(&b' ').escape_ascii(), reply.escape_ascii())?;
    }
    Ok(())
}
