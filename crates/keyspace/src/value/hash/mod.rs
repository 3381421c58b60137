//! Hashes: fields with values, some of which expire.
//!
//! A hash is a listpack of fields and values, one after the other, as long as there are few and all are short ([`HashLimits`]), and a table otherwise. As soon as one of its fields expires, its listpack is one of fields, values and expiries. It does not change back when it shrinks, or when nothing expires any more.
//!
//! Fields and values are [`Element`]s: an integer in a listpack stays one until somebody wants its digits. A table has only bytes.
//!
//! A field past its time is seen by nobody, whether it is still there or not: what a view shows depends on the time that it was made for. How such fields go is told in `expire`.

mod edit;
mod timed;

use structs::hash::FieldRef;
use structs::listpack::{Element, Listpack};

use crate::entry::{Entry, Form, LargeHash, WrongType};

use self::timed::Timed;

pub use self::edit::HashMut;
pub(crate) use self::edit::take_due;

/// Up to where a hash is kept packed.
#[derive(Debug, Clone, Copy)]
pub struct HashLimits {
    /// The most fields.
    pub entries: usize,
    /// The longest field or value.
    pub value: usize,
}

impl HashLimits {
    /// Returns whether a field or value may be in a listpack.
    #[inline]
    fn permit(self, bytes: &[u8]) -> bool {
        bytes.len() <= self.value
    }
}

/// A hash to be read.
#[derive(Debug, Clone, Copy)]
pub struct HashRef<'a> {
    form: FormRef<'a>,
    /// Fields with an expiry up to this are not shown. Zero where there are none for sure, or all are shown.
    now_ms: u64,
}

#[derive(Debug, Clone, Copy)]
enum FormRef<'a> {
    Packed(Listpack<'a>),
    Timed(Timed<'a>),
    Large(&'a LargeHash),
}

impl Entry {
    /// Returns the value as a hash without the fields that are past their time at `now_ms`.
    #[inline]
    pub fn as_hash(&self, now_ms: u64) -> Result<HashRef<'_>, WrongType> {
        if self.form() == Some(Form::Hash) {
            let form = FormRef::Packed(Listpack::new(self.packed()));
            return Ok(HashRef { form, now_ms: 0 });
        }
        let form = self.timed_form().ok_or(WrongType)?;
        let something_due = self.may_have_timed_fields()
            && match form {
                FormRef::Large(hash) => hash.first_expiry().is_some_and(|first| first <= now_ms),
                // To find out takes a walk.
                _ => true,
            };
        Ok(HashRef { form, now_ms: if something_due { now_ms } else { 0 } })
    }

    /// Returns the value as a hash in a form in which fields may expire.
    #[inline]
    fn timed_form(&self) -> Option<FormRef<'_>> {
        if let Some(hash) = self.as_large::<LargeHash>() {
            return Some(FormRef::Large(hash));
        }
        (self.form() == Some(Form::TimedHash)).then(|| FormRef::Timed(Timed::new(self.packed())))
    }

    /// Returns when the first field expires, if the value is a hash with such fields.
    #[inline]
    pub fn first_field_expiry(&self) -> Option<u64> {
        // Every change asks.
        if self.may_have_timed_fields() { self.first_in_time() } else { None }
    }

    #[inline(never)]
    fn first_in_time(&self) -> Option<u64> {
        match self.timed_form()? {
            FormRef::Large(hash) => hash.first_expiry(),
            FormRef::Timed(timed) => timed.first_expiry(),
            FormRef::Packed(_) => None,
        }
    }

    /// Returns whether the entry is past its time: its own, or that of all its fields.
    #[inline]
    pub(crate) fn is_over(&self, now_ms: u64) -> bool {
        self.expiry().is_some_and(|when| when <= now_ms) || self.is_void(now_ms)
    }

    /// Returns whether the value is a hash all of whose fields are past their time: then the key is not there.
    #[inline(always)]
    pub(crate) fn is_void(&self, now_ms: u64) -> bool {
        // Every look-up asks.
        self.may_have_timed_fields() && self.has_only_past_fields(now_ms)
    }

    #[inline(never)]
    fn has_only_past_fields(&self, now_ms: u64) -> bool {
        match self.timed_form() {
            Some(FormRef::Large(hash)) => hash.is_due(now_ms),
            Some(FormRef::Timed(timed)) => timed.is_due(now_ms),
            _ => false,
        }
    }
}

impl<'a> HashRef<'a> {
    /// A hash without fields.
    pub(crate) const EMPTY: HashRef<'static> =
        HashRef { form: FormRef::Packed(Listpack::EMPTY), now_ms: 0 };

    /// Returns whether a field with that expiry is shown.
    #[inline]
    fn shows(self, expiry: Option<u64>) -> bool {
        self.now_ms == 0 || expiry.is_none_or(|when| when > self.now_ms)
    }

    /// Returns the number of fields. Fields past their time are counted, and subtracted.
    #[inline]
    pub fn len(self) -> usize {
        match self.form {
            FormRef::Packed(packed) => packed.len() / 2,
            FormRef::Timed(timed) if self.now_ms == 0 => timed.len(),
            FormRef::Timed(timed) => timed.iter().filter(|field| self.shows(field.2)).count(),
            FormRef::Large(hash) if self.now_ms == 0 => hash.len(),
            FormRef::Large(hash) => hash.len() - hash.due_len(self.now_ms),
        }
    }

    /// Returns whether there are no fields.
    pub fn is_empty(self) -> bool {
        match self.form {
            FormRef::Large(hash) => hash.is_empty() || hash.is_due(self.now_ms),
            _ => self.len() == 0,
        }
    }

    /// Returns the value of a field.
    #[inline]
    pub fn get(self, field: &[u8]) -> Option<Element<'a>> {
        match self.form {
            FormRef::Packed(packed) => packed.at(packed.next(packed.find(field, 1)?)?),
            FormRef::Timed(timed) => {
                timed.get(field).filter(|&(_, expiry)| self.shows(expiry)).map(|(value, _)| value)
            }
            FormRef::Large(hash) => hash
                .get(field)
                .filter(|field| self.shows(field.expiry))
                .map(|field| Element::Bytes(field.value)),
        }
    }

    /// Returns when a field expires, if it is there; and then, if it does.
    pub fn expiry(self, field: &[u8]) -> Option<Option<u64>> {
        let expiry = match self.form {
            FormRef::Packed(packed) => packed.find(field, 1).map(|_| None),
            FormRef::Timed(timed) => timed.get(field).map(|(_, expiry)| expiry),
            FormRef::Large(hash) => hash.get(field).map(|field| field.expiry),
        };
        expiry.filter(|&expiry| self.shows(expiry))
    }

    /// Visits all fields with their values.
    #[inline]
    pub fn for_each(self, mut visit: impl FnMut(Element<'a>, Element<'a>)) {
        if let FormRef::Large(hash) = self.form
            && self.now_ms == 0
        {
            hash.iter().for_each(|field| {
                visit(Element::Bytes(field.name), Element::Bytes(field.value));
            });
            return;
        }
        self.for_each_timed(|field, value, _| visit(field, value));
    }

    /// Visits all fields with their values and expiries.
    #[inline]
    pub fn for_each_timed(self, mut visit: impl FnMut(Element<'a>, Element<'a>, Option<u64>)) {
        match self.form {
            FormRef::Packed(packed) => {
                let mut elements = packed.iter();
                while let Some((field, value)) = elements.next_pair() {
                    visit(field, value, None);
                }
            }
            FormRef::Timed(timed) => {
                let shown = timed.iter().filter(|field| self.shows(field.2));
                shown.for_each(|(field, value, expiry)| visit(field, value, expiry));
            }
            FormRef::Large(hash) => {
                for FieldRef { name, value, expiry } in hash.iter() {
                    if self.shows(expiry) {
                        visit(Element::Bytes(name), Element::Bytes(value), expiry);
                    }
                }
            }
        }
    }

    /// Visits some fields with their values and returns the cursor to go on from, zero at the end. A packed hash is visited as a whole.
    pub fn scan(self, cursor: u64, visit: &mut dyn FnMut(Element<'_>, Element<'_>)) -> u64 {
        match self.form {
            FormRef::Large(hash) => hash.scan(cursor, &mut |field| {
                if self.shows(field.expiry) {
                    visit(Element::Bytes(field.name), Element::Bytes(field.value));
                }
            }),
            _ => {
                self.for_each(visit);
                0
            }
        }
    }

    /// Returns a field by chance, all equally likely, with its value. `below` gives a number below another one.
    pub fn random(self, below: &mut impl FnMut(u64) -> u64) -> Option<(Element<'a>, Element<'a>)> {
        match self.form {
            FormRef::Packed(packed) => {
                let fields = packed.len() / 2;
                if fields == 0 {
                    return None;
                }
                let at = packed.position(2 * below(fields as u64) as isize)?;
                return Some((packed.at(at)?, packed.at(packed.next(at)?)?));
            }
            FormRef::Large(hash) => {
                // Where nearly all fields are past their time, the others are looked for.
                for _ in 0..DRAWS_MAX {
                    let field = hash.random(below)?;
                    if self.shows(field.expiry) {
                        return Some((Element::Bytes(field.name), Element::Bytes(field.value)));
                    }
                }
            }
            FormRef::Timed(_) => (),
        }
        let mut found = None;
        self.sample(1, below, |field, value| found = Some((field, value)));
        found
    }

    /// Visits `count` different fields by chance, or all if there are no more, with their values. Every choice of fields is equally likely; their order says nothing.
    pub fn sample(
        self,
        count: usize,
        below: &mut impl FnMut(u64) -> u64,
        mut visit: impl FnMut(Element<'a>, Element<'a>),
    ) {
        let mut left = self.len();
        let mut wanted = count.min(left);
        // Few of many are drawn one by one, without reading the others.
        if let FormRef::Large(hash) = self.form
            && wanted < left / FEW_OF
            && left > hash.len() / 2
        {
            let mut seen = stdx::hash::Set::default();
            while seen.len() < wanted
                && let Some(field) = hash.random(below)
            {
                // No two fields are at the same place.
                if self.shows(field.expiry) && seen.insert(field.name.as_ptr() as usize) {
                    visit(Element::Bytes(field.name), Element::Bytes(field.value));
                }
            }
            return;
        }
        self.for_each(|field, value| {
            // Of those that are left, so many are still wanted.
            if wanted > 0 && below(left as u64) < wanted as u64 {
                wanted -= 1;
                visit(field, value);
            }
            left -= 1;
        });
    }
}

/// So many fields are drawn before all are gone through.
const DRAWS_MAX: usize = 100;

/// Less than one field in so many is a few of them.
const FEW_OF: usize = 8;
