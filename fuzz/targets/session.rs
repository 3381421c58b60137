//! Nothing that a client sends ends the server, and every reply can be read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use node::{Engine, Peer};

fuzz_target!(|pieces: Vec<Vec<u8>>| {
    let mut engine = Engine::new();
    let node = engine.node();
    let Ok(token) = node.connect(Peer::default()) else { return };
    for piece in &pieces {
        let Some(client) = node.clients.get_mut(token) else { break };
        let mut piece = piece.as_slice();
        let mut received = 0;
        if let Some((blob, missing)) = client.big_argument() {
            received = missing.min(piece.len());
            blob.extend(&piece[..received]);
            piece = &piece[received..];
        }
        if received > 0 {
            node.receive_big(token, received);
        }
        if node.clients.get(token).is_some_and(|client| !client.is_closing()) {
            node.receive(token, piece);
        }
        while node.has_leftovers() {
            node.resume();
        }
        node.run_timers();
        for action in node.take_actions() {
            if let node::Action::Close(token) = action {
                node.disconnected(token);
            }
        }
    }
});
