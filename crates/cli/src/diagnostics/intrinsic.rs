//! How late this machine lets a busy process run: the floor under every latency.

use std::hint::black_box;
use std::time::Duration;

use crate::clock;
use crate::interrupt::Interrupt;
use crate::out::say;

/// Turns of the busy loop between two looks at the clock.
const TURNS: u64 = 50;

/// Runs for so many seconds and shows each new maximum.
pub(crate) fn run(seconds: u64) -> bool {
    let interrupt = Interrupt::install().ok();
    let limit = Duration::from_secs(seconds);
    let began = clock::now();
    let mut before = began;
    let mut worst = Duration::ZERO;
    let mut runs: u64 = 0;
    loop {
        for turn in 0..TURNS {
            black_box(turn.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        }
        let now = clock::now();
        let took = now - before;
        before = now;
        runs += 1;
        // Compat: told by whole microseconds.
        if took.as_micros() > worst.as_micros() {
            say!("Max latency so far: {} microseconds.\n", took.as_micros());
        }
        worst = worst.max(took);
        if now - began >= limit || interrupt.as_ref().is_some_and(Interrupt::is_raised) {
            break;
        }
    }
    let average = began.elapsed().as_nanos() as f64 / runs as f64;
    say!(
        "\n{runs} total runs (avg latency: {:.4} microseconds / {average:.2} nanoseconds per run).\n",
        average / 1000.0
    );
    say!(
        "Worst run took {:.0}x longer than the average latency.\n",
        worst.as_nanos() as f64 / average
    );
    true
}
