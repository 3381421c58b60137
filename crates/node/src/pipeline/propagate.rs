//! What a log and replicas are told: the only place that decides it.
//!
//! Both get the same bytes: requests as clients send them, with what depends on time or chance replaced by what came of it, a `SELECT` where the database changes, and `MULTI` and `EXEC` around what must not be torn apart. A place in the log is *reserved* when a command commits, in the order of the commits; later, with several workers, that is what orders them.

/// The log of changes in the form in which it is written and fed to replicas.
///
/// Without a reader nothing is encoded.
#[derive(Debug, Default)]
pub(crate) struct Feed {
    readers: usize,
    /// The database that the last command was for.
    selected: Option<usize>,
    bytes: Vec<u8>,
    /// Bytes that were ever appended.
    offset: u64,
    /// Whether a `MULTI` has been written without its `EXEC`.
    in_transaction: bool,
    transaction_wanted: bool,
}

impl Feed {
    /// Says that somebody reads the log from now on.
    pub(crate) fn open(&mut self) {
        self.readers += 1;
        // A new reader knows of no database yet.
        self.selected = None;
    }

    /// Returns whether somebody reads the log.
    #[inline]
    pub(crate) fn is_open(&self) -> bool {
        self.readers > 0
    }

    /// Returns how many bytes were ever appended.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Takes what was appended since the last time.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    /// What is appended until [`Feed::end`] belongs together.
    pub(crate) fn begin(&mut self) {
        self.transaction_wanted = true;
    }

    /// Ends what [`Feed::begin`] began.
    pub(crate) fn end(&mut self) {
        self.transaction_wanted = false;
        if std::mem::take(&mut self.in_transaction) {
            self.encode(&[b"EXEC"]);
        }
    }

    /// Appends one command on a database.
    pub(crate) fn append(&mut self, db: usize, argv: &[&[u8]]) {
        if !self.is_open() {
            return;
        }
        if self.selected != Some(db) {
            self.encode(&[b"SELECT", db.to_string().as_bytes()]);
            self.selected = Some(db);
        }
        if self.transaction_wanted && !self.in_transaction {
            self.encode(&[b"MULTI"]);
            self.in_transaction = true;
        }
        self.encode(argv);
    }

    fn encode(&mut self, argv: &[&[u8]]) {
        let before = self.bytes.len();
        push_header(&mut self.bytes, b'*', argv.len());
        for arg in argv {
            push_header(&mut self.bytes, b'$', arg.len());
            self.bytes.extend_from_slice(arg);
            self.bytes.extend_from_slice(b"\r\n");
        }
        self.offset += (self.bytes.len() - before) as u64;
    }
}

fn push_header(bytes: &mut Vec<u8>, kind: u8, len: usize) {
    bytes.push(kind);
    stdx::number::push_i64(bytes, len as i64);
    bytes.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_belong_together_are_wrapped_and_single_ones_follow_their_database() {
        let mut feed = Feed::default();
        feed.append(0, &[b"lost"]);
        feed.open();
        feed.append(1, &[b"SET", b"k", b"v"]);
        feed.begin();
        feed.append(1, &[b"A"]);
        feed.append(1, &[b"B"]);
        feed.end();
        feed.begin();
        feed.end();
        let text = String::from_utf8(feed.take()).expect("text").replace("\r\n", " ");
        assert_eq!(
            text,
            "*2 $6 SELECT $1 1 *3 $3 SET $1 k $1 v *1 $5 MULTI *1 $1 A *1 $1 B *1 $4 EXEC "
        );
        assert_eq!(feed.offset() as usize, text.replace(' ', "\r\n").len());
    }
}
