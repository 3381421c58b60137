//! Adding members and removing them, in the form that the limits ask for.

use stdx::hash::KeyHasher;
use stdx::number::Digits;
use structs::intset::{Intset, IntsetBuf};
use structs::listpack::{Element, Listpack, ListpackBuf};

use crate::db::EntryMut;
use crate::entry::{Entry, Form, LargeSet, WrongType};

use super::member::AHEAD;
use super::{Member, SetLimits, SetRef};

/// A set to be changed. Those who watch the key are told when this goes out of scope, if anything was changed.
#[derive(Debug)]
pub struct SetMut<'a> {
    pub(super) opened: EntryMut<'a>,
    pub(super) limits: SetLimits,
    pub(super) changed: bool,
}

impl<'a> EntryMut<'a> {
    /// Returns the value as a set to be changed.
    #[inline]
    pub fn into_set(self, limits: SetLimits) -> Result<SetMut<'a>, WrongType> {
        self.as_set()?;
        Ok(SetMut { opened: self, limits, changed: false })
    }
}

impl SetMut<'_> {
    /// Returns the set to be read.
    #[inline]
    pub fn view(&self) -> SetRef<'_> {
        self.opened.as_set().unwrap_or(SetRef::Packed(Listpack::EMPTY))
    }

    /// Makes ready for so many members, of which nobody knows yet whether they are new.
    ///
    /// Compat: that alone can make a table of a packed set.
    pub fn expect(&mut self, members: usize) {
        let limit = match self.view() {
            SetRef::Intset(_) => self.limits.intset_entries,
            SetRef::Packed(_) => self.limits.listpack_entries,
            SetRef::Large(_) => return,
        };
        if members > limit {
            self.editor().make_large();
        }
    }

    /// Adds a member; returns whether it is new.
    #[inline]
    pub fn insert(&mut self, member: &[u8]) -> bool {
        let added = self.editor().insert(&mut member.into());
        self.changed |= added;
        added
    }

    /// Adds members; returns how many are new. The look-ups of a big set overlap.
    #[inline]
    pub fn insert_all(&mut self, members: &[&[u8]]) -> usize {
        let mut added = 0;
        let mut rest = members;
        while let [member, others @ ..] = rest {
            if others.len() > 1
                && let Some(set) = self.opened.entry().as_large_mut::<LargeSet>()
            {
                added += insert_ahead(set, rest);
                break;
            }
            added += usize::from(self.insert(member));
            rest = others;
        }
        self.changed |= added > 0;
        added
    }

    /// Removes a member; returns whether it was there.
    #[inline]
    pub fn remove(&mut self, member: &[u8]) -> bool {
        let removed = self.editor().remove(member);
        self.changed |= removed;
        removed
    }

    pub(super) fn editor(&mut self) -> Editor<'_> {
        let hasher = self.opened.hasher();
        Editor { entry: self.opened.entry(), hasher, limits: self.limits }
    }
}

impl Drop for SetMut<'_> {
    fn drop(&mut self) {
        if self.changed {
            self.opened.changed();
        }
    }
}

/// Hashes members of a big set, and asks for what their look-ups read some time before they are done.
pub(super) fn hashed_ahead(set: &LargeSet, members: &[&[u8]], mut visit: impl FnMut(u64, &[u8])) {
    let mut hashes = [0; AHEAD];
    for chunk in members.chunks(AHEAD) {
        prefetch(set, chunk, &mut hashes);
        hashes.iter().zip(chunk).for_each(|(&hash, &member)| visit(hash, member));
    }
}

fn insert_ahead(set: &mut LargeSet, members: &[&[u8]]) -> usize {
    let mut added = 0;
    let mut hashes = [0; AHEAD];
    for chunk in members.chunks(AHEAD) {
        prefetch(set, chunk, &mut hashes);
        for (&hash, &member) in hashes.iter().zip(chunk) {
            added += usize::from(set.insert(hash, member));
        }
    }
    added
}

fn prefetch(set: &LargeSet, members: &[&[u8]], hashes: &mut [u64; AHEAD]) {
    for (hash, member) in hashes.iter_mut().zip(members) {
        *hash = set.hash(member);
        set.prefetch_bucket(*hash);
    }
    if members.len() > 1 {
        hashes[..members.len()].iter().for_each(|&hash| set.prefetch_member(hash));
    }
}

/// The set of an entry, wherever that is, with all that its changes depend on.
#[derive(Debug)]
pub(super) struct Editor<'e> {
    pub(super) entry: &'e mut Entry,
    pub(super) hasher: KeyHasher,
    pub(super) limits: SetLimits,
}

impl Editor<'_> {
    /// Adds a member; returns whether it is new.
    #[inline]
    pub(super) fn insert(&mut self, member: &mut Member<'_>) -> bool {
        if let Some(set) = self.entry.as_large_mut::<LargeSet>() {
            let hash = member.hash(self.hasher);
            return set.insert(hash, member.text());
        }
        if self.entry.form() == Some(Form::Intset) {
            return self.insert_into_intset(member);
        }
        let present = Listpack::new(self.entry.packed()).find(member.text(), 0).is_some();
        if !present {
            self.append(member);
        }
        !present
    }

    /// Adds a member that is not there.
    pub(super) fn insert_new(&mut self, member: &mut Member<'_>) {
        if let Some(set) = self.entry.as_large_mut::<LargeSet>() {
            let hash = member.hash(self.hasher);
            set.insert_new(hash, member.text());
        } else if self.entry.form() == Some(Form::Intset) {
            self.insert_into_intset(member);
        } else {
            self.append(member);
        }
    }

    fn insert_into_intset(&mut self, member: &mut Member<'_>) -> bool {
        let Some(integer) = member.integer() else {
            if self.listpack_does_for_integers() {
                self.make_listpack();
                self.append(member);
            } else {
                self.make_large();
                self.insert_new(member);
            }
            return true;
        };
        let mut set = IntsetBuf::over(self.entry.packed_mut());
        let added = set.insert(integer);
        let limit = self.limits.intset_entries.min(Intset::LEN_MAX);
        if added && set.view().len() > limit {
            self.make_large();
        }
        added
    }

    /// Adds a member that is not there to a listpack, which becomes a table if that is too much.
    fn append(&mut self, member: &mut Member<'_>) {
        let members = Listpack::new(self.entry.packed());
        let element = member.element();
        let fits = members.len() < self.limits.listpack_entries
            && member.text().len() <= self.limits.listpack_value
            && members.has_room_for(Listpack::size_of(element));
        if fits {
            ListpackBuf::over(self.entry.packed_mut()).append([member.element()]);
        } else {
            self.make_large();
            self.insert_new(member);
        }
    }

    /// Returns whether the integers of an intset, and one member more, may be in a listpack.
    fn listpack_does_for_integers(&self) -> bool {
        let set = Intset::new(self.entry.packed());
        let ends = [set.first(), set.last()];
        let short =
            |&end: &i64| Digits::from_i64(end).as_bytes().len() <= self.limits.listpack_value;
        set.len() < self.limits.listpack_entries && ends.iter().flatten().all(short)
    }

    fn make_listpack(&mut self) {
        let set = Intset::new(self.entry.packed());
        let mut members = ListpackBuf::with_capacity(set.as_bytes().len() * 2);
        set.iter().for_each(|integer| members.append([Element::Int(integer)]));
        self.entry.set_packed(Form::Set, members.view().as_bytes());
    }

    /// Makes a table of a packed set.
    pub(super) fn make_large(&mut self) {
        let Ok(set) = self.entry.as_set() else { return };
        let mut large = LargeSet::new(self.hasher);
        for element in set.iter() {
            let mut member = Member::from(element);
            let hash = member.hash(self.hasher);
            large.insert_new(hash, member.text());
        }
        self.entry.set_large(large);
    }

    /// Makes an intset of a set of integers, whatever it was.
    pub(super) fn make_intset(&mut self) {
        let Ok(set) = self.entry.as_set() else { return };
        let mut integers: Vec<i64> = set.iter().filter_map(Element::integer).collect();
        integers.sort_unstable();
        let mut set = IntsetBuf::new();
        for integer in integers {
            set.insert(integer);
        }
        self.entry.set_packed(Form::Intset, set.view().as_bytes());
    }

    /// Removes a member; returns whether it was there.
    fn remove(&mut self, member: &[u8]) -> bool {
        if let Some(set) = self.entry.as_large_mut::<LargeSet>() {
            return set.remove(set.hash(member), member);
        }
        if self.entry.form() == Some(Form::Intset) {
            let Some(integer) = stdx::number::parse_i64(member) else { return false };
            return IntsetBuf::over(self.entry.packed_mut()).remove(integer);
        }
        let Some(at) = Listpack::new(self.entry.packed()).find(member, 0) else { return false };
        ListpackBuf::over(self.entry.packed_mut()).remove(at, 1) == 1
    }
}
