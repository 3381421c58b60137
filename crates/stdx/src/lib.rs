//! What we wish the standard library had. Nothing in it knows this project.

pub mod clock;
pub mod crc;
pub mod glob;
pub mod hash;
pub mod hex;
pub mod number;
pub mod rng;
pub mod sha1;
pub mod sha256;
pub mod size_class;
pub mod sys;
pub mod text;
