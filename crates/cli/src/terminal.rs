//! The keyboard, key by key.

use std::io::{self, IsTerminal};

use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};

/// While this lives, keys arrive one by one and are not echoed. Ctrl-C still raises its signal.
#[derive(Debug)]
pub(crate) struct KeyByKey {
    saved: Termios,
}

impl KeyByKey {
    /// Switches over, if standard input is a terminal.
    pub(crate) fn begin() -> Option<Self> {
        let stdin = io::stdin();
        let saved = tcgetattr(&stdin).ok()?;
        let mut modes = saved.clone();
        modes.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
        modes.special_codes[SpecialCodeIndex::VMIN] = 1;
        modes.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(&stdin, OptionalActions::Now, &modes).ok()?;
        Some(Self { saved })
    }
}

impl Drop for KeyByKey {
    fn drop(&mut self) {
        // A terminal that has gone away needs no restoring.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.saved);
    }
}

/// Reads one key; none if the input has ended or a signal came.
pub(crate) fn read_key() -> Option<u8> {
    let mut key = [0];
    match rustix::io::read(io::stdin(), &mut key) {
        Ok(1) => Some(key[0]),
        _ => None,
    }
}

/// Returns whether standard input is a terminal.
pub(crate) fn stdin_is_terminal() -> bool {
    io::stdin().is_terminal()
}

/// Reads a secret, showing an asterisk for each of its bytes.
pub(crate) fn read_password(prompt: &str) -> io::Result<Vec<u8>> {
    let _modes = KeyByKey::begin();
    crate::out::bytes(prompt.as_bytes());
    let mut password = Vec::new();
    loop {
        match read_key() {
            None if password.is_empty() => return Err(io::ErrorKind::UnexpectedEof.into()),
            None | Some(b'\n' | b'\r') => break,
            Some(0x7f | 0x08) => {
                if password.pop().is_some() {
                    crate::out::bytes(b"\x08 \x08");
                }
            }
            Some(byte) => {
                password.push(byte);
                crate::out::bytes(b"*");
            }
        }
    }
    crate::out::bytes(b"\n");
    Ok(password)
}
