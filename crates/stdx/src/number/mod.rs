//! Numbers as text, both ways, to the byte as Redis reads and prints them.
//!
//! Clients compare replies as text, and values that look like integers are stored as integers, so
//! neither side of the conversion may be "close enough". Each kind of number has its own rules:
//!
//! - `integer`: strict, so that text that parses is exactly the text that prints. Only then may
//!   a value be stored as an integer and still be given back unchanged.
//! - `double`: reads what C's `strtod` reads; prints the short digits that `grisu` finds, or,
//!   where the format asks for it, the seventeen of C's `%.17g`.
//! - `long_double`: the 80-bit numbers of the x87, which the floating point increments use.
//!
//! Reading takes bytes, and the text must be the number and nothing else. Printing appends to a
//! `Vec<u8>`, because that is what a reply buffer is.

mod big;
mod double;
mod grisu;
mod hex_float;
mod integer;
mod long_double;
mod magnitude;

pub use double::{parse_double, push_double, push_double_17g};
pub use integer::{Digits, parse_i64, parse_u64, push_i64, push_u64};
pub use long_double::LongDouble;

#[cfg(test)]
mod tests;
