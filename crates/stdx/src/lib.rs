//! What we wish the standard library had. Nothing in it knows this project.
//!
//! | for | modules |
//! | --- | --- |
//! | text and numbers | [`number`], [`text`], [`hex`], [`glob`] |
//! | hashing and checksums | [`hash`], [`crc`], [`sha1`], [`sha256`] |
//! | what would otherwise be global: time and chance | [`clock`], [`rng`] |
//! | memory and the machine | [`size_class`], [`lzf`], [`sys`] |
//!
//! Where a function reads or prints something that clients see or files contain, it does so exactly
//! as Redis 7.2 does, oddities included. That is the only thing that these modules have in common
//! with the server above them; an oddity is marked with `Compat:`.
//!
//! `unsafe` is confined to [`sys`].

pub mod clock;
pub mod crc;
pub mod glob;
pub mod hash;
pub mod hex;
pub mod lzf;
pub mod number;
pub mod rng;
pub mod sha1;
pub mod sha256;
pub mod size_class;
pub mod sys;
pub mod text;
