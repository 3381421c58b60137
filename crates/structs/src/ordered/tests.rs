use super::*;

impl Member for &'static str {
    fn bytes(&self) -> &[u8] {
        self.as_bytes()
    }
}

/// A member of eight bytes, as the real ones are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Number([u8; 8]);

impl Member for Number {
    fn bytes(&self) -> &[u8] {
        &self.0
    }
}

fn number(n: u64) -> Number {
    Number(n.to_be_bytes())
}

#[test]
fn nodes_fill_their_allocations() {
    assert!((497..=512).contains(&size_of::<Leaf<Number>>()));
    assert!((613..=640).contains(&size_of::<Inner<Number>>()));
}

#[test]
fn members_of_equal_score_are_in_the_order_of_their_bytes() {
    let mut tree = Tree::new();
    for (score, member) in [(1.0, "b"), (-0.0, "z"), (1.0, "a"), (0.0, "y"), (1.0, "ab")] {
        tree.insert(score, member);
    }
    let members: Vec<_> = tree.iter().map(|(_, member)| member).collect();
    assert_eq!(members, ["y", "z", "a", "ab", "b"]);
    assert_eq!(tree.rank_of(1.0, "ab"), Some(3));
    assert_eq!(tree.rank_of(0.0, "ab"), None);
    assert!(!tree.remove(2.0, "ab"));
    assert!(tree.remove(1.0, "ab"));
}

#[test]
fn what_is_appended_is_the_last() {
    let mut tree = Tree::new();
    for (index, name) in ["a", "b", "c", "d", "e"].into_iter().enumerate() {
        tree.append((index / 2) as f64, name);
    }
    tree.assert_valid();
    assert_eq!(tree.last(), Some((2.0, "e")));
}

#[test]
fn keys_cut_before_and_behind() {
    let mut tree = Tree::new();
    for (score, member) in [(1.0, "a"), (1.0, "b"), (2.0, "c")] {
        tree.insert(score, member);
    }
    let both = |key| (tree.count_before(key), tree.count_through(key));
    assert_eq!(both(Key::Score(1.0)), (0, 2));
    assert_eq!(both(Key::Score(1.5)), (2, 2));
    assert_eq!(both(Key::Score(f64::INFINITY)), (3, 3));
    assert_eq!(both(Key::Score(f64::NEG_INFINITY)), (0, 0));
    assert_eq!(both(Key::Entry(1.0, b"b")), (1, 2));
    assert_eq!(both(Key::Entry(1.0, b"aa")), (1, 1));
    assert_eq!(both(Key::Member(b"b")), (1, 2));
    assert_eq!(both(Key::Member(b"")), (0, 0));
}

#[track_caller]
fn fill(tree: &Tree<Number>) -> f64 {
    tree.assert_valid();
    tree.memory() as f64 / tree.len() as f64
}

#[test]
fn leaves_are_well_filled_whatever_the_order_of_insertion() {
    let n = 50_000;
    let mut rng = fastrand::Rng::with_seed(1);
    let (mut random, mut up, mut down, mut tied) =
        (Tree::new(), Tree::new(), Tree::new(), Tree::new());
    for i in 0..n {
        random.insert(rng.f64(), number(i));
        up.insert(i as f64, number(i));
        down.insert(-(i as f64), number(i));
        tied.insert(0.0, number(rng.u64(..)));
    }
    assert!(fill(&random) < 21.0);
    assert!(fill(&tied) < 21.0);
    assert!(fill(&up) < 19.0);
    assert!(fill(&down) < 19.0);
}

#[test]
fn a_removed_range_is_handed_out_in_order() {
    let mut tree = Tree::new();
    for i in 0..20_000_u64 {
        tree.insert(i as f64, number(i));
    }
    let mut expected = 5_000;
    tree.remove_range(5_000..15_000, |score, member| {
        assert_eq!((score, member), (f64::from(expected), number(u64::from(expected as u32))));
        expected += 1;
    });
    assert_eq!((expected, tree.len()), (15_000, 10_000));
    tree.assert_valid();
    assert_eq!(tree.by_rank(5_000), Some((15_000.0, number(15_000))));
    tree.remove_range(0..usize::MAX, |_, _| ());
    tree.assert_valid();
    assert_eq!(tree.memory(), 0);
}

#[test]
#[should_panic(expected = "a score is a number")]
fn what_is_not_a_number_has_no_place() {
    Tree::new().insert(f64::NAN, "a");
}

/// The model test stays below the size at which inner nodes have inner nodes below them twice over.
#[test]
fn a_tree_of_four_levels_shrinks_as_it_grew() {
    let mut rng = fastrand::Rng::with_seed(2);
    let mut elements: Vec<_> = (0..40_000).map(|i| (f64::from(rng.u32(..9_000)), i)).collect();
    let mut tree = Tree::new();
    for &(score, i) in &elements {
        tree.insert(score, number(i));
    }
    tree.assert_valid();
    for (score, i) in &mut elements {
        let new = *score + f64::from(rng.i32(-3..3));
        assert!(tree.update(*score, new, number(*i)));
        *score = new;
    }
    tree.assert_valid();
    rng.shuffle(&mut elements);
    while let Some((score, i)) = elements.pop() {
        assert!(tree.remove(score, number(i)));
        if elements.len() % 4_000 == 0 {
            tree.assert_valid();
            elements.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            assert!(tree.iter().eq(elements.iter().map(|&(score, i)| (score, number(i)))));
            rng.shuffle(&mut elements);
        }
    }
    assert_eq!(tree.memory(), 0);
}
