//! Whatever is done to keys, the log does it again: elsewhere, at another time.

use proptest::prelude::*;

use crate::stage::{NOW, Stage};

/// Patterns of requests: `K` stands for a key, `V` for a value, `I` for an integer, `S` and `M` for seconds and milliseconds from now, `U` and `W` for Unix times in both units.
const REQUESTS: &[&str] = &[
    "SET K V",
    "SET K I",
    "SET K V EX S",
    "SET K V PX M GET",
    "SET K V EXAT U NX",
    "SET K V PXAT W XX",
    "SET K V XX GET",
    "SET K V KEEPTTL",
    "SETNX K V",
    "SETEX K S V",
    "PSETEX K M V",
    "GETSET K V",
    "GETDEL K",
    "GETEX K EX S",
    "GETEX K PXAT W",
    "GETEX K PERSIST",
    "MSET K V K V",
    "MSETNX K V K V",
    "INCR K",
    "DECRBY K I",
    "INCRBYFLOAT K I",
    "INCRBYFLOAT K 0.1",
    "APPEND K V",
    "SETRANGE K 3 V",
    "DEL K K",
    "UNLINK K",
    "EXPIRE K S",
    "EXPIRE K S NX",
    "PEXPIRE K M GT",
    "EXPIREAT K U XX",
    "PEXPIREAT K W LT",
    "PERSIST K",
    "RENAME K K",
    "RENAMENX K K",
    "COPY K K",
    "COPY K K REPLACE",
    "GET K",
];

/// One request: its pattern, and the choices for its blanks.
fn request() -> impl Strategy<Value = (usize, Vec<i64>)> {
    (0..REQUESTS.len(), prop::collection::vec(-3..12_i64, 8))
}

fn spell(&(pattern, ref choices): &(usize, Vec<i64>)) -> Vec<String> {
    let mut choices = choices.iter().copied();
    let now = NOW as i64;
    let word = |word: &str| {
        let mut choice = || choices.next().unwrap_or_default();
        match word {
            "K" => format!("key{}", choice().rem_euclid(4)),
            "V" => "v".repeat(choice().unsigned_abs() as usize * 20),
            "I" => choice().to_string(),
            "S" => choice().to_string(),
            "M" => (choice() * 700).to_string(),
            "U" => (now / 1000 + choice()).to_string(),
            "W" => (now + choice() * 700).to_string(),
            word => word.to_owned(),
        }
    };
    REQUESTS[pattern].split(' ').map(word).collect()
}

proptest! {
    #[test]
    fn replaying_the_log_at_another_time_comes_to_the_same_keys(
        requests in prop::collection::vec(request(), 1..40)
    ) {
        let (mut primary, mut replica) = (Stage::new(), Stage::new());
        // The clock over there is late. Nothing expires but by the primary's word.
        replica.set_now(NOW - 500_000);
        replica.shard.set_may_expire(false);
        for request in &requests {
            let words = spell(request);
            let words: Vec<&[u8]> = words.iter().map(String::as_bytes).collect();
            primary.run(&words);
            for gone in primary.shard.observers().take_gone() {
                replica.run(&[b"DEL", &gone.key]);
                replica.forget();
            }
            for logged in primary.take_logged(&words) {
                let words: Vec<&[u8]> = logged.iter().map(|word| &**word).collect();
                replica.run(&words);
                replica.forget();
            }
            primary.forget();
            prop_assert_eq!(primary.keys(NOW), replica.keys(NOW), "after {:?}", spell(request));
        }
    }
}
