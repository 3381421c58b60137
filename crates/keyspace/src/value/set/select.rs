//! What several sets have in common, or not.
//!
//! One loop does for intersections, differences and unions: it walks one set and looks its members up in others. Members are taken eight at a time: all are hashed, which is once for all sets, and what the look-ups read is asked for before the first of them is done. Nothing is built for that.

use stdx::hash::KeyHasher;
use structs::listpack::Element;

use super::member::AHEAD;
use super::{Member, SetRef};

/// Which members are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Those that all of the other sets have.
    InAll,
    /// Those that none of the other sets has.
    InNone,
}

impl<'a> SetRef<'a> {
    /// Visits members by what other sets of the same shard say of them, as long as `visit` returns true; returns whether it always did.
    pub fn select(
        self,
        others: &[SetRef<'_>],
        keep: Keep,
        hasher: KeyHasher,
        visit: &mut dyn FnMut(&mut Member<'a>) -> bool,
    ) -> bool {
        let mut members = self.iter();
        let mut batch = [Member::from(Element::Int(0)); AHEAD];
        loop {
            let mut len = 0;
            for (slot, element) in batch.iter_mut().zip(&mut members) {
                *slot = element.into();
                len += 1;
            }
            let batch = &mut batch[..len];
            prefetch(batch, others, hasher);
            for member in batch {
                let wanted = match keep {
                    Keep::InAll => others.iter().all(|&set| member.is_in(set, hasher)),
                    Keep::InNone => !others.iter().any(|&set| member.is_in(set, hasher)),
                };
                if wanted && !visit(member) {
                    return false;
                }
            }
            if len < AHEAD {
                return true;
            }
        }
    }
}

/// Asks for what the look-ups of some members will read: buckets in all tables, members in the first.
fn prefetch(batch: &mut [Member<'_>], others: &[SetRef<'_>], hasher: KeyHasher) {
    let mut tables = others.iter().filter_map(|&set| match set {
        SetRef::Large(set) => Some(set),
        _ => None,
    });
    let Some(first) = tables.next() else { return };
    for member in &mut *batch {
        first.prefetch_bucket(member.hash(hasher));
    }
    for table in tables {
        for member in &mut *batch {
            table.prefetch_bucket(member.hash(hasher));
        }
    }
    for member in batch {
        first.prefetch_member(member.hash(hasher));
    }
}
