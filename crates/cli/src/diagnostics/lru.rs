//! A cache under an 80-20 distribution of accesses: how often does it hit?

use std::time::Duration;

use crate::clock;
use crate::out::{complain, say};
use crate::session::{Failure, Session};

/// Requests sent together.
const PIPELINE: usize = 250;
/// How often the ratio is shown.
const CYCLE: Duration = Duration::from_secs(1);

/// Runs until the server is gone, or as many seconds as `-r` says.
pub(crate) fn run(session: &mut Session, keys: u64) -> bool {
    if keys == 0 {
        complain!("--lru-test needs at least one key");
        return false;
    }
    if session.connect().is_err() {
        return false;
    }
    let mut cycles = 0;
    loop {
        match cycle(session, keys) {
            Ok((hits, misses)) => {
                let total = hits + misses;
                let share = |part: u64| 100.0 * part as f64 / total.max(1) as f64;
                say!(
                    "{total} Gets/sec | Hits: {hits} ({:.2}%) | Misses: {misses} ({:.2}%)\n",
                    share(hits),
                    share(misses)
                );
            }
            Err(failure) => {
                complain!("Error: {failure}");
                return false;
            }
        }
        cycles += 1;
        if session.options.repeat > 1 && cycles >= session.options.repeat {
            return true;
        }
    }
}

/// Reads and writes keys for a second, and returns hits and misses.
fn cycle(session: &mut Session, keys: u64) -> Result<(u64, u64), Failure> {
    let began = clock::now();
    let (mut hits, mut misses) = (0, 0);
    while began.elapsed() < CYCLE {
        let connection = session.connection()?;
        for _ in 0..PIPELINE {
            let value = fastrand::u32(..).to_string();
            connection.queue(&["SET", &key(keys), &value]);
        }
        connection.flush()?;
        for _ in 0..PIPELINE {
            connection.reply()?;
        }
        for _ in 0..PIPELINE {
            connection.queue(&["GET", &key(keys)]);
        }
        connection.flush()?;
        for _ in 0..PIPELINE {
            let reply = connection.reply()?;
            if reply.is_null() {
                misses += 1;
            } else if !reply.is_error() {
                hits += 1;
            }
        }
    }
    Ok((hits, misses))
}

/// Returns a key of the power law by which the first fifth gets four fifths of the accesses.
fn key(keys: u64) -> String {
    let exponent = 0.2_f64.ln() / 0.8_f64.ln();
    let place = fastrand::f64().powf(exponent) * keys as f64;
    format!("lru:{}", (place as u64).min(keys - 1))
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn a_fifth_of_the_keys_gets_four_fifths_of_the_accesses() {
        fastrand::seed(7);
        let place = || key(1000).trim_start_matches("lru:").parse::<u64>().unwrap();
        let popular = (0..20_000).filter(|_| place() < 200).count();
        assert!((15_500..16_500).contains(&popular), "{popular}");
    }
}
