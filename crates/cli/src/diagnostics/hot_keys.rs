//! The keys used most, as the server's LFU counters see it.

use super::key_sizes::{ask_each, walk};
use crate::out::{complain, say};
use crate::quoting::quote;
use crate::session::Session;

/// Keys listed in the end.
const LISTED: usize = 16;

/// Finds the keys and returns whether that worked.
pub(crate) fn run(session: &mut Session) -> bool {
    say!(
        "\n# Scanning the entire keyspace to find hot keys as well as\n\
         # average sizes per key type.  You can use -i 0.1 to sleep 0.1 sec\n\
         # per 100 SCAN commands (not usually needed).\n\n"
    );
    let mut hottest: Vec<(u64, Vec<u8>)> = Vec::new();
    let mut sampled: u64 = 0;
    let outcome = walk(session, |node, keys, total| {
        let words = |key: &[u8], _| vec![b"OBJECT".to_vec(), b"FREQ".to_vec(), key.to_vec()];
        // Compat: how far we are is told batch by batch.
        let percent = 100.0 * sampled as f64 / total.max(1) as f64;
        let replies = ask_each(node, keys.iter().map(Vec::as_slice), words)?;
        for (key, reply) in keys.iter().zip(replies) {
            if let Some(text) = reply.as_error() {
                return Err(String::from_utf8_lossy(text).into_owned());
            }
            sampled += 1;
            let counter =
                reply.as_integer().and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
            let least =
                if hottest.len() < LISTED { 0 } else { hottest.last().map_or(0, |last| last.0) };
            if counter > least {
                let at = hottest.partition_point(|(other, _)| *other >= counter);
                hottest.insert(at, (counter, key.clone()));
                hottest.truncate(LISTED);
                say!(
                    "[{percent:05.2}%] Hot key '{}' found so far with counter {counter}\n",
                    quote(key)
                );
            }
        }
        Ok(())
    });
    if let Err(message) = outcome {
        complain!("Error: {message}");
        return false;
    }
    say!("\n-------- summary -------\n\nSampled {sampled} keys in the keyspace!\n");
    for (counter, key) in hottest {
        say!("hot key found with counter: {counter}\tkeyname: {}\n", quote(&key));
    }
    true
}
