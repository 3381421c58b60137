//! A server of a few lines: says OK to everything, and counts.

#![expect(
    clippy::disallowed_methods,
    reason = "what it does to latencies is measured with real time"
)]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use resp::decode::{Decoder, Limits};

/// How long a connection takes for `SLOW`.
pub(crate) const SERVICE: Duration = Duration::from_millis(10);
/// How long nobody is served after the first `STALL_ONCE`.
const STALL: Duration = Duration::from_millis(200);

/// A server that ends with the test.
pub(crate) struct Peer {
    port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    counts: Mutex<BTreeMap<String, usize>>,
    is_over: AtomicBool,
    stall: Mutex<Option<Duration>>,
}

impl Peer {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.is_over.load(Ordering::Relaxed) {
                    break;
                }
                let shared = Arc::clone(&shared);
                thread::spawn(move || serve(stream.expect("a connection"), &shared));
            }
        });
        Self { port, state }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Returns how long the stall really was.
    pub(crate) fn stall(&self) -> Duration {
        self.state.stall.lock().expect("no panic").expect("somebody asked for it")
    }

    /// Returns how often a command came.
    pub(crate) fn count(&self, command: &str) -> usize {
        self.state.counts.lock().expect("no panic").get(command).copied().unwrap_or_default()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.state.is_over.store(true, Ordering::Relaxed);
        // The listener wakes up, sees that, and closes.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        while TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
            thread::yield_now();
        }
    }
}

fn serve(mut stream: TcpStream, state: &State) {
    let mut decoder = Decoder::new(Limits::default());
    let mut buffer = [0; 4096];
    // Until when the requests that came will take.
    let mut busy = Instant::now();
    while let Ok(count) = stream.read(&mut buffer) {
        if count == 0 {
            break;
        }
        decoder.feed(&buffer[..count]);
        let mut replies = Vec::new();
        while let Some(request) = decoder.next_value().expect("RESP") {
            let name = request.as_array().and_then(|args| args[0].as_str()).expect("a command");
            let name = name.to_uppercase();
            *state.counts.lock().expect("no panic").entry(name.clone()).or_default() += 1;
            replies.extend_from_slice(match name.as_str() {
                "CONFIG" => b"*4\r\n$4\r\nsave\r\n$0\r\n\r\n$10\r\nappendonly\r\n$2\r\nno\r\n",
                "FAIL" => b"-ERR as you wish\r\n",
                "STALL_ONCE" => {
                    stall_once(state);
                    b"+OK\r\n"
                }
                "SLOW" => {
                    busy = busy.max(Instant::now()) + SERVICE;
                    wait_until(busy);
                    b"+OK\r\n"
                }
                _ => b"+OK\r\n",
            });
            if name == "SLOW" && stream.write_all(&std::mem::take(&mut replies)).is_err() {
                return;
            }
        }
        if stream.write_all(&replies).is_err() {
            break;
        }
    }
}

/// The counts are locked meanwhile, so that nobody else is served.
fn stall_once(state: &State) {
    let mut stall = state.stall.lock().expect("no panic");
    if stall.is_none() {
        let _locked = state.counts.lock();
        let began = Instant::now();
        wait_until(began + STALL);
        *stall = Some(began.elapsed());
    }
}

fn wait_until(end: Instant) {
    let (_sender, receiver) = mpsc::channel::<()>();
    let _ = receiver.recv_timeout(end.saturating_duration_since(Instant::now()));
}
