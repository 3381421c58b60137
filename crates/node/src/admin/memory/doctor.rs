//! MEMORY DOCTOR: says what the figures tell, and what to do.

use super::{Part, losses};
use crate::info::Breakdown;

/// Below this, ratios say nothing.
const LITTLE: u64 = 5 << 20;

/// Waste below this is not worth a word.
const WASTE: i64 = 10 << 20;

pub(super) fn diagnosis(memory: &Breakdown, connections: usize) -> String {
    if memory.used < LITTLE {
        return "There is next to nothing in memory, and nothing to be said about it. Ask again \
                when there is some data.\n"
            .to_owned();
    }
    let found = findings(memory, connections);
    if found.is_empty() {
        return "Nothing is wrong with the use of memory.\n".to_owned();
    }
    found.into_iter().fold(String::from("Memory could be used better:\n\n"), |text, finding| {
        text + "- " + finding + "\n"
    })
}

fn findings(memory: &Breakdown, connections: usize) -> Vec<&'static str> {
    let [(_, inside), (_, unused), (_, outside), (_, all)] = losses(memory);
    let wastes = |part: Part, most: f64| part.ratio > most && part.bytes > WASTE;
    let checks = [
        (
            Part::of(memory.peak, memory.used).ratio > 1.5,
            "Peak: much more was used in the past than now. The allocator may keep pages from \
             that time, which makes the ratios below look bad. MEMORY PURGE gives them back.",
        ),
        (
            wastes(all, 1.4),
            "Fragmentation: the process holds much more memory than is allocated. The other \
             findings tell where it is lost.",
        ),
        (
            wastes(inside, 1.1),
            "Allocator: pages hold less than they could, as happens when sizes of values change \
             over time. A restart from a snapshot packs them densely.",
        ),
        (
            wastes(unused, 1.1),
            "Allocator: it holds pages with nothing in them. MEMORY PURGE gives them back.",
        ),
        (
            wastes(outside, 1.1),
            "Process: it holds memory that is not the allocator's: stacks, code, or what \
             libraries have mapped.",
        ),
        (
            memory.clients / connections.max(1) as u64 > 200 << 10,
            "Clients: a connection uses more than 200 KiB on average. Somebody may send faster \
             than the replies are read: see omem and qbuf in CLIENT LIST, and \
             client-output-buffer-limit.",
        ),
    ];
    checks.into_iter().filter(|(holds, _)| *holds).map(|(_, text)| text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: Breakdown = Breakdown {
        used: 100 << 20,
        rss: 110 << 20,
        peak: 110 << 20,
        startup: 0,
        active: 102 << 20,
        resident: 105 << 20,
        tables: 0,
        clients: 1 << 20,
    };

    #[test]
    fn the_diagnosis_names_what_is_wrong_and_nothing_else() {
        assert!(findings(&SOUND, 100).is_empty());
        let check = |memory: Breakdown, connections: usize, word: &str| {
            let found = findings(&memory, connections);
            assert!(found.len() == 1 && found[0].starts_with(word), "{word}: {found:?}");
        };
        check(Breakdown { peak: 200 << 20, ..SOUND }, 100, "Peak");
        check(SOUND, 1, "Clients");
        check(Breakdown { rss: 120 << 20, ..SOUND }, 100, "Process");
        check(Breakdown { resident: 118 << 20, rss: 118 << 20, ..SOUND }, 100, "Allocator");
    }

    #[test]
    fn little_is_not_diagnosed() {
        let little = Breakdown { used: 1 << 20, rss: 100 << 20, ..SOUND };
        assert!(diagnosis(&little, 1).contains("next to nothing"));
    }
}
