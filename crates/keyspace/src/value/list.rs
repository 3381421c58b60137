//! Lists: a listpack while small, a deque of listpacks when not.

use std::ops::{ControlFlow, Range};

use structs::list::{End, Limits, Needle};
use structs::listpack::{Element, Listpack, ListpackBuf, Position};

use crate::db::EntryMut;
use crate::entry::{Entry, Form, LargeList, PackedMut, Type, WrongType};

/// A list to be read.
#[derive(Debug, Clone, Copy)]
pub enum ListRef<'a> {
    /// A small one.
    Packed(Listpack<'a>),
    /// Any other.
    Large(&'a LargeList),
}

impl Entry {
    /// Returns the list, if the value is one.
    #[inline]
    pub fn as_list(&self) -> Result<ListRef<'_>, WrongType> {
        match self.as_large() {
            Some(list) => Ok(ListRef::Large(list)),
            None if self.data_type() == Type::List => {
                Ok(ListRef::Packed(Listpack::new(self.packed())))
            }
            None => Err(WrongType),
        }
    }
}

impl<'a> ListRef<'a> {
    /// Returns the number of elements.
    #[inline]
    pub fn len(&self) -> usize {
        match self {
            Self::Packed(packed) => packed.len(),
            Self::Large(list) => list.len(),
        }
    }

    /// Returns whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Calls `visit` with the element at an index, if there is one.
    pub fn with<R>(&self, index: usize, visit: impl FnOnce(Element<'_>) -> R) -> Option<R> {
        match self {
            Self::Packed(packed) => packed.get(isize::try_from(index).ok()?).map(visit),
            Self::Large(list) => list.get(index, visit),
        }
    }

    /// Calls `visit` with the elements at a range of indexes.
    #[inline]
    pub fn for_each(&self, range: Range<usize>, mut visit: impl FnMut(Element<'_>)) {
        match self {
            Self::Packed(packed) => {
                let elements = packed.iter_from(packed_place(*packed, range.start));
                elements.take(range.len()).for_each(visit);
            }
            Self::Large(list) => list.iter(range, End::Front).for_each(&mut visit),
        }
    }

    /// Calls `visit` with the indexes and elements of a range, from one end of it, until it says that this is enough.
    pub fn walk(
        &self,
        range: Range<usize>,
        from: End,
        mut visit: impl FnMut(usize, Element<'_>) -> ControlFlow<()>,
    ) {
        let mut indexes = range.clone();
        let mut index = || match from {
            End::Front => indexes.next(),
            End::Back => indexes.next_back(),
        };
        match self {
            Self::Packed(packed) => {
                let mut elements = match from {
                    End::Front => packed.iter_from(packed_place(*packed, range.start)),
                    End::Back => packed.iter_to(packed_place(*packed, range.end)),
                };
                let mut next = || match from {
                    End::Front => elements.next(),
                    End::Back => elements.next_back(),
                };
                while let (Some(index), Some(element)) = (index(), next()) {
                    if visit(index, element).is_break() {
                        return;
                    }
                }
            }
            Self::Large(list) => {
                let mut elements = list.iter(range, from);
                while let (Some(element), Some(index)) = (elements.next(), index()) {
                    if visit(index, element).is_break() {
                        return;
                    }
                }
            }
        }
    }
}

/// Returns where the element with that index is, or the end if there is none.
fn packed_place(packed: Listpack<'_>, index: usize) -> Position {
    let found = isize::try_from(index).ok().and_then(|index| packed.position(index));
    found.unwrap_or_else(|| packed.end())
}

/// A list to be changed.
#[derive(Debug)]
pub struct ListMut<'a, 't>(&'a mut EntryMut<'t>);

impl<'t> EntryMut<'t> {
    /// Returns the list for changing, if the value is one.
    #[inline]
    pub fn list_mut(&mut self) -> Result<ListMut<'_, 't>, WrongType> {
        if self.data_type() == Type::List { Ok(ListMut(self)) } else { Err(WrongType) }
    }
}

impl ListMut<'_, '_> {
    /// Returns the list for reading.
    ///
    /// # Panics
    /// Never: that it is a list was found out when it was opened.
    #[inline]
    pub fn view(&self) -> ListRef<'_> {
        self.0.as_list().expect("opened as a list")
    }

    /// Returns the number of elements.
    #[inline]
    pub fn len(&self) -> usize {
        self.view().len()
    }

    /// Returns whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline]
    fn large(&mut self) -> Option<&mut LargeList> {
        self.0.entry().as_large_mut()
    }

    fn packed(&mut self) -> ListpackBuf<PackedMut<'_>> {
        ListpackBuf::over(self.0.entry().packed_mut())
    }

    /// Makes a deque of the listpack if it would be too large with one more element.
    fn make_room(&mut self, element: &[u8], limits: Limits) {
        let Ok(ListRef::Packed(packed)) = self.0.as_list() else { return };
        let (bytes, len) = (packed.as_bytes().len(), packed.len());
        if limits.exceeded_by(bytes + element.len(), len + 1) {
            let mut list = LargeList::new();
            list.push_listpack(packed.as_bytes().into(), limits);
            self.0.entry().set_large(list);
        }
    }

    /// Makes a listpack of a deque that has become small.
    fn shrink(&mut self, limits: Limits) {
        let Some(list) = self.large() else { return };
        if list.fits_listpack(limits)
            && let Some(packed) = list.to_listpack()
        {
            self.0.entry().set_packed(Form::List, &packed);
        }
    }

    /// Adds an element at an end.
    #[inline]
    pub fn push(&mut self, end: End, element: &[u8], limits: Limits) {
        if self.large().is_none() {
            self.make_room(element, limits);
        }
        match self.large() {
            Some(list) => list.push(end, element, limits),
            None => {
                let mut packed = self.packed();
                match end {
                    End::Front => packed.prepend([element]),
                    End::Back => packed.append([element]),
                }
            }
        }
        self.0.changed();
    }

    /// Removes up to `count` elements at an end, and calls `taken` with each of them in that order. Returns how many there were.
    #[inline]
    pub fn pop(
        &mut self,
        end: End,
        count: usize,
        limits: Limits,
        mut taken: impl FnMut(Element<'_>),
    ) -> usize {
        let len = self.len();
        let count = count.min(len);
        if count == 0 {
            return 0;
        }
        if let Some(list) = self.large() {
            list.pop_many(end, count, limits, taken);
            self.shrink(limits);
        } else {
            let mut packed = self.packed();
            let first = match end {
                End::Front => 0,
                End::Back => len - count,
            };
            match end {
                End::Front => packed.view().iter().take(count).for_each(&mut taken),
                End::Back => packed.view().iter().rev().take(count).for_each(&mut taken),
            }
            packed.remove_range(first as isize, count);
        }
        self.0.changed();
        count
    }

    /// Puts another element in the place of that with an index, which must be there.
    pub fn set(&mut self, index: usize, element: &[u8], limits: Limits) {
        self.make_room(element, limits);
        if let Some(list) = self.large() {
            list.set(index, element, limits);
            self.shrink(limits);
        } else {
            let mut packed = self.packed();
            if let Some(at) = packed.view().position(index as isize) {
                packed.replace(at, element);
            }
        }
        self.0.changed();
    }

    /// Inserts an element before that with an index, or at the end if there is none.
    pub fn insert(&mut self, index: usize, element: &[u8], limits: Limits) {
        self.make_room(element, limits);
        if let Some(list) = self.large() {
            list.insert(index, element, limits);
        } else {
            let mut packed = self.packed();
            match packed.view().position(index as isize) {
                Some(at) => packed.insert_before(at, [element]),
                None => packed.append([element]),
            }
        }
        self.0.changed();
    }

    /// Removes the first `max` elements that equal a string, seen from an end. Returns how many there were.
    pub fn remove_equal(&mut self, from: End, max: usize, bytes: &[u8], limits: Limits) -> usize {
        let needle = Needle::new(bytes);
        let removed = if let Some(list) = self.large() {
            let removed =
                list.remove_matching(from, max, limits, |element| needle.matches(element));
            self.shrink(limits);
            removed
        } else {
            self.remove_packed(from, max, needle)
        };
        if removed > 0 {
            self.0.changed();
        }
        removed
    }

    fn remove_packed(&mut self, from: End, max: usize, needle: Needle<'_>) -> usize {
        let mut packed = self.packed();
        let matching = |(index, element)| needle.matches(element).then_some(index as isize);
        let elements = packed.view().iter().enumerate();
        let mut found: Vec<isize> = elements.filter_map(matching).collect();
        match from {
            End::Front => found.truncate(max),
            End::Back => _ = found.drain(..found.len().saturating_sub(max)),
        }
        // From behind, so that the other indexes stay good.
        for &index in found.iter().rev() {
            packed.remove_range(index, 1);
        }
        found.len()
    }

    /// Removes all elements but those at a range of indexes.
    pub fn keep(&mut self, range: Range<usize>, limits: Limits) {
        let len = self.len();
        if range.len() == len {
            // Compat: it is told as a change all the same.
        } else if let Some(list) = self.large() {
            list.remove_range(range.end..len, limits);
            list.remove_range(0..range.start, limits);
            self.shrink(limits);
        } else {
            let mut packed = self.packed();
            packed.remove_range(range.end as isize, len - range.end);
            packed.remove_range(0, range.start);
        }
        self.0.changed();
    }
}
