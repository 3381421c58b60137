//! What may still be typed: the arguments of a command without those that are there already.

use super::docs::{Arg, Kind};

/// What a line has come to.
#[derive(Debug, Default)]
pub(crate) struct Hint {
    /// What may follow, as a synopsis.
    pub(crate) rest: String,
    /// Whether the last word is the name of a key.
    pub(crate) at_key: bool,
    /// Whether there are more words than arguments.
    pub(crate) too_many: bool,
}

/// Compares the words of a line with the arguments they should be.
pub(crate) fn hint(args: &[Arg], words: &[&[u8]]) -> Hint {
    let mut matcher = Matcher { at_key: false };
    let (used, rest) = matcher.sequence(args, words);
    Hint { rest: rest.join(" "), at_key: matcher.at_key, too_many: used < words.len() }
}

/// Remembers along the way what the last matched word was.
struct Matcher {
    at_key: bool,
}

impl Matcher {
    /// Matches arguments in order; optional ones between two required ones may come in any order.
    /// Returns how many words were used, and what is left of the arguments.
    fn sequence(&mut self, args: &[Arg], words: &[&[u8]]) -> (usize, Vec<String>) {
        let mut used = 0;
        let mut first = 0;
        let mut left: Vec<Option<String>> = args.iter().map(|arg| Some(arg.synopsis())).collect();
        while used < words.len() && first < args.len() {
            let required = args[first..].iter().position(|arg| !arg.optional).map(|at| first + at);
            let end = required.map_or(args.len(), |at| at + 1);
            // Words that introduce something go before those that could be anything.
            let fresh = |at: &usize| left[*at] == Some(args[*at].synopsis());
            let mut candidates: Vec<usize> = (first..end).filter(fresh).collect();
            candidates.sort_by_key(|at| !starts_with_token(&args[*at], words[used]));
            let matched = candidates.into_iter().find_map(|at| {
                let later = &args[at + 1..];
                self.argument(&args[at], &words[used..], later)
                    .map(|(count, rest)| (at, count, rest))
            });
            let Some((at, count, rest)) = matched else { break };
            used += count;
            left[at] = rest;
            // Nor can what was repeated before be continued.
            left[..first].iter_mut().for_each(|earlier| *earlier = None);
            if !args[at].optional {
                // What was skipped before a required argument cannot come any more.
                left[first..at].iter_mut().for_each(|skipped| *skipped = None);
                first = at + 1;
            }
        }
        (used, left.into_iter().flatten().collect())
    }

    /// Matches one argument with all its repetitions. Returns how many words it took and what is
    /// left of it, or `None` if the first word does not begin it.
    fn argument(
        &mut self,
        arg: &Arg,
        words: &[&[u8]],
        later: &[Arg],
    ) -> Option<(usize, Option<String>)> {
        let mut used = 0;
        let mut rest = None;
        loop {
            let more = words.get(used..).filter(|more| !more.is_empty());
            let Some(more) = more else { break };
            if used > 0
                && (!arg.multiple || later.iter().any(|arg| starts_with_token(arg, more[0])))
            {
                break;
            }
            let with_token = arg.token.is_some() && (used == 0 || arg.multiple_token);
            let Some((count, left)) = self.occurrence(arg, more, with_token) else {
                if used == 0 {
                    return None;
                }
                break;
            };
            used += count;
            rest = left;
            if rest.is_some() {
                break;
            }
        }
        if rest.is_none() && arg.multiple {
            let again = Arg { optional: false, multiple: false, ..arg.clone() };
            let again = Arg { token: arg.token.clone().filter(|_| arg.multiple_token), ..again };
            rest = Some(format!("[{} ...]", again.synopsis()));
        }
        Some((used, rest))
    }

    fn occurrence(
        &mut self,
        arg: &Arg,
        words: &[&[u8]],
        with_token: bool,
    ) -> Option<(usize, Option<String>)> {
        let mut used = 0;
        if with_token {
            let token = arg.token.as_deref().unwrap_or_default();
            if !words[0].eq_ignore_ascii_case(token.as_bytes()) {
                // An empty token stands for itself.
                return None;
            }
            used = 1;
            self.at_key = false;
        }
        let words = &words[used..];
        match &arg.kind {
            Kind::Token => Some((used, None)),
            _ if words.is_empty() => {
                let bare = Arg { token: None, optional: false, multiple: false, ..arg.clone() };
                Some((used, Some(bare.synopsis())))
            }
            Kind::Word { key, .. } => {
                self.at_key = *key;
                Some((used + 1, None))
            }
            Kind::Block(parts) => {
                let (count, left) = self.sequence(parts, words);
                let left = left.join(" ");
                (count > 0).then_some((used + count, Some(left).filter(|left| !left.is_empty())))
            }
            Kind::OneOf(parts) => {
                let mut order: Vec<&Arg> = parts.iter().collect();
                order.sort_by_key(|part| !starts_with_token(part, words[0]));
                let found = order.into_iter().find_map(|part| self.argument(part, words, &[]));
                found.map(|(count, left)| (used + count, left))
            }
        }
    }
}

/// Returns whether a word is one that introduces the argument.
fn starts_with_token(arg: &Arg, word: &[u8]) -> bool {
    match (&arg.token, &arg.kind) {
        (Some(token), _) => word.eq_ignore_ascii_case(token.as_bytes()),
        (None, Kind::OneOf(parts)) => parts.iter().any(|part| starts_with_token(part, word)),
        (None, Kind::Block(parts)) => {
            parts.first().is_some_and(|part| starts_with_token(part, word))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::hint;
    use crate::repl::docs::Docs;

    fn rest(line: &str) -> String {
        let docs = Docs::offline();
        let words: Vec<Vec<u8>> =
            line.split_whitespace().map(|word| word.as_bytes().to_vec()).collect();
        let (doc, named) = docs.find(&words).unwrap();
        let words: Vec<&[u8]> = words[named..].iter().map(Vec::as_slice).collect();
        hint(&doc.args, &words).rest
    }

    #[test]
    fn what_is_typed_disappears_from_the_hint() {
        assert_eq!(rest("get"), "key");
        assert_eq!(rest("get a"), "");
        assert_eq!(rest("hset h"), "field value [field value ...]");
        assert_eq!(rest("hset h f"), "value");
        assert_eq!(rest("hset h f v"), "[field value ...]");
    }

    #[test]
    fn options_come_in_any_order_and_only_once() {
        let all = "[NX | XX] [GET] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL]";
        assert_eq!(rest("set k v"), all);
        assert_eq!(rest("set k v ex"), "[NX | XX] [GET] seconds");
        assert_eq!(rest("set k v EX 10 nx"), "[GET]");
    }

    #[test]
    fn a_repetition_ends_where_the_next_option_begins() {
        assert!(rest("zunion 2 a b").starts_with("[key ...] [WEIGHTS"));
        assert!(rest("zunion 2 a b weights 1").starts_with("[weight ...]"));
    }
}
