//! Temporary.
#![allow(missing_docs)]
pub fn eq_ignore_case(a: &[u8], b: &[u8]) -> bool {
    a.eq_ignore_ascii_case(b)
}
pub fn quote(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    out.extend(bytes.escape_ascii());
    out.push(b'"');
}
pub fn split_args(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    Some(line.split(|b| b.is_ascii_whitespace()).filter(|w| !w.is_empty()).map(|w| w.to_vec()).collect())
}
