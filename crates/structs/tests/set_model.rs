//! A set against a sorted one, and its cuts against copies.

use std::collections::BTreeSet;

use proptest::prelude::*;
use stdx::hash::KeyHasher;
use structs::set::{Set, take_member};

#[derive(Debug, Clone)]
enum Op {
    Insert(u16),
    Remove(u16),
    BeginCut,
    Step(usize),
    EndCut,
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        6 => (0..600_u16).prop_map(Op::Insert),
        4 => (0..600_u16).prop_map(Op::Remove),
        1 => Just(Op::BeginCut),
        2 => (1..800_usize).prop_map(Op::Step),
        1 => Just(Op::EndCut),
    ];
    prop::collection::vec(op, 0..1500)
}

/// Members of many lengths.
fn member(number: u16) -> Vec<u8> {
    let len = if number.is_multiple_of(97) { 300 } else { usize::from(number % 40) };
    let mut bytes = vec![b'.'; len];
    bytes.extend_from_slice(number.to_string().as_bytes());
    bytes
}

/// The members at the beginning of a cut, and those that it has told so far.
type CutSoFar = (BTreeSet<Vec<u8>>, Vec<Vec<u8>>);

/// Goes on with a cut; checks it if that was all.
fn step(set: &mut Set<KeyHasher>, cut: &mut Option<CutSoFar>, bytes: usize) {
    let Some((members, told)) = cut else { return };
    assert_eq!(set.cut_len(), Some(members.len()));
    if let Some(piece) = set.cut_step(bytes) {
        let mut rest = &piece[..];
        while let Some(member) = take_member(&mut rest) {
            told.push(member.to_vec());
        }
        assert!(rest.is_empty());
    } else {
        set.end_cut();
        told.sort();
        let expected: Vec<_> = members.iter().cloned().collect();
        assert_eq!(*told, expected, "each member of the beginning, once");
        *cut = None;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn agrees_with_a_sorted_set_and_so_do_its_cuts(ops in ops()) {
        let mut set = Set::new(KeyHasher::new(7));
        let mut model = BTreeSet::new();
        let mut cut = None;
        for op in ops {
            match op {
                Op::Insert(number) => {
                    let member = member(number);
                    let hash = set.hash(&member);
                    prop_assert_eq!(set.insert(hash, &member), model.insert(member));
                }
                Op::Remove(number) => {
                    let member = member(number);
                    let hash = set.hash(&member);
                    prop_assert_eq!(set.remove(hash, &member), model.remove(&member));
                }
                Op::BeginCut => {
                    set.begin_cut();
                    cut = Some((model.clone(), Vec::new()));
                }
                Op::Step(bytes) => step(&mut set, &mut cut, bytes),
                Op::EndCut => {
                    set.end_cut();
                    cut = None;
                }
            }
            prop_assert_eq!(set.len(), model.len());
        }
        while cut.is_some() {
            step(&mut set, &mut cut, 300);
        }
        let members: BTreeSet<_> = set.iter().map(<[u8]>::to_vec).collect();
        prop_assert_eq!(&members, &model);
        for number in 0..600 {
            let member = member(number);
            prop_assert_eq!(set.contains(set.hash(&member), &member), model.contains(&member));
        }
    }
}
