//! Huge replies, page by page.

use crate::out;
use crate::terminal::{KeyByKey, read_key, stdin_is_terminal};

/// Shows text on a terminal, stopping at each page if it has more than `limit` lines.
pub(crate) fn show(text: &[u8], limit: usize) {
    let lines = text.iter().filter(|byte| **byte == b'\n').count();
    if limit == 0 || lines <= limit || !out::is_terminal() || !stdin_is_terminal() {
        return out::bytes(text);
    }
    let Some(_modes) = KeyByKey::begin() else { return out::bytes(text) };
    let page = out::size().0.saturating_sub(1).max(1);
    let mut rest = text.split_inclusive(|byte| *byte == b'\n');
    let mut count = page;
    let mut shown = 0;
    loop {
        let part: Vec<u8> = rest.by_ref().take(count).flatten().copied().collect();
        if part.is_empty() {
            return;
        }
        out::bytes(&part);
        shown += count;
        if shown >= lines {
            return;
        }
        let question = format!(
            "\x1b[7m-- {shown} of {lines} lines; space: page, enter: line, a: all, q: quit --\x1b[0m"
        );
        out::bytes(question.as_bytes());
        let key = read_key();
        out::bytes(b"\r\x1b[K");
        count = match key {
            Some(b'\n' | b'\r' | b'j') => 1,
            Some(b'a' | b'G') => usize::MAX,
            None | Some(b'q' | b'Q' | 0x1b) => return,
            Some(_) => page,
        };
        shown = if count == usize::MAX { 0 } else { shown };
        if count == usize::MAX {
            let all: Vec<u8> = rest.flatten().copied().collect();
            return out::bytes(&all);
        }
    }
}
