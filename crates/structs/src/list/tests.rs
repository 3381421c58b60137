use super::*;
use crate::blob::Blob;
use crate::listpack::{Listpack, ListpackBuf};

fn numbered(len: usize, limits: Limits) -> List {
    let mut list = List::new();
    for index in 0..len {
        list.push(End::Back, format!("element-{index:08}").as_bytes(), limits);
    }
    list
}

fn text(element: Element<'_>) -> Vec<u8> {
    element.to_vec()
}

fn lens(list: &List) -> Vec<usize> {
    list.nodes().map(|node| node.len).collect()
}

fn compressed(list: &List) -> Vec<bool> {
    list.nodes().map(|node| matches!(node.content, Content::Lzf { .. })).collect()
}

fn texts(list: &List) -> Vec<String> {
    let mut texts = Vec::new();
    list.iter(0..usize::MAX, End::Front)
        .for_each(|element| texts.push(String::from_utf8(element.to_vec()).unwrap()));
    texts
}

/// A counted fill, that many strings of a letter each.
fn letters(fill: i32, letters: &str) -> (List, Limits) {
    let (mut list, limits) = (List::new(), Limits::new(fill, 0));
    for letter in letters.bytes() {
        list.push(End::Back, &[letter], limits);
    }
    (list, limits)
}

#[test]
fn long_lists_have_full_nodes_and_allocations() {
    let limits = Limits::new(-2, 0);
    let mut list = numbered(100_000, limits);
    list.assert_valid(limits);
    assert!(list.memory() < 100_000 * 19, "{}", list.memory());
    for index in 0..100_000 {
        list.push(End::Front, format!("element-{index:08}").as_bytes(), limits);
    }
    list.assert_valid(limits);
    assert!(list.memory() < 200_000 * 19, "{}", list.memory());
}

#[test]
fn a_counted_fill_is_the_number_of_elements_of_a_node() {
    let (list, _) = letters(3, "abcdefgh");
    assert_eq!(lens(&list), [3, 3, 2]);
}

#[test]
fn an_element_larger_than_a_node_is_alone() {
    let limits = Limits::new(-1, 0);
    let mut list = numbered(2, limits);
    list.push(End::Back, &vec![b'x'; 5000][..], limits);
    list.push(End::Back, b"y", limits);
    list.insert(1, &vec![b'z'; 5000][..], limits);
    let containers: Vec<_> = list.nodes().map(|node| node.container).collect();
    assert_eq!(
        containers,
        [
            Container::Packed,
            Container::Plain,
            Container::Packed,
            Container::Plain,
            Container::Packed
        ]
    );
    list.assert_valid(limits);

    assert!(list.set(1, b"small", limits));
    assert_eq!(list.get(1, text).unwrap(), b"small");
    assert_eq!(lens(&list), [3, 1, 1], "what is small again joins its neighbours");
}

#[test]
fn inserting_into_a_full_node_splits_it() {
    let (mut list, limits) = letters(4, "abcdefgh");
    list.insert(2, b"X", limits);
    assert_eq!(texts(&list).concat(), "abXcdefgh");
    list.assert_valid(limits);
}

#[test]
fn replacing_elements_of_full_nodes_by_others_of_their_size_splits_nothing() {
    let limits = Limits::new(-2, 0);
    let mut list = numbered(1000, limits);
    let (before, memory) = (lens(&list), list.memory());
    for index in 0..1000 {
        assert!(list.set(index, format!("replaced{index:08}").as_bytes(), limits));
    }
    assert_eq!((lens(&list), list.memory()), (before, memory));
}

#[test]
fn small_neighbours_merge_after_removals() {
    let (mut list, limits) = letters(8, "abcdefghijklmnopqrstuvwx");
    list.remove_range(2..22, limits);
    assert_eq!(texts(&list).concat(), "abwx");
    assert_eq!(lens(&list), [4]);
    assert!(list.fits_listpack(limits));
}

#[test]
fn a_queue_does_not_merge_and_split_all_the_time() {
    let (mut list, limits) = letters(8, "abcdefgh");
    let mut changes = 0;
    for _ in 0..1000 {
        let before = list.nodes.len();
        list.push(End::Back, b"x", limits);
        list.pop(End::Front, limits, |_| ());
        changes += usize::from(list.nodes.len() != before);
    }
    assert!(changes <= 1000 / 4, "{changes}");
}

#[test]
fn a_list_becomes_a_listpack_at_half_the_limit() {
    let (mut list, limits) = letters(4, "abcde");
    while !list.fits_listpack(limits) {
        list.pop(End::Back, limits, |_| ());
    }
    assert_eq!(list.len(), 2);
    let listpack = list.to_listpack().unwrap();
    assert_eq!(Listpack::new(&listpack).len(), 2);
    assert_eq!(list.as_listpack().unwrap().as_bytes(), &*listpack);
}

#[test]
fn a_listpack_becomes_a_list_without_a_copy() {
    let mut buf = ListpackBuf::new();
    buf.append([&b"a"[..], b"b"]);
    let blob = Blob::from_slice(buf.view().as_bytes());
    let mut list = List::from(blob.clone());
    assert_eq!(list.as_listpack().unwrap().as_bytes().as_ptr(), blob.as_ptr());
    let limits = Limits::new(-2, 0);
    list.push(End::Front, b"c", limits);
    assert_eq!(texts(&list).concat(), "cab");
    assert_eq!(Listpack::new(&blob).len(), 2, "the blob stays as it was");
    list.assert_valid(limits);
    assert_eq!(Listpack::new(&list.to_listpack().unwrap()).len(), 3);
}

#[test]
fn a_list_of_no_elements_has_no_nodes() {
    let mut list = List::from(Blob::from_slice(Listpack::EMPTY.as_bytes()));
    let limits = Limits::new(1, 1);
    list.push_listpack(Blob::from_slice(Listpack::EMPTY.as_bytes()), limits);
    assert!(list.is_empty() && list.nodes().len() == 0 && list.memory() == 0);
    assert_eq!(list.pop(End::Back, limits, |_| ()), None);
    assert_eq!((list.resolve(0), list.resolve(-1)), (None, None));
    list.remove_range(0..1, limits);
    assert_eq!(list.remove_matching(End::Back, 1, limits, |_| true), 0);
}

#[test]
fn negative_indexes_count_from_the_end() {
    let (list, _) = letters(2, "abc");
    assert_eq!([-3, -1, 0, 2].map(|index| list.resolve(index)), [0, 2, 0, 2].map(Some));
    assert_eq!([-4, 3, i64::MIN, i64::MAX].map(|index| list.resolve(index)), [None; 4]);
}

#[test]
fn inner_nodes_are_compressed() {
    let limits = Limits::new(-1, 2);
    let mut list = numbered(2000, limits);
    let nodes = list.nodes().len();
    assert!(nodes > 6);
    let expected: Vec<_> = (0..nodes).map(|at| (2..nodes - 2).contains(&at)).collect();
    assert_eq!(compressed(&list), expected);
    assert_eq!(list.get(1000, text).unwrap(), b"element-00001000");
    assert_eq!(compressed(&list), expected, "reading changes nothing");

    list.set(1000, b"other", limits);
    list.assert_valid(limits);
    list.remove_range(0..600, limits);
    list.assert_valid(limits);
    assert_eq!(list.get(400, text).unwrap(), b"other");
}

#[test]
fn what_does_not_compress_is_left_alone() {
    let mut rng = fastrand::Rng::with_seed(1);
    let limits = Limits::new(-1, 1);
    let mut list = List::new();
    for _ in 0..2000 {
        let noise: Vec<u8> = (0..20).map(|_| rng.u8(..)).collect();
        list.push(End::Back, &noise[..], limits);
    }
    assert!(!compressed(&list).contains(&true));
    list.assert_valid(limits);
}

#[test]
fn a_clone_shares_the_nodes_that_are_not_edited() {
    let limits = Limits::new(-2, 0);
    let mut list = numbered(10_000, limits);
    let snapshot = list.clone();
    list.push(End::Back, b"more", limits);
    list.set(5000, b"other", limits);
    let address = |node: NodeView<'_>| match node.content {
        Content::Raw(bytes) => bytes.as_ptr(),
        Content::Lzf { compressed, .. } => compressed.as_ptr(),
    };
    let copied = list.nodes().zip(snapshot.nodes()).filter(|&(a, b)| address(a) != address(b));
    assert_eq!(copied.count(), 2);
    assert!(texts(&snapshot).iter().enumerate().all(|(i, t)| *t == format!("element-{i:08}")));
}

#[test]
fn elements_are_removed_from_the_side_that_was_asked_for() {
    let (mut list, limits) = letters(3, "xaxbxcxdx");
    assert_eq!(list.remove_matching(End::Back, 2, limits, |e| e == Element::Bytes(b"x")), 2);
    assert_eq!(texts(&list).concat(), "xaxbxcd");
    assert_eq!(list.remove_matching(End::Front, 1, limits, |e| e == Element::Bytes(b"x")), 1);
    assert_eq!(texts(&list).concat(), "axbxcd");
    list.assert_valid(limits);
}

#[test]
fn what_was_freed_in_the_spine_is_given_back() {
    let limits = Limits::new(1, 0);
    let mut list = numbered(10_000, limits);
    list.remove_range(5..usize::MAX, limits);
    assert!(list.memory() < 5 * 64 + 16 * 24 + 1, "{}", list.memory());
    list.assert_valid(limits);
}

#[test]
fn of_damaged_listpacks_what_can_be_walked_to_is_left() {
    let mut rng = fastrand::Rng::with_seed(5);
    for _ in 0..2000 {
        let (mut list, limits) = (List::new(), Limits::new(-1, 0));
        for _ in 0..4 {
            let mut buf = ListpackBuf::new();
            (0..rng.i64(1..20)).for_each(|n| buf.append([n * 1000]));
            let mut bytes = buf.view().as_bytes().to_vec();
            let last = bytes.len() - 1;
            bytes[4..last].iter_mut().for_each(|byte| {
                if rng.u8(..10) == 0 {
                    *byte = rng.u8(..);
                }
            });
            let walked: Vec<_> = Listpack::new(&bytes).iter().map(text).collect();
            let before = list.len();
            list.push_listpack(Blob::from_slice(&bytes), limits);
            let mut left = Vec::new();
            list.iter(before..usize::MAX, End::Front).for_each(|e| left.push(text(e)));
            assert_eq!(left, walked);
        }
        for _ in 0..10 {
            let (at, end) = (rng.usize(..60), [End::Front, End::Back][rng.usize(..2)]);
            match rng.u8(..8) {
                0 => list.push(end, b"x", limits),
                1 => _ = list.pop(end, limits, text),
                2 => list.insert(at, b"y", limits),
                3 => _ = list.set(at, b"z", limits),
                4 => list.remove_range(at..at + 3, limits),
                5 => _ = list.remove_matching(end, 3, limits, |e| e == Element::Int(3000)),
                6 => list.iter(at..at + 20, end).for_each(|_| ()),
                _ => _ = list.get(at, text),
            }
            list.assert_valid(limits);
        }
    }
}
