//! A reply as an owned tree.
//!
//! Both protocol versions meet here: a RESP2 reply uses a part of the variants. Kinds that look
//! alike but are different on the wire stay apart (three sorts of null, two of error), so that a
//! reply can be shown, compared or relayed as it came.

/// One reply, with everything below it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `+OK`: a short status.
    Simple(Vec<u8>),
    /// `-ERR …`: a failure.
    Error(Vec<u8>),
    /// `!21`: a failure whose text may hold any byte (RESP3).
    BulkError(Vec<u8>),
    /// `:1`: a signed integer.
    Integer(i64),
    /// `$5`: a byte string.
    Bulk(Vec<u8>),
    /// `=15`: a text with its three-letter format (RESP3).
    Verbatim {
        /// What kind of text it is: `txt`, `mkd`.
        format: [u8; 3],
        /// The text itself.
        text: Vec<u8>,
    },
    /// `,3.14`: a floating point number (RESP3).
    Double {
        /// The number.
        value: f64,
        /// The digits as they came, for a reader who wants them unchanged.
        text: Vec<u8>,
    },
    /// `#t`: a truth value (RESP3).
    Boolean(bool),
    /// `(349…`: an integer of any size, as its digits (RESP3).
    BigNumber(Vec<u8>),
    /// `_`: nothing (RESP3).
    Null,
    /// `$-1`: a byte string that is not there (RESP2).
    NullBulk,
    /// `*-1`: an array that is not there (RESP2).
    NullArray,
    /// `*2`: a sequence.
    Array(Vec<Value>),
    /// `~2`: a sequence without order (RESP3).
    Set(Vec<Value>),
    /// `%2`: pairs (RESP3).
    Map(Vec<(Value, Value)>),
    /// `>2`: a message that answers no request (RESP3).
    Push(Vec<Value>),
    /// `|1`: a reply and what the server says about it (RESP3).
    Attribute {
        /// The remarks.
        attributes: Vec<(Value, Value)>,
        /// The reply they belong to.
        value: Box<Value>,
    },
}

impl Value {
    /// Returns the text of a failure, if this is one.
    #[must_use]
    pub fn as_error(&self) -> Option<&[u8]> {
        match self.plain() {
            Self::Error(text) | Self::BulkError(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the bytes of a string of any kind.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self.plain() {
            Self::Simple(text) | Self::Bulk(text) | Self::Verbatim { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Returns a string of any kind as text, if it is UTF-8.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.as_bytes().and_then(|bytes| std::str::from_utf8(bytes).ok())
    }

    /// Returns an integer, be it one on the wire or the digits of one in a string.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        match self.plain() {
            Self::Integer(number) => Some(*number),
            other => other.as_str()?.parse().ok(),
        }
    }

    /// Returns the elements of an array, set or push.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        match self.plain() {
            Self::Array(items) | Self::Set(items) | Self::Push(items) => Some(items),
            _ => None,
        }
    }

    /// Returns the pairs of a map, or of a flat array that stands for one in RESP2.
    #[must_use]
    pub fn pairs(&self) -> Option<Vec<(&Self, &Self)>> {
        match self.plain() {
            Self::Map(pairs) => Some(pairs.iter().map(|(key, value)| (key, value)).collect()),
            Self::Array(items) if items.len().is_multiple_of(2) => {
                Some(items.chunks_exact(2).map(|pair| (&pair[0], &pair[1])).collect())
            }
            _ => None,
        }
    }

    /// Finds what a map (or a flat array that stands for one) holds under `key`.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&Self> {
        self.pairs()?
            .into_iter()
            .find(|(name, _)| name.as_str() == Some(key))
            .map(|(_, found)| found)
    }

    /// Returns whether this is one of the three nulls.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.plain(), Self::Null | Self::NullBulk | Self::NullArray)
    }

    /// Returns whether this is a failure.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.as_error().is_some()
    }

    /// Returns the reply itself, below any attributes.
    #[must_use]
    pub fn plain(&self) -> &Self {
        let mut value = self;
        while let Self::Attribute { value: inner, .. } = value {
            value = inner;
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::Value;

    fn bulk(text: &str) -> Value {
        Value::Bulk(text.into())
    }

    #[test]
    fn fields_are_found_in_maps_and_in_flat_arrays() {
        let map = Value::Map(vec![(bulk("a"), Value::Integer(1)), (bulk("b"), bulk("2"))]);
        let flat = Value::Array(vec![bulk("a"), Value::Integer(1), bulk("b"), bulk("2")]);
        for reply in [map, flat] {
            assert_eq!(reply.field("a").and_then(Value::as_integer), Some(1));
            assert_eq!(reply.field("b").and_then(Value::as_integer), Some(2));
            assert_eq!(reply.field("c"), None);
        }
    }

    #[test]
    fn attributes_do_not_hide_the_reply() {
        let inner = Value::Error(b"ERR no".to_vec());
        let reply = Value::Attribute { attributes: Vec::new(), value: Box::new(inner) };
        assert_eq!(reply.as_error(), Some(&b"ERR no"[..]));
    }
}
