//! Requests: templates with places to be filled in, and what fills them.

mod draw;
mod slots;
mod template;

pub use self::draw::{Draw, KeyOrder, ValueSizes, payload};
pub use self::slots::{SLOTS, Tags};
pub use self::template::{Fill, Template, encode};
