//! `redis://user:password@host:port/db`, and what it sets.

use std::path::PathBuf;

use super::Options;

/// Applies a URI.
pub(super) fn apply(options: &mut Options, uri: &[u8]) -> Result<(), String> {
    let uri = std::str::from_utf8(uri).map_err(|_| "Invalid URI".to_owned())?;
    let (scheme, rest) = uri.split_once("://").ok_or("Invalid URI scheme")?;
    match scheme.to_ascii_lowercase().as_str() {
        "redis" | "valkey" | "sinter" => {}
        "rediss" | "valkeys" | "sinters" => options.tls = true,
        "unix" | "redis+unix" => return apply_unix(options, rest),
        _ => return Err("Invalid URI scheme".to_owned()),
    }
    let (place, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = apply_credentials(options, place)?;
    let (name, port) = match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((name, tail)) => (name, tail.strip_prefix(':')),
        None => match host.rsplit_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (host, None),
        },
    };
    if !name.is_empty() {
        name.clone_into(&mut options.host);
    }
    if let Some(port) = port {
        options.port = super::parse::port(port.as_bytes())?;
    }
    if !path.is_empty() {
        options.db = super::parse::leading_integer(path.as_bytes());
    }
    Ok(())
}

/// Applies `[user:password@]/path?db=n`.
fn apply_unix(options: &mut Options, rest: &str) -> Result<(), String> {
    let rest = apply_credentials(options, rest)?;
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    if path.is_empty() {
        return Err("Invalid URI: no socket path".to_owned());
    }
    options.socket = Some(PathBuf::from(path));
    for pair in query.split('&') {
        if let Some(db) = pair.strip_prefix("db=") {
            options.db = super::parse::leading_integer(db.as_bytes());
        }
    }
    Ok(())
}

/// Takes what stands before the `@`, and returns what is behind it.
fn apply_credentials<'a>(options: &mut Options, place: &'a str) -> Result<&'a str, String> {
    let Some((credentials, host)) = place.rsplit_once('@') else { return Ok(place) };
    let (user, password) = match credentials.split_once(':') {
        Some((user, password)) => (user, password),
        None => ("", credentials),
    };
    if !user.is_empty() {
        options.user = Some(percent_decoded(user)?);
    }
    options.password = Some(percent_decoded(password)?);
    options.password_on_command_line = true;
    Ok(host)
}

/// Undoes `%XX`.
///
/// Compat: a `%` at the very end is incomplete, one with anything but two digits behind it illegal.
fn percent_decoded(text: &str) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        if tail.is_empty() {
            return Err("Incomplete URI encoding".to_owned());
        }
        let digits = tail.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let code = digits
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.push(code.ok_or("Illegal character in URI encoding")?);
        rest = &tail[2..];
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::{Options, apply};

    fn read(uri: &str) -> Result<Options, String> {
        let mut options = Options::default();
        apply(&mut options, uri.as_bytes()).map(|()| options)
    }

    #[test]
    fn all_parts_of_a_uri_are_taken() {
        let options = read("redis://us%65r:p%40ss@example.org:7000/3").unwrap();
        assert_eq!(options.user.as_deref(), Some(&b"user"[..]));
        assert_eq!(options.password.as_deref(), Some(&b"p@ss"[..]));
        assert_eq!((options.host.as_str(), options.port, options.db), ("example.org", 7000, 3));
    }

    #[test]
    fn parts_may_be_missing() {
        let options = read("redis://pw@[::1]").unwrap();
        assert_eq!((options.host.as_str(), options.port), ("::1", 6379));
        assert_eq!((options.user, options.password.unwrap().as_slice()), (None, &b"pw"[..]));
        assert_eq!(read("redis://").unwrap().host, "127.0.0.1");
        assert!(read("rediss://h").unwrap().tls);
    }

    #[test]
    fn sockets_have_uris_too() {
        let options = read("unix://pw@/run/redis.sock?db=2").unwrap();
        assert_eq!(options.address().to_string(), "/run/redis.sock");
        assert_eq!(options.db, 2);
    }

    #[test]
    fn other_schemes_are_refused() {
        assert_eq!(read("http://a").unwrap_err(), "Invalid URI scheme");
        assert_eq!(read("redis://a:%@h").unwrap_err(), "Incomplete URI encoding");
        for wrong in ["redis://a:%4@h", "redis://%zz:p@h", "unix://%g1@/s"] {
            assert_eq!(read(wrong).unwrap_err(), "Illegal character in URI encoding");
        }
        assert!(read("redis://a:70000").is_err());
    }
}
