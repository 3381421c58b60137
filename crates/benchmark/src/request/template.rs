//! A request, encoded once, with places that differ each time.
//!
//! `__rand_int__` inside an argument becomes a number of twelve digits, drawn anew at each place
//! and each time; `{tag}` becomes a tag that leads to the node at hand; `__data__` becomes a value.
//! As long as all values have one size, a request is one copy of the template and a few digits
//! written over it.

use super::draw::{Draw, ValueSizes, payload};

/// What stands for a random number.
const NUMBER: &[u8] = b"__rand_int__";
/// What stands for a value.
const VALUE: &[u8] = b"__data__";
/// What stands for a cluster's tag; the tag itself is what is between the braces.
const TAG: &[u8] = b"{tag}";
/// Digits of a number.
pub(super) const DIGITS: usize = 12;

/// A request with places to be filled in.
#[derive(Clone, Debug)]
pub struct Template {
    /// The request as sent, with some number in each place for one, and nothing for values of
    /// varying size.
    text: Vec<u8>,
    places: Vec<Place>,
    /// The command's name, in capitals.
    name: String,
    has_varying_values: bool,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    at: usize,
    what: What,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum What {
    Number,
    Tag,
    /// A whole argument, whose length is not known before.
    Value,
}

/// Which of the places are filled in; the others stay as they are.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Fill {
    /// `__rand_int__`
    pub numbers: bool,
    /// `{tag}`
    pub tags: bool,
}

impl Fill {
    /// Numbers are filled in, tags are not.
    pub const NUMBERS: Self = Self { numbers: true, tags: false };
    /// Nothing is filled in.
    pub const NOTHING: Self = Self { numbers: false, tags: false };
}

impl Template {
    /// Compiles a request.
    ///
    /// A value that is only a part of an argument has the greatest of the sizes: the length of an
    /// argument stands in front of it.
    pub fn new<A: AsRef<[u8]>>(args: &[A], fill: Fill, sizes: &ValueSizes) -> Self {
        let mut template = Self {
            text: Vec::new(),
            places: Vec::new(),
            name: String::new(),
            has_varying_values: false,
        };
        if let Some(name) = args.first() {
            template.name = String::from_utf8_lossy(name.as_ref()).to_uppercase();
        }
        template.text.extend_from_slice(format!("*{}\r\n", args.len()).as_bytes());
        for arg in args {
            template.argument(arg.as_ref(), fill, sizes);
        }
        template
    }

    fn argument(&mut self, arg: &[u8], fill: Fill, sizes: &ValueSizes) {
        if arg == VALUE && !sizes.is_fixed() {
            self.places.push(Place { at: self.text.len(), what: What::Value });
            self.has_varying_values = true;
            return;
        }
        let value = payload(sizes.greatest());
        let arg = replace(arg, VALUE, &value);
        self.text.extend_from_slice(format!("${}\r\n", arg.len()).as_bytes());
        let (start, first) = (self.text.len(), self.places.len());
        let mut mark = |is_wanted: bool, text: &[u8], what: What, offset: usize| {
            if is_wanted {
                let found = memchr::memmem::find_iter(&arg, text);
                self.places.extend(found.map(|at| Place { at: start + at + offset, what }));
            }
        };
        mark(fill.numbers, NUMBER, What::Number, 0);
        mark(fill.tags, TAG, What::Tag, 1);
        self.places[first..].sort_unstable_by_key(|place| place.at);
        self.text.extend_from_slice(&arg);
        self.text.extend_from_slice(b"\r\n");
    }

    /// Takes a request that is in another form than the one of clients, say on one line.
    pub fn verbatim(name: &str, request: &[u8]) -> Self {
        let (text, name) = (request.to_vec(), name.to_uppercase());
        Self { text, places: Vec::new(), name, has_varying_values: false }
    }

    /// Returns the command's name, in capitals.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Appends a request, filling the places in.
    #[inline]
    pub fn push(&self, out: &mut Vec<u8>, draw: &mut Draw) {
        if self.has_varying_values {
            return self.push_piecewise(out, draw);
        }
        let start = out.len();
        out.extend_from_slice(&self.text);
        for place in &self.places {
            let at = start + place.at;
            if place.what == What::Number {
                put_digits(&mut out[at..at + DIGITS], draw.number());
            } else {
                out[at..at + 3].copy_from_slice(&draw.tag);
            }
        }
    }

    fn push_piecewise(&self, out: &mut Vec<u8>, draw: &mut Draw) {
        let mut copied = 0;
        for place in &self.places {
            out.extend_from_slice(&self.text[copied..place.at]);
            copied = place.at;
            match place.what {
                What::Number => {
                    let at = out.len();
                    out.resize(at + DIGITS, 0);
                    put_digits(&mut out[at..], draw.number());
                    copied += DIGITS;
                }
                What::Tag => {
                    out.extend_from_slice(&draw.tag);
                    copied += draw.tag.len();
                }
                What::Value => {
                    let value = draw.value();
                    out.push(b'$');
                    stdx::number::push_u64(out, value.len() as u64);
                    out.extend_from_slice(b"\r\n");
                    out.extend_from_slice(value);
                    out.extend_from_slice(b"\r\n");
                }
            }
        }
        out.extend_from_slice(&self.text[copied..]);
    }
}

/// Encodes a request as it is.
pub fn encode<A: AsRef<[u8]>>(args: &[A]) -> Vec<u8> {
    Template::new(args, Fill::NOTHING, &ValueSizes::fixed(0)).text
}

/// Two digits at a time.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[0; 2]; 100];
    let mut i = 0;
    while i < 100 {
        pairs[i] = [b'0' + (i / 10) as u8, b'0' + (i % 10) as u8];
        i += 1;
    }
    pairs
};

#[inline]
fn put_digits(place: &mut [u8], mut number: u64) {
    for pair in place.chunks_exact_mut(2).rev() {
        pair.copy_from_slice(&PAIRS[(number % 100) as usize]);
        number /= 100;
    }
}

fn replace(text: &[u8], what: &[u8], by: &[u8]) -> Vec<u8> {
    let mut replaced = Vec::with_capacity(text.len());
    let mut copied = 0;
    for at in memchr::memmem::find_iter(text, what) {
        replaced.extend_from_slice(&text[copied..at]);
        replaced.extend_from_slice(by);
        copied = at + what.len();
    }
    replaced.extend_from_slice(&text[copied..]);
    replaced
}

#[cfg(test)]
mod tests {
    use super::super::draw::KeyOrder;
    use super::*;

    fn requests(words: &str, sizes: &ValueSizes, count: usize) -> Vec<String> {
        let template = Template::new(
            &stdx::text::split_args(words.as_bytes()).expect("valid"),
            Fill::NUMBERS,
            sizes,
        );
        let mut draw = Draw::new(7, KeyOrder::Sequential { keys: 1000 }, sizes.clone());
        let one = |_| {
            let mut out = Vec::new();
            template.push(&mut out, &mut draw);
            String::from_utf8(out).expect("text")
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn each_place_gets_a_number_of_its_own() {
        assert_eq!(
            requests("GET k:__rand_int__:__rand_int__", &ValueSizes::fixed(3), 2),
            [
                "*2\r\n$3\r\nGET\r\n$27\r\nk:000000000000:000000000001\r\n",
                "*2\r\n$3\r\nGET\r\n$27\r\nk:000000000002:000000000003\r\n",
            ]
        );
    }

    #[test]
    fn values_have_the_wanted_size_whole_or_in_part() {
        let [request] = &requests("SET k __data__", &ValueSizes::fixed(4), 1)[..] else { panic!() };
        assert!(request.starts_with("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\n"), "{request}");
        let [request] = &requests("SET k a__data__b", &ValueSizes::fixed(4), 1)[..] else {
            panic!()
        };
        assert!(request.starts_with("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$6\r\na"), "{request}");
    }

    #[test]
    fn varying_values_come_with_their_length() {
        let sizes = ValueSizes::parse("1-300").expect("valid");
        let mut lengths = Vec::new();
        for request in requests("SET __rand_int__ __data__ __rand_int__", &sizes, 200) {
            let mut lines = request.split("\r\n").skip(5);
            let length = lines.next().and_then(|line| line.strip_prefix('$')).expect("length");
            let length: usize = length.parse().expect("number");
            assert_eq!(lines.next().expect("value").len(), length);
            assert_eq!(lines.next(), Some("$12"));
            lengths.push(length);
        }
        lengths.sort_unstable();
        assert!(lengths[0] < 30 && lengths[199] > 270, "{lengths:?}");
    }

    #[test]
    fn all_tags_of_a_request_are_the_same() {
        let fill = Fill { numbers: true, tags: true };
        let template =
            Template::new(&["X", "a{tag}__rand_int__", "{tag}"], fill, &ValueSizes::fixed(0));
        let mut draw = Draw::new(7, KeyOrder::Sequential { keys: 9 }, ValueSizes::fixed(0));
        draw.tag = *b"xyz";
        let mut out = Vec::new();
        template.push(&mut out, &mut draw);
        let expected = "*3\r\n$1\r\nX\r\n$18\r\na{xyz}000000000000\r\n$5\r\n{xyz}\r\n";
        assert_eq!(String::from_utf8(out).expect("text"), expected);
    }

    #[test]
    fn without_a_key_range_nothing_is_filled_in() {
        let template =
            Template::new(&["GET", "__rand_int__"], Fill::NOTHING, &ValueSizes::fixed(3));
        assert_eq!(template.text, b"*2\r\n$3\r\nGET\r\n$12\r\n__rand_int__\r\n");
        assert_eq!(template.name(), "GET");
    }
}
