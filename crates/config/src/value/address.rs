//! Where to listen, and whom to follow.

use super::{Mode, Rewriting, Setting};
use crate::error::ValueError;
use crate::split::quote_if_needed;
use crate::units::parse_lenient_integer;

/// Addresses to listen on. A leading `-` marks one that may be missing; `*` is every IPv4
/// address, `::*` every IPv6 one. None at all is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Addresses(pub Vec<Vec<u8>>);

impl Addresses {
    /// The most that can be listened on.
    pub const MAX: usize = 16;
}

impl Setting for Addresses {
    fn parse(&mut self, words: &[&[u8]], _mode: Mode) -> Result<(), ValueError> {
        if words.len() > Self::MAX {
            return Err(ValueError::Invalid("Too many bind addresses specified."));
        }
        let words = if words == [b""] { &[] } else { words };
        self.0 = words.iter().map(|word| word.to_vec()).collect();
        Ok(())
    }

    fn text(&self) -> Vec<u8> {
        self.0.join(&b' ')
    }

    fn lines(&self, _: &Rewriting<'_>) -> Vec<String> {
        if self.0.is_empty() {
            return vec!["\"\"".to_owned()];
        }
        let words: Vec<String> = self.0.iter().map(|address| quote_if_needed(address)).collect();
        vec![words.join(" ")]
    }
}

/// The primary that a replica follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrimaryAddress {
    /// Its host name or address.
    pub host: Vec<u8>,
    /// Its port.
    pub port: u16,
}

impl Setting for Option<PrimaryAddress> {
    fn parse(&mut self, words: &[&[u8]], _mode: Mode) -> Result<(), ValueError> {
        let [host, port] = words else { return Err(ValueError::WordCount) };
        if host.eq_ignore_ascii_case(b"no") && port.eq_ignore_ascii_case(b"one") {
            *self = None;
            return Ok(());
        }
        let port = parse_lenient_integer(port).and_then(|port| u16::try_from(port).ok());
        let port = port.ok_or(ValueError::Invalid("Invalid master port"))?;
        *self = Some(PrimaryAddress { host: host.to_vec(), port });
        Ok(())
    }

    fn text(&self) -> Vec<u8> {
        let Some(PrimaryAddress { host, port }) = self else { return Vec::new() };
        [host.as_slice(), port.to_string().as_bytes()].join(&b' ')
    }

    /// A server that follows nobody has no line; the old one, if any, is taken out.
    fn lines(&self, _: &Rewriting<'_>) -> Vec<String> {
        let Some(PrimaryAddress { host, port }) = self else { return Vec::new() };
        vec![format!("{} {port}", quote_if_needed(host))]
    }
}
