//! The counted B+ tree behaves like an ordered set of pairs.

use std::collections::BTreeSet;

use proptest::prelude::*;
use structs::ordered::{Key, Member, Tree};

/// A member is its number in decimal, so that the order of bytes is not that of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Name(&'static str);

impl Member for Name {
    fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Members live as long as the test does.
fn names() -> &'static [String] {
    static NAMES: std::sync::OnceLock<Vec<String>> = std::sync::OnceLock::new();
    NAMES.get_or_init(|| (0..4000).map(|number| number.to_string()).collect())
}

/// How scores follow from the numbers of members.
#[derive(Debug, Clone, Copy)]
enum Scores {
    Constant,
    Few(u8),
    Ascending,
    Descending,
    Scattered,
}

impl Scores {
    fn of(self, number: usize) -> i32 {
        let number = number as i32;
        match self {
            Self::Constant => 0,
            Self::Few(few) => number.wrapping_mul(7919) % i32::from(few),
            Self::Ascending => number,
            Self::Descending => -number,
            Self::Scattered => number.wrapping_mul(0x9E37_79B1_u32 as i32) >> 8,
        }
    }
}

#[derive(Debug, Clone)]
enum Op {
    Insert { from: usize, len: usize },
    Remove { from: usize, len: usize },
    Update { number: usize, by: i32 },
    RemoveRanks { from: usize, len: usize },
}

fn scores() -> impl Strategy<Value = Scores> {
    prop_oneof![
        1 => Just(Scores::Constant),
        1 => (1..20u8).prop_map(Scores::Few),
        1 => Just(Scores::Ascending),
        1 => Just(Scores::Descending),
        2 => Just(Scores::Scattered),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    // A few runs of a thousand make a tree of three levels.
    let len = prop_oneof![2 => Just(1), 2 => 1..40usize, 2 => 1..1000usize];
    let from = 0..3000usize;
    prop_oneof![
        5 => (from.clone(), len.clone()).prop_map(|(from, len)| Op::Insert { from, len }),
        3 => (from.clone(), len.clone()).prop_map(|(from, len)| Op::Remove { from, len }),
        3 => (from.clone(), -30..30i32).prop_map(|(number, by)| Op::Update { number, by }),
        1 => (from, len).prop_map(|(from, len)| Op::RemoveRanks { from, len }),
    ]
}

/// A tree, and a set that does the same.
struct Pair {
    tree: Tree<Name>,
    model: BTreeSet<(i32, &'static str)>,
    /// The score of each member that is in.
    current: Vec<Option<i32>>,
}

impl Pair {
    fn new() -> Self {
        Self { tree: Tree::new(), model: BTreeSet::new(), current: vec![None; names().len()] }
    }

    fn name(&self, number: usize) -> Name {
        Name(&names()[number])
    }

    fn named(&self, text: &str) -> Name {
        self.name(text.parse().expect("names are numbers"))
    }

    fn run(&mut self, op: &Op, scores: Scores) {
        match *op {
            Op::Insert { from, len } => {
                for number in from..from + len {
                    if self.current[number].is_none() {
                        let score = scores.of(number);
                        self.tree.insert(f64::from(score), self.name(number));
                        self.model.insert((score, self.name(number).0));
                        self.current[number] = Some(score);
                    }
                }
            }
            Op::Remove { from, len } => (from..from + len).for_each(|number| self.remove(number)),
            Op::Update { number, by } => {
                let Some(old) = self.current[number] else { return };
                let new = old.wrapping_add(by);
                assert!(!self.tree.update(f64::from(old) + 0.5, 0.0, self.name(number)));
                assert!(self.tree.update(f64::from(old), f64::from(new), self.name(number)));
                self.model.remove(&(old, self.name(number).0));
                self.model.insert((new, self.name(number).0));
                self.current[number] = Some(new);
            }
            Op::RemoveRanks { from, len } => {
                let gone: Vec<_> = self.model.iter().copied().skip(from).take(len).collect();
                let mut handed_out = Vec::new();
                self.tree.remove_range(from..from + len, |score, member| {
                    handed_out.push((score as i32, member.0));
                });
                assert_eq!(handed_out, gone);
                for pair in gone {
                    self.model.remove(&pair);
                    self.current[pair.1.parse::<usize>().expect("names are numbers")] = None;
                }
            }
        }
    }

    fn remove(&mut self, number: usize) {
        let score = self.current[number].take();
        let removed = self.tree.remove(f64::from(score.unwrap_or(7)), self.name(number));
        assert_eq!(removed, score.is_some());
        if let Some(score) = score {
            self.model.remove(&(score, self.name(number).0));
        }
    }

    fn compare(&self, probes: &[usize]) {
        self.tree.assert_valid();
        assert_eq!(self.tree.len(), self.model.len());
        let sorted: Vec<_> = self.model.iter().copied().collect();
        let expected = sorted.iter().map(|&(score, name)| (f64::from(score), self.named(name)));
        assert!(self.tree.iter().eq(expected.clone()));
        assert!(self.tree.iter().rev().eq(expected.clone().rev()));
        assert_eq!(self.tree.last(), expected.clone().next_back());
        for &probe in probes {
            let slice = self.tree.range(probe..probe + 40);
            let part = expected.clone().skip(probe).take(40);
            assert_eq!(slice.len(), part.len());
            assert!(slice.clone().eq(part.clone()));
            assert!(slice.rev().step_by(3).eq(part.rev().step_by(3)));
            assert_eq!(self.tree.by_rank(probe), expected.clone().nth(probe));
            self.compare_ranks(self.name(probe).0, &sorted);
        }
        for (rank, &(score, name)) in sorted.iter().enumerate().step_by(17) {
            assert_eq!(self.tree.rank_of(f64::from(score), self.named(name)), Some(rank));
            assert_eq!(self.tree.rank_of(f64::from(score) - 0.5, self.named(name)), None);
        }
    }

    /// Compares the ranks of keys made of a name and a score that some member has.
    fn compare_ranks(&self, name: &str, sorted: &[(i32, &'static str)]) {
        let bytes = name.as_bytes();
        let score = sorted.get(bytes.len() * 97).map_or(5, |&(score, _)| score);
        let count = |is_before: &dyn Fn(&(i32, &str)) -> bool| sorted.partition_point(is_before);
        let key = Key::Score(f64::from(score));
        assert_eq!(self.tree.count_before(key), count(&|pair| pair.0 < score));
        assert_eq!(self.tree.count_through(key), count(&|pair| pair.0 <= score));
        let key = Key::Entry(f64::from(score), bytes);
        assert_eq!(self.tree.count_before(key), count(&|&pair| pair < (score, name)));
        assert_eq!(self.tree.count_through(key), count(&|&pair| pair <= (score, name)));
        let (before, through) = (
            self.tree.count_before(Key::Member(bytes)),
            self.tree.count_through(Key::Member(bytes)),
        );
        if sorted.first().map(|pair| pair.0) == sorted.last().map(|pair| pair.0) {
            assert_eq!(before, count(&|pair| pair.1 < name));
            assert_eq!(through, count(&|pair| pair.1 <= name));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn agrees_with_an_ordered_set(
        scores in scores(),
        ops in prop::collection::vec(op(), 0..40),
        probes in prop::collection::vec(0..3000usize, 4),
    ) {
        let mut pair = Pair::new();
        for op in ops {
            pair.run(&op, scores);
            pair.compare(&probes);
        }
        (0..names().len()).for_each(|number| pair.remove(number));
        pair.compare(&probes);
        prop_assert_eq!(pair.tree.memory(), 0);
    }
}
