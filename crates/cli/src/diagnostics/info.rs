//! The fields of INFO.

use resp::value::Value;

use crate::session::Session;

/// The text of INFO.
#[derive(Debug, Default)]
pub(super) struct Info {
    text: String,
}

impl Info {
    /// Asks a server.
    pub(super) fn fetch(session: &mut Session) -> Result<Self, String> {
        let reply = session.call(&["INFO"]).map_err(|failure| failure.to_string())?;
        match reply.as_error() {
            Some(text) => Err(String::from_utf8_lossy(text).into_owned()),
            None => Ok(Self::from_reply(&reply)),
        }
    }

    /// Takes the reply to INFO.
    pub(super) fn from_reply(reply: &Value) -> Self {
        let text = reply.as_bytes().unwrap_or_default();
        Self { text: String::from_utf8_lossy(text).into_owned() }
    }

    /// Returns a field.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
    }

    /// Returns a field that is a number, or 0.
    pub(super) fn number(&self, name: &str) -> i64 {
        self.field(name).and_then(|value| value.parse().ok()).unwrap_or(0)
    }

    /// Returns the keys of all databases.
    pub(super) fn keys(&self) -> i64 {
        let counts = self.text.lines().filter_map(|line| {
            let (name, rest) = line.split_once(":keys=")?;
            name.strip_prefix("db")?.parse::<u32>().ok()?;
            rest.split(',').next()?.parse::<i64>().ok()
        });
        counts.sum()
    }

    /// Returns all fields whose names begin with `prefix`, without it.
    pub(super) fn starting_with<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.text.lines().filter_map(move |line| line.strip_prefix(prefix)?.split_once(':'))
    }
}

/// Returns bytes in a unit that keeps them short.
pub(super) fn bytes(count: i64) -> String {
    let sign = if count < 0 { "-" } else { "" };
    let count = count.unsigned_abs() as f64;
    let units = [(1024.0 * 1024.0 * 1024.0, "G"), (1024.0 * 1024.0, "M"), (1024.0, "K")];
    match units.into_iter().find(|(unit, _)| count >= *unit) {
        Some((unit, name)) => format!("{sign}{:.2}{name}", count / unit),
        None => format!("{sign}{count}B"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Info, bytes};

    #[test]
    fn fields_are_found_by_their_whole_names() {
        let text = "a_b:1\r\na:2\r\ndb0:keys=3,expires=0\r\ndb10:keys=4,expires=0\r\n";
        let info = Info { text: text.to_owned() };
        assert_eq!((info.number("a"), info.number("a_b"), info.number("b")), (2, 1, 0));
        assert_eq!(info.keys(), 7);
    }

    #[test]
    fn bytes_have_units() {
        assert_eq!([bytes(5), bytes(2048), bytes(-1 << 30)], ["5B", "2.00K", "-1.00G"]);
    }
}
