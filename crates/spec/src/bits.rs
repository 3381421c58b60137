//! Enums whose sets are one word.
//!
//! Flags, categories and key flags are the same thing three times: a list of names in an order
//! that is protocol, and sets of them that are tested on the way of every request.

/// Defines an enum of at most 32 named variants, and the type of its sets.
macro_rules! bits {
    (
        $(#[$doc:meta])* enum $Item:ident;
        $(#[$set_doc:meta])* set $Set:ident;
        $($(#[$item_doc:meta])* $Variant:ident = $name:literal,)+
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $Item {
            $($(#[$item_doc])* $Variant,)+
        }

        impl $Item {
            /// All of them, in the order in which they are printed.
            pub const ALL: &'static [Self] = &[$(Self::$Variant,)+];

            /// The name, as it goes over the wire.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$Variant => $name,)+
                }
            }
        }

        $(#[$set_doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
        pub struct $Set(u32);

        impl $Set {
            /// The set without members.
            pub const EMPTY: Self = Self(0);

            /// The set of these members.
            pub const fn of(items: &[$Item]) -> Self {
                let mut set = Self::EMPTY;
                let mut index = 0;
                while index < items.len() {
                    set = set.with(items[index]);
                    index += 1;
                }
                set
            }

            /// This set and one more member.
            #[must_use]
            pub const fn with(self, item: $Item) -> Self {
                Self(self.0 | 1 << item as u32)
            }

            /// Is this a member?
            #[inline]
            pub const fn has(self, item: $Item) -> bool {
                self.0 & 1 << item as u32 != 0
            }

            /// Has it a member in common with `other`?
            #[inline]
            pub const fn intersects(self, other: Self) -> bool {
                self.0 & other.0 != 0
            }

            /// Has it no members?
            #[inline]
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// One bit per member, the first variant in the lowest.
            #[inline]
            pub const fn to_bits(self) -> u32 {
                self.0
            }

            /// The members, in the order in which they are printed.
            pub fn iter(self) -> impl Iterator<Item = $Item> {
                $Item::ALL.iter().copied().filter(move |&item| self.has(item))
            }
        }

        impl std::fmt::Debug for $Set {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_set().entries(self.iter()).finish()
            }
        }
    };
}

pub(crate) use bits;
