//! A bucket and its children.
//!
//! A bucket that needs more room than seven lanes moves the element of its last lane to a *child*
//! bucket and keeps the link there. Further children are linked in front of the older ones, so
//! that in a chain only the first child has free lanes, and an insertion looks at two buckets
//! however many elements share a hash. Removals fill the hole from the first child, and free it as
//! soon as the rest fits in the bucket before it.
//!
//! Elements never leave a chain but by a split or merge, which moves them between exactly two:
//! scans, captures and bounds rely on it.

use super::bucket::{Bucket, LANES, Lane, Packed};
use crate::hashtable::Element;

/// Where in a chain an element with that hash is of which `is_it` says yes.
#[inline(always)]
pub(super) fn find_mut<'a, E: Element>(
    mut bucket: &'a mut Bucket<E>,
    hash: u64,
    is_it: &mut impl FnMut(&E) -> bool,
) -> Option<(&'a mut Bucket<E>, Lane)> {
    loop {
        if let Some(lane) = bucket.position(hash, is_it) {
            return Some((bucket, lane));
        }
        bucket = bucket.child_mut()?;
    }
}

/// Adds an element, and tells where.
#[inline(always)]
pub(super) fn push<'a, E: Element>(
    head: &'a mut Bucket<E>,
    packed: Packed<E>,
    children: &mut u32,
) -> (&'a mut Bucket<E>, Lane) {
    if let Some(lane) = head.free().next() {
        head.put(lane, packed);
        return (head, lane);
    }
    push_into_child(head, packed, children)
}

#[cold]
#[inline(never)]
fn push_into_child<'a, E: Element>(
    head: &'a mut Bucket<E>,
    packed: Packed<E>,
    children: &mut u32,
) -> (&'a mut Bucket<E>, Lane) {
    if head.child().is_none_or(|child| child.free().is_empty()) {
        let mut first = Box::new(Bucket::EMPTY);
        *children += 1;
        match head.take_child() {
            Some(second) => first.set_child(second),
            None => {
                if let (Some(displaced), Some(lane)) = (head.take_last(), first.free().next()) {
                    first.put(lane, displaced);
                }
            }
        }
        head.set_child(first);
    }
    let child = head.child_mut().expect("has just been linked");
    let lane = child.free().next().expect("there was a free lane, or the child is new");
    child.put(lane, packed);
    (child, lane)
}

/// Takes an element out.
#[inline(always)]
pub(super) fn remove<E: Element>(
    head: &mut Bucket<E>,
    hash: u64,
    is_it: &mut impl FnMut(&E) -> bool,
    children: &mut u32,
) -> Option<Packed<E>> {
    if head.is_chained() {
        return remove_from_chain(head, hash, is_it, children);
    }
    let lane = head.position(hash, is_it)?;
    head.take(lane)
}

#[cold]
#[inline(never)]
fn remove_from_chain<E: Element>(
    head: &mut Bucket<E>,
    hash: u64,
    is_it: &mut impl FnMut(&E) -> bool,
    children: &mut u32,
) -> Option<Packed<E>> {
    // The filler comes from the first child; an element of that needs none.
    let (removed, depth, lane) = {
        let (mut bucket, mut depth) = (&mut *head, 0);
        loop {
            if let Some(lane) = bucket.position(hash, is_it) {
                break (bucket.take(lane)?, depth, lane);
            }
            bucket = bucket.child_mut()?;
            depth += 1;
        }
    };
    if depth != 1
        && let Some(filler) = head.child_mut().and_then(Bucket::take_any)
    {
        nth(head, depth)?.put(lane, filler);
    }
    collapse(head, children);
    Some(removed)
}

/// The bucket `depth` links down a chain.
fn nth<E>(mut bucket: &mut Bucket<E>, depth: usize) -> Option<&mut Bucket<E>> {
    for _ in 0..depth {
        bucket = bucket.child_mut()?;
    }
    Some(bucket)
}

/// Frees the first child if what is left of it fits in the bucket before it.
fn collapse<E: Element>(head: &mut Bucket<E>, children: &mut u32) {
    let superfluous = head.child().is_some_and(|child| {
        let len = child.occupied().len();
        if child.is_chained() { len == 0 } else { len <= head.free().len() + 1 }
    });
    if superfluous && let Some(mut first) = head.take_child() {
        *children -= 1;
        if let Some(second) = first.take_child() {
            head.set_child(second);
        }
        for lane in first.occupied() {
            if let (Some(packed), Some(free)) = (first.take(lane), head.free().next()) {
                head.put(free, packed);
            }
        }
    }
}

/// Checks the shape of a chain, and returns the number of children.
pub(super) fn assert_valid<E>(head: &Bucket<E>) -> usize {
    let (mut bucket, mut children) = (head, 0);
    while let Some(child) = bucket.child() {
        assert_eq!(bucket.occupied().len() + bucket.free().len(), LANES - 1);
        assert!(children == 1 || bucket.free().is_empty(), "only the first child has free lanes");
        bucket = child;
        children += 1;
    }
    assert!(children < 2 || bucket.free().is_empty(), "only the first child has free lanes");
    if let Some(first) = head.child() {
        let least = if first.is_chained() { 1 } else { 2 };
        assert!(first.occupied().len() >= least, "the first child is superfluous");
    }
    children
}

/// Moves the elements for which `moves` says so from one chain to another, and tells whether any
/// of them is flagged.
pub(super) fn partition<E: Element>(
    from: &mut Bucket<E>,
    to: &mut Bucket<E>,
    moves: impl Fn(&Packed<E>) -> bool,
    children: &mut u32,
) -> bool {
    let mut flagged = false;
    let mut rest = from.take_child();
    for lane in from.occupied() {
        let Some(packed) = from.take(lane) else { continue };
        if moves(&packed) {
            flagged |= packed.slot.flag();
            push(to, packed, children);
        } else {
            from.put(lane, packed);
        }
    }
    while let Some(mut child) = rest {
        rest = child.take_child();
        *children -= 1;
        for lane in child.occupied() {
            let Some(packed) = child.take(lane) else { continue };
            let target = if moves(&packed) {
                flagged |= packed.slot.flag();
                &mut *to
            } else {
                &mut *from
            };
            push(target, packed, children);
        }
    }
    flagged
}
