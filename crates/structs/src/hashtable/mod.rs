//! Temporary stand-in with the interface of the real table.
#![allow(unsafe_code, missing_docs, clippy::all)]
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

pub unsafe trait Element: Sized {
    fn into_raw(self) -> NonNull<u8>;
    unsafe fn from_raw(raw: NonNull<u8>) -> Self;
    fn key(&self) -> &[u8];
}
pub trait Hasher64: Copy {
    fn hash(&self, bytes: &[u8]) -> u64;
}
impl Hasher64 for stdx::hash::KeyHasher {
    fn hash(&self, bytes: &[u8]) -> u64 {
        stdx::hash::KeyHasher::hash(self, bytes)
    }
}
pub trait Capture<E> {
    fn capture(&mut self, element: &E, flag: bool);
}
impl<E> Capture<E> for () {
    fn capture(&mut self, _: &E, _: bool) {}
}
pub enum Sweep {
    Keep(Option<u64>),
    Remove,
}
struct Slot {
    hash: u64,
    raw: NonNull<u8>,
    flag: bool,
}
pub struct Table<E: Element, H> {
    hasher: H,
    buckets: Vec<Vec<Slot>>,
    done: Vec<bool>,
    capturing: bool,
    walk: usize,
    len: usize,
    flagged: usize,
    bound: u64,
    owns: PhantomData<E>,
}
unsafe impl<E: Element + Send, H: Send> Send for Table<E, H> {}
impl<E: Element, H> std::fmt::Debug for Table<E, H> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Table({})", self.len)
    }
}
#[derive(Debug)]
pub struct Borrowed<'a, E>(ManuallyDrop<E>, bool, NonNull<u8>, PhantomData<&'a E>);
impl<E> Borrowed<'_, E> {
    pub fn flag(&self) -> bool {
        self.1
    }
    pub fn as_raw(&self) -> NonNull<u8> {
        self.2
    }
}
impl<E> Deref for Borrowed<'_, E> {
    type Target = E;
    fn deref(&self) -> &E {
        &self.0
    }
}
pub struct Occupied<'a, E: Element> {
    e: ManuallyDrop<E>,
    slot: &'a mut Slot,
    flagged: &'a mut usize,
}
impl<E: Element> std::fmt::Debug for Occupied<'_, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Occupied")
    }
}
impl<E: Element> Occupied<'_, E> {
    pub fn flag(&self) -> bool {
        self.slot.flag
    }
    pub fn set_flag(&mut self, f: bool) {
        if self.slot.flag != f {
            self.slot.flag = f;
            if f { *self.flagged += 1 } else { *self.flagged -= 1 }
        }
    }
}
impl<E: Element> Deref for Occupied<'_, E> {
    type Target = E;
    fn deref(&self) -> &E {
        &self.e
    }
}
impl<E: Element> DerefMut for Occupied<'_, E> {
    fn deref_mut(&mut self) -> &mut E {
        &mut self.e
    }
}
impl<E: Element> Drop for Occupied<'_, E> {
    fn drop(&mut self) {
        let e = unsafe { ManuallyDrop::take(&mut self.e) };
        self.slot.raw = e.into_raw();
    }
}
fn b<'a, E: Element>(s: &Slot) -> Borrowed<'a, E> {
    Borrowed(ManuallyDrop::new(unsafe { E::from_raw(s.raw) }), s.flag, s.raw, PhantomData)
}
impl<E: Element, H: Hasher64> Table<E, H> {
    pub fn new(hasher: H) -> Self {
        Table { hasher, buckets: vec![], done: vec![], capturing: false, walk: 0, len: 0, flagged: 0, bound: u64::MAX, owns: PhantomData }
    }
    pub fn len(&self) -> usize {
        self.len
    }
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    pub fn flagged_len(&self) -> usize {
        self.flagged
    }
    pub fn buckets(&self) -> usize {
        self.buckets.len()
    }
    pub fn hasher(&self) -> &H {
        &self.hasher
    }
    pub fn memory(&self) -> usize {
        self.buckets.len() * 24
    }
    fn idx(&self, h: u64) -> usize {
        (h as usize) & (self.buckets.len() - 1)
    }
    fn pos(&self, h: u64, key: &[u8]) -> Option<(usize, usize)> {
        if self.buckets.is_empty() {
            return None;
        }
        let i = self.idx(h);
        self.buckets[i].iter().position(|s| s.hash == h && b::<E>(s).key() == key).map(|j| (i, j))
    }
    pub fn prefetch_bucket(&self, _: u64) {}
    pub fn prefetch_entry(&self, _: u64) {}
    pub fn find(&self, h: u64, key: &[u8]) -> Option<Borrowed<'_, E>> {
        self.pos(h, key).map(|(i, j)| b(&self.buckets[i][j]))
    }
    fn touch<C: Capture<E>>(&mut self, i: usize, c: &mut C) {
        if self.capturing && !self.done[i] {
            self.done[i] = true;
            for s in &self.buckets[i] {
                c.capture(&b::<E>(s), s.flag);
            }
        }
    }
    pub fn find_mut<C: Capture<E>>(&mut self, h: u64, key: &[u8], c: &mut C) -> Option<Occupied<'_, E>> {
        let (i, j) = self.pos(h, key)?;
        self.touch(i, c);
        let slot = &mut self.buckets[i][j];
        let e = ManuallyDrop::new(unsafe { E::from_raw(slot.raw) });
        Some(Occupied { e, slot, flagged: &mut self.flagged })
    }
    pub fn remove<C: Capture<E>>(&mut self, h: u64, key: &[u8], c: &mut C) -> Option<(E, bool)> {
        let (i, j) = self.pos(h, key)?;
        self.touch(i, c);
        let s = self.buckets[i].swap_remove(j);
        self.len -= 1;
        self.flagged -= s.flag as usize;
        Some((unsafe { E::from_raw(s.raw) }, s.flag))
    }
    pub fn remove_by<C: Capture<E>>(&mut self, h: u64, f: impl Fn(&E) -> bool, c: &mut C) -> Option<(E, bool)> {
        if self.buckets.is_empty() {
            return None;
        }
        let i = self.idx(h);
        let j = self.buckets[i].iter().position(|s| s.hash == h && f(&b::<E>(s)))?;
        self.touch(i, c);
        let s = self.buckets[i].swap_remove(j);
        self.len -= 1;
        self.flagged -= s.flag as usize;
        Some((unsafe { E::from_raw(s.raw) }, s.flag))
    }
    pub fn insert_new<C: Capture<E>>(&mut self, h: u64, e: E, flag: bool, c: &mut C) -> Borrowed<'_, E> {
        if self.buckets.is_empty() {
            self.buckets.resize_with(4, Vec::new);
            self.done.resize(4, true);
        }
        if self.len >= self.buckets.len() * 6 && !self.capturing {
            let n = self.buckets.len() * 2;
            let old = std::mem::take(&mut self.buckets);
            self.buckets.resize_with(n, Vec::new);
            self.done = vec![true; n];
            for s in old.into_iter().flatten() {
                let i = self.idx(s.hash);
                self.buckets[i].push(s);
            }
        }
        let i = self.idx(h);
        self.touch(i, c);
        self.len += 1;
        self.flagged += flag as usize;
        self.buckets[i].push(Slot { hash: h, raw: e.into_raw(), flag });
        let j = self.buckets[i].len() - 1;
        b(&self.buckets[i][j])
    }
    pub fn scan(&self, cursor: u64, visit: &mut dyn FnMut(Borrowed<'_, E>)) -> u64 {
        if self.buckets.is_empty() {
            return 0;
        }
        let mask = self.buckets.len() as u64 - 1;
        for s in &self.buckets[(cursor & mask) as usize] {
            visit(b(s));
        }
        let v = (cursor | !mask).reverse_bits().wrapping_add(1).reverse_bits();
        v
    }
    pub fn iter(&self) -> impl Iterator<Item = Borrowed<'_, E>> {
        self.buckets.iter().flatten().map(|s| b(s))
    }
    pub fn random(&self, rng: &mut dyn FnMut(u64) -> u64) -> Option<Borrowed<'_, E>> {
        if self.len == 0 {
            return None;
        }
        loop {
            let bk = &self.buckets[rng(self.buckets.len() as u64) as usize];
            if !bk.is_empty() {
                return Some(b(&bk[rng(bk.len() as u64) as usize]));
            }
        }
    }
    pub fn sample_bucket(&self, rng: &mut dyn FnMut(u64) -> u64, visit: &mut dyn FnMut(Borrowed<'_, E>)) {
        if !self.buckets.is_empty() {
            for s in &self.buckets[rng(self.buckets.len() as u64) as usize] {
                visit(b(s));
            }
        }
    }
    pub fn is_capturing(&self) -> bool {
        self.capturing
    }
    pub fn begin_capture(&mut self) {
        self.capturing = true;
        self.walk = 0;
        self.done.fill(false);
    }
    pub fn end_capture(&mut self) {
        self.capturing = false;
    }
    pub fn capture_step<C: Capture<E>>(&mut self, n: usize, c: &mut C) -> bool {
        for _ in 0..n {
            if !self.capturing || self.walk >= self.buckets.len() {
                return true;
            }
            self.touch(self.walk, c);
            self.walk += 1;
        }
        false
    }
    pub fn note_bound(&mut self, _: u64, when: u64) {
        self.bound = self.bound.min(when);
    }
    pub fn next_due(&self, from: usize, now: u64) -> Option<usize> {
        (from == 0 && self.bound <= now).then_some(0)
    }
    pub fn sweep_segment<C: Capture<E>>(&mut self, _: usize, c: &mut C, mut f: impl FnMut(&E) -> Sweep) {
        self.bound = u64::MAX;
        for i in 0..self.buckets.len() {
            self.touch(i, c);
            let mut j = 0;
            while j < self.buckets[i].len() {
                if self.buckets[i][j].flag {
                    match f(&b::<E>(&self.buckets[i][j])) {
                        Sweep::Keep(w) => self.bound = self.bound.min(w.unwrap_or(u64::MAX)),
                        Sweep::Remove => {
                            let s = self.buckets[i].swap_remove(j);
                            self.len -= 1;
                            self.flagged -= 1;
                            drop(unsafe { E::from_raw(s.raw) });
                            continue;
                        }
                    }
                }
                j += 1;
            }
        }
    }
}
impl<E: Element, H> Drop for Table<E, H> {
    fn drop(&mut self) {
        for s in self.buckets.drain(..).flatten() {
            drop(unsafe { E::from_raw(s.raw) });
        }
    }
}
