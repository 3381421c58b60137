//! Requests: templates with places to be filled in, and what fills them.

mod draw;
mod template;

pub use self::draw::{Draw, KeyOrder, ValueSizes, payload};
pub use self::template::{Template, encode};
