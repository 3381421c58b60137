//! Small conversions between settings, paths and the words of the operating system.

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// Returns a setting as a path; any bytes make one.
pub(crate) fn path(setting: &[u8]) -> PathBuf {
    PathBuf::from(OsString::from_vec(setting.to_vec()))
}

/// Returns what the operating system says of an error, without its number.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error ") {
        Some((reason, _)) => reason.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_read_as_the_operating_system_has_them() {
        let missing = std::fs::File::open("/nonexistent").expect_err("there is no such file");
        assert_eq!(reason(&missing), "No such file or directory");
        assert_eq!(reason(&io::Error::other("plain")), "plain");
    }
}
