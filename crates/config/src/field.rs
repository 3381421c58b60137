//! How a directive reaches its setting: the type, its bounds, and the field of [`Config`].
//!
//! Every kind of setting has a pair of plain functions, one that reads the field and one that
//! writes it, so that a row of the table is a constant. The [`field!`] macro writes the pair.

use crate::config::{Config, Words};
use crate::error::ValueError;
use crate::split::{quote, quote_if_needed};
use crate::units::{format_memory, parse_integer, parse_memory, parse_octal};
use crate::value::{Mode, Rewriting, Setting};

/// Where a setting lives, and what it can be.
#[derive(Debug, Clone, Copy)]
pub enum Field {
    /// `yes` or `no`.
    Flag(Access<bool>),
    /// An integer.
    Integer {
        /// The field.
        access: Access<i64>,
        /// The least value allowed.
        min: i64,
        /// The greatest value allowed.
        max: i64,
        /// What it counts.
        unit: Unit,
    },
    /// Permissions of a file, in octal.
    Octal {
        /// The field.
        access: Access<u32>,
        /// The greatest value allowed.
        max: u32,
    },
    /// An amount of memory.
    Bytes {
        /// The field.
        access: Access<u64>,
        /// The least value allowed.
        min: u64,
        /// The greatest value allowed.
        max: u64,
    },
    /// One word out of a few.
    Choice {
        /// The field, as an index into the words.
        access: Access<usize>,
        /// The words.
        names: &'static [&'static str],
    },
    /// Any bytes, if the check lets them pass.
    Text {
        /// Reads the field.
        get: fn(&Config) -> &[u8],
        /// Writes the field.
        set: fn(&mut Config, Vec<u8>),
        /// Refuses what makes no sense.
        check: fn(&[u8]) -> Result<(), ValueError>,
    },
    /// A setting with a grammar of its own.
    Own(Own),
    /// Any number of lines, kept as they are for whoever understands them.
    Lines {
        /// Reads the field.
        get: fn(&Config) -> &Vec<Words>,
        /// Gives access to the field.
        get_mut: fn(&mut Config) -> &mut Vec<Words>,
        /// The least number of arguments.
        min: usize,
        /// The greatest number of arguments.
        max: usize,
        /// The form of the arguments, for people.
        form: &'static str,
    },
    /// No setting: another file to read.
    Include,
}

/// Reads and writes one field of a [`Config`].
#[derive(Debug, Clone, Copy)]
pub struct Access<T> {
    /// Reads the field.
    pub get: fn(&Config) -> T,
    /// Writes the field.
    pub set: fn(&mut Config, T),
}

/// A setting with a grammar of its own.
#[derive(Debug, Clone, Copy)]
pub struct Own {
    pub(crate) get: fn(&Config) -> &dyn Setting,
    pub(crate) get_mut: fn(&mut Config) -> &mut dyn Setting,
    /// It takes several arguments, which may also stand together in one.
    pub(crate) several: bool,
    /// The form of its arguments, for people.
    pub(crate) form: &'static str,
}

/// What an integer counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Nothing in particular.
    Number,
    /// Hundredths.
    Percent,
    /// Microseconds.
    Microseconds,
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Bytes, without units.
    Bytes,
}

/// Whole numbers that a setting may be. The bounds of its directive keep within the type, which a
/// test of the table checks.
pub(crate) trait Number {
    fn from_wide(number: i64) -> Self;
    fn to_wide(&self) -> i64;
}

/// Whole numbers that an amount of memory may be.
pub(crate) trait Size {
    fn from_wide(bytes: u64) -> Self;
    fn to_wide(&self) -> u64;
}

macro_rules! whole_numbers {
    ($trait:ident over $wide:ident: $($narrow:ident)+) => {$(
        impl $trait for $narrow {
            fn from_wide(number: $wide) -> Self {
                Self::try_from(number).unwrap_or(Self::MAX)
            }

            fn to_wide(&self) -> $wide {
                $wide::try_from(*self).unwrap_or($wide::MAX)
            }
        }
    )+};
}

whole_numbers!(Number over i64: u8 u16 u32 u64 i32 i64 usize);
whole_numbers!(Size over u64: u64 usize);

/// Describes a field of [`Config`]: its kind, its name, and its bounds.
macro_rules! field {
    (flag $field:ident) => {
        crate::field::Field::Flag(crate::field::Access {
            get: |config| config.$field,
            set: |config, value| config.$field = value,
        })
    };
    (integer $field:ident, $min:literal to $max:expr) => {
        field!(integer $field, $min to $max, Number)
    };
    (integer $field:ident, $min:literal to $max:expr, $unit:ident) => {
        field!(integer $field, $min to $max, $unit, kept within i64::MIN, i64::MAX)
    };
    // Some settings are bounded more tightly than what may be written, and silently so.
    (integer $field:ident, $min:literal to $max:expr, $unit:ident,
     kept within $least:expr, $most:expr) => {
        crate::field::Field::Integer {
            access: crate::field::Access {
                get: |config| crate::field::Number::to_wide(&config.$field),
                set: |config, value| {
                    config.$field = crate::field::Number::from_wide(value.clamp($least, $most));
                },
            },
            min: $min,
            max: $max,
            unit: crate::field::Unit::$unit,
        }
    };
    (octal $field:ident, 0 to $max:literal) => {
        crate::field::Field::Octal {
            access: crate::field::Access {
                get: |config| config.$field,
                set: |config, value| config.$field = value,
            },
            max: $max,
        }
    };
    (bytes $field:ident, $min:expr, to $max:expr) => {
        field!(bytes $field, $min, to $max, kept above 0)
    };
    (bytes $field:ident, $min:expr, to $max:expr, kept above $least:expr) => {
        crate::field::Field::Bytes {
            access: crate::field::Access {
                get: |config| crate::field::Size::to_wide(&config.$field),
                set: |config, value| {
                    config.$field = crate::field::Size::from_wide(value.max($least));
                },
            },
            min: $min,
            max: $max,
        }
    };
    (choice $field:ident: $type:ident) => {
        crate::field::Field::Choice {
            access: crate::field::Access {
                get: |config| config.$field as usize,
                set: |config, index| config.$field = crate::choice::$type::at(index),
            },
            names: crate::choice::$type::NAMES,
        }
    };
    (text $field:ident) => {
        field!(text $field, |_| Ok(()))
    };
    (text $field:ident, $check:expr) => {
        crate::field::Field::Text {
            get: |config| &config.$field,
            set: |config, value| config.$field = value,
            check: $check,
        }
    };
    (word $field:ident, $form:literal) => {
        field!(own $field, false, $form)
    };
    (words $field:ident, $form:literal) => {
        field!(own $field, true, $form)
    };
    (own $field:ident, $several:literal, $form:literal) => {
        crate::field::Field::Own(crate::field::Own {
            get: |config| &config.$field,
            get_mut: |config| &mut config.$field,
            several: $several,
            form: $form,
        })
    };
    (lines $field:ident, $min:literal to $max:expr, $form:literal) => {
        crate::field::Field::Lines {
            get: |config| &config.$field,
            get_mut: |config| &mut config.$field,
            min: $min,
            max: $max,
            form: $form,
        }
    };
}

pub(crate) use field;

impl Field {
    /// Sets the field from the arguments of a line. After an error, it is as before.
    pub(crate) fn store(
        &self,
        config: &mut Config,
        words: &[Vec<u8>],
        mode: Mode,
    ) -> Result<(), ValueError> {
        match self {
            Self::Own(own) => return own.store(config, words, mode),
            Self::Lines { get_mut, .. } => {
                get_mut(config).push(words.to_vec());
                return Ok(());
            }
            Self::Include => return Ok(()),
            _ => {}
        }
        let [word] = words else { return Err(ValueError::WordCount) };
        self.store_word(config, word)
    }

    fn store_word(&self, config: &mut Config, word: &[u8]) -> Result<(), ValueError> {
        match *self {
            Self::Flag(access) => (access.set)(config, parse_flag(word)?),
            Self::Integer { access, min, max, .. } => {
                let value = parse_integer(word).ok_or(ValueError::NotAnInteger)?;
                if !(min..=max).contains(&value) {
                    return Err(ValueError::OutOfRange { min, max });
                }
                (access.set)(config, value);
            }
            Self::Octal { access, max } => {
                let value = parse_octal(word).ok_or(ValueError::NotOctal)?;
                let value = u32::try_from(value).ok().filter(|value| *value <= max);
                (access.set)(config, value.ok_or(ValueError::OctalOutOfRange { max })?);
            }
            Self::Bytes { access, min, max } => {
                let value = parse_memory(word).ok_or(ValueError::NotMemory)?;
                if !(min..=max).contains(&value) {
                    return Err(ValueError::BytesOutOfRange { min, max });
                }
                (access.set)(config, value);
            }
            Self::Choice { access, names } => {
                let index =
                    names.iter().position(|name| name.as_bytes().eq_ignore_ascii_case(word));
                (access.set)(config, index.ok_or(ValueError::NotOneOf { names })?);
            }
            Self::Text { set, check, .. } => {
                check(word)?;
                set(config, word.to_vec());
            }
            Self::Own(_) | Self::Lines { .. } | Self::Include => {}
        }
        Ok(())
    }

    /// Returns the value as `CONFIG GET` has it.
    pub(crate) fn text(&self, config: &Config) -> Vec<u8> {
        match self {
            Self::Text { get, .. } => get(config).to_vec(),
            Self::Bytes { access, .. } => (access.get)(config).to_string().into_bytes(),
            Self::Own(own) => (own.get)(config).text(),
            Self::Flag(_) | Self::Integer { .. } | Self::Octal { .. } | Self::Choice { .. } => {
                self.word(config).into_bytes()
            }
            Self::Lines { .. } | Self::Include => Vec::new(),
        }
    }

    /// Returns the arguments of each line that a configuration file needs to express the value.
    pub(crate) fn lines(&self, config: &Config, rewriting: &Rewriting<'_>) -> Vec<String> {
        match self {
            Self::Own(own) => (own.get)(config).lines(rewriting),
            Self::Lines { get, .. } => get(config).iter().map(|words| join(words)).collect(),
            Self::Include => Vec::new(),
            _ => vec![self.word(config)],
        }
    }

    /// Returns a value of one word, as a configuration file has it.
    fn word(&self, config: &Config) -> String {
        match self {
            Self::Flag(access) => if (access.get)(config) { "yes" } else { "no" }.to_owned(),
            Self::Integer { access, .. } => (access.get)(config).to_string(),
            Self::Octal { access, .. } => format!("{:o}", (access.get)(config)),
            Self::Bytes { access, .. } => format_memory((access.get)(config)),
            Self::Choice { access, names } => {
                names.get((access.get)(config)).copied().unwrap_or_default().to_owned()
            }
            Self::Text { get, .. } => quote(get(config)),
            Self::Own(_) | Self::Lines { .. } | Self::Include => String::new(),
        }
    }
}

impl Own {
    fn store(&self, config: &mut Config, words: &[Vec<u8>], mode: Mode) -> Result<(), ValueError> {
        let words: Vec<&[u8]> = match words {
            // All arguments in one: that is how `CONFIG SET` gives them.
            [word] if self.several => word.split(|byte| *byte == b' ').collect(),
            words => words.iter().map(Vec::as_slice).collect(),
        };
        (self.get_mut)(config).parse(&words, mode)
    }
}

fn parse_flag(word: &[u8]) -> Result<bool, ValueError> {
    match word.to_ascii_lowercase().as_slice() {
        b"yes" => Ok(true),
        b"no" => Ok(false),
        _ => Err(ValueError::NotAFlag),
    }
}

fn join(words: &[Vec<u8>]) -> String {
    let words: Vec<String> = words.iter().map(|word| quote_if_needed(word)).collect();
    words.join(" ")
}
