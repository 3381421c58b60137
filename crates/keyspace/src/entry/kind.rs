//! What a value is, and how it is kept.

use structs::listpack::Listpack;

/// The data types that a key can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    /// Bytes, or a number.
    String,
    /// A sequence.
    List,
    /// Members without order.
    Set,
    /// Members with scores, in their order.
    SortedSet,
    /// Fields with values.
    Hash,
}

impl Type {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::String, Self::List, Self::Set, Self::SortedSet, Self::Hash];

    /// Returns the name that TYPE answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::List => "list",
            Self::Set => "set",
            Self::SortedSet => "zset",
            Self::Hash => "hash",
        }
    }
}

/// How a value is represented, as OBJECT ENCODING tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// A number.
    Int,
    /// A string so short that clients expect it to lie beside its header.
    Embstr,
    /// Any other string.
    Raw,
    /// A small list, set, sorted set or hash: one packed block.
    Listpack,
    /// A small hash some of whose fields expire.
    ListpackEx,
    /// A small set of integers.
    Intset,
    /// A list of many packed blocks.
    Quicklist,
    /// A big set or hash.
    Hashtable,
    /// A big sorted set.
    Skiplist,
}

impl Encoding {
    /// Returns the name that OBJECT ENCODING answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Embstr => "embstr",
            Self::Raw => "raw",
            Self::Listpack => "listpack",
            Self::ListpackEx => "listpackex",
            Self::Intset => "intset",
            Self::Quicklist => "quicklist",
            Self::Hashtable => "hashtable",
            Self::Skiplist => "skiplist",
        }
    }
}

/// What a packed block means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A listpack of a list's elements.
    List,
    /// A listpack of fields and values.
    Hash,
    /// A listpack of fields, values and when they expire (zero: never).
    TimedHash,
    /// A listpack of members.
    Set,
    /// An intset.
    Intset,
    /// A listpack of members and scores, in order.
    SortedSet,
}

impl Form {
    const ALL: [Self; 6] =
        [Self::List, Self::Hash, Self::TimedHash, Self::Set, Self::Intset, Self::SortedSet];

    /// Returns the type of what is packed.
    pub fn data_type(self) -> Type {
        match self {
            Self::List => Type::List,
            Self::Hash | Self::TimedHash => Type::Hash,
            Self::Set | Self::Intset => Type::Set,
            Self::SortedSet => Type::SortedSet,
        }
    }

    /// Returns the packed bytes of no elements.
    pub fn empty(self) -> &'static [u8] {
        match self {
            Self::Intset => &[2, 0, 0, 0, 0, 0, 0, 0],
            _ => Listpack::EMPTY.as_bytes(),
        }
    }

    fn encoding(self) -> Encoding {
        match self {
            Self::Intset => Encoding::Intset,
            Self::TimedHash => Encoding::ListpackEx,
            Self::List | Self::Hash | Self::Set | Self::SortedSet => Encoding::Listpack,
        }
    }
}

/// How the value of an entry is kept: the low seven bits of its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind(u8);

impl Kind {
    pub(super) const INT: Self = Self(0);
    /// A short string.
    pub(super) const SHORT: Self = Self(1);
    /// A short string that has been edited in place; clients are told so (`raw`).
    pub(super) const SHORT_RAW: Self = Self(2);
    /// A string in an allocation of its own.
    pub(super) const LONG: Self = Self(3);
    /// A short string in an allocation of its own, because the key leaves no room for it; clients are told what they are told of any short one (`embstr`).
    pub(super) const SHORT_APART: Self = Self(4);
    /// The first of those that keep a packed block beside the key, one for each [`Form`].
    const PACKED: u8 = 8;
    /// The first of those that keep a packed block in an allocation of its own.
    const PACKED_APART: u8 = 16;
    pub(super) const LARGE_LIST: Self = Self(24);
    pub(super) const LARGE_SET: Self = Self(25);
    pub(super) const LARGE_HASH: Self = Self(26);
    pub(super) const LARGE_SORTED_SET: Self = Self(27);
    /// A large hash that has had fields which expire. That none has is what nearly every look-up wants to know.
    pub(super) const LARGE_TIMED_HASH: Self = Self(28);

    /// Reads what [`Kind::bits`] wrote.
    #[inline]
    pub(super) fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    #[inline]
    pub(super) const fn bits(self) -> u8 {
        self.0
    }

    pub(super) fn packed(form: Form) -> Self {
        Self(Self::PACKED + form as u8)
    }

    pub(super) fn packed_apart(form: Form) -> Self {
        Self(Self::PACKED_APART + form as u8)
    }

    #[inline]
    pub(super) fn is_string(self) -> bool {
        self.0 < Self::PACKED
    }

    /// Returns whether a packed block lies beside the key.
    #[inline]
    pub(super) fn is_packed_inside(self) -> bool {
        (Self::PACKED..Self::PACKED_APART).contains(&self.0)
    }

    /// Returns what a packed block means, if that is what the value is.
    #[inline]
    pub(super) fn form(self) -> Option<Form> {
        if !(Self::PACKED..Self::LARGE_LIST.0).contains(&self.0) {
            return None;
        }
        Form::ALL.get(usize::from(self.0 & 7)).copied()
    }

    /// Returns whether the value is a pointer to a [`Blob`](structs::blob::Blob).
    #[inline]
    pub(super) fn is_blob(self) -> bool {
        matches!(self, Self::LONG | Self::SHORT_APART)
            || (Self::PACKED_APART..Self::LARGE_LIST.0).contains(&self.0)
    }

    /// Returns whether the value is a structure of its own.
    #[inline]
    pub(super) fn is_large(self) -> bool {
        self.0 >= Self::LARGE_LIST.0
    }

    /// Returns whether the value is a pointer to something that the entry owns.
    #[inline]
    pub(super) fn is_apart(self) -> bool {
        self.is_blob() || self.is_large()
    }

    /// A bit for each kind in which a form can be, and for one more.
    const fn bits_of(form: Form, large: Self) -> u32 {
        let form = form as u8;
        1 << (Self::PACKED + form) | 1 << (Self::PACKED_APART + form) | 1 << large.0
    }

    /// The kinds of hashes that have had fields which expire.
    const TIMED_HASHES: u32 = Self::bits_of(Form::TimedHash, Self::LARGE_TIMED_HASH);

    /// The kinds of all hashes.
    const HASHES: u32 = Self::TIMED_HASHES | Self::bits_of(Form::Hash, Self::LARGE_HASH);

    /// Returns whether the value is a hash.
    #[inline]
    pub(super) fn is_hash(self) -> bool {
        Self::HASHES >> self.0 & 1 != 0
    }

    /// Returns whether the value is a hash that has had fields which expire.
    #[inline]
    pub(super) fn may_have_timed_fields(self) -> bool {
        Self::TIMED_HASHES >> self.0 & 1 != 0
    }

    #[inline]
    pub(super) fn data_type(self) -> Type {
        match self {
            _ if self.is_string() => Type::String,
            Self::LARGE_LIST => Type::List,
            Self::LARGE_SET => Type::Set,
            Self::LARGE_HASH | Self::LARGE_TIMED_HASH => Type::Hash,
            Self::LARGE_SORTED_SET => Type::SortedSet,
            _ => self.form().map_or(Type::String, Form::data_type),
        }
    }

    /// Returns what clients are told of a value that is not a string.
    pub(super) fn collection_encoding(self) -> Encoding {
        match self {
            Self::LARGE_LIST => Encoding::Quicklist,
            Self::LARGE_SET | Self::LARGE_HASH | Self::LARGE_TIMED_HASH => Encoding::Hashtable,
            Self::LARGE_SORTED_SET => Encoding::Skiplist,
            _ => self.form().map_or(Encoding::Raw, Form::encoding),
        }
    }
}
