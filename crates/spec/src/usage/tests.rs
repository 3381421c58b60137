use super::*;

/// Parses the line, checks that it is in the form in which we print it, and returns its tree.
fn parse(line: &str) -> Usage {
    let usage = Usage::parse(line).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(usage.to_string(), line);
    usage
}

#[track_caller]
fn check(line: &str, synopsis: &str, least: usize, most: Option<usize>) {
    let usage = parse(line);
    assert_eq!(usage.synopsis(), synopsis);
    assert_eq!((usage.least_words(), usage.most_words()), (least, most), "{line}");
}

#[test]
fn lines_are_read_as_the_grammar_says() {
    check("", "", 0, Some(0));
    check("key member", "key member", 2, Some(2));
    check("key [COUNT count:integer]", "key [COUNT count]", 1, Some(3));
    check("key+ timeout:double", "key [key ...] timeout", 2, None);
    check("[element+]", "[element [element ...]]", 0, None);
    check("[{GET pattern}+]", "[GET pattern [GET pattern ...]]", 0, None);
    check("WEIGHTS weight:integer+", "WEIGHTS weight [weight ...]", 2, None);
    check("unit=('m' | 'km')", "<m|km>", 1, Some(1));
    check("[condition=(NX | XX)]@3.0.2", "[NX|XX]", 0, Some(1));
    check("[TYPE type=(A | B)]", "[TYPE <A|B>]", 0, Some(2));
    check("data=(score:double member)+", "score member [score member ...]", 2, None);
    check("no-one=(NO ONE) NO, one", "NO ONE NO one", 4, Some(4));
    check("[change=CH]@3.0.2!6.2.0", "[CH]", 0, Some(1));
    check("filter=(old<ip:port>!2.8.12 | ID id:integer)", "<ip:port|ID id>", 1, Some(2));
    check("which=(key | none='')", "<key|\"\">", 1, Some(1));
    check("which=(key | none='\"\"')", "<key|\"\">", 1, Some(1));
    check("quote=\"'\"", "'", 1, Some(1));
    assert_eq!(Usage::parse("\"m\""), Usage::parse("'m'"));
}

#[test]
fn keys_take_the_next_key_spec_or_the_given_one() {
    let usage = parse("destination:key key1:key#5 key pattern:pattern#1 [STORE key]");
    let mut specs = Vec::new();
    usage.walk(&mut |arg| specs.push((arg.name.as_str(), arg.key_spec)));
    assert_eq!(
        specs,
        [
            ("destination", Some(0)),
            ("key1", Some(5)),
            ("key", Some(6)),
            ("pattern", Some(1)),
            ("key", Some(2)),
        ]
    );
}

#[test]
fn arguments_know_what_documentation_prints_of_them() {
    let usage = parse("[{GET get-pattern<pattern>:pattern#1}+]@2.6.0 order=(ASC | DESC)");
    let [get, order] = &usage.args[..] else { panic!("two arguments") };
    assert_eq!(get.display_text(), Some("pattern"));
    assert_eq!(get.flags().collect::<Vec<_>>(), ["optional", "multiple", "multiple_token"]);
    assert_eq!((get.kind.name(), get.token.as_deref()), ("pattern", Some("GET")));
    assert_eq!(get.since.as_deref(), Some("2.6.0"));
    assert_eq!(order.display_text(), None);
    assert_eq!(order.kind.args()[0].name, "asc");
    assert_eq!(order.kind.args()[0].display_text(), Some("asc"));
}

#[test]
fn what_is_not_in_the_grammar_is_refused_with_its_place() {
    for (line, at) in [
        ("key [member", 11),
        ("key member]", 10),
        ("a=(b c | d)", 7),
        ("score:real", 6),
        ("a@6.2", 2),
        ("a@", 2),
        ("{GET pattern}", 13),
        ("{pattern}+", 1),
        ("key#x", 4),
        ("name<shown", 10),
        ("a=", 2),
        ("a=(", 3),
        ("()", 0),
        ("\"m", 0),
        ("key++", 4),
    ] {
        let error = Usage::parse(line).unwrap_err();
        assert_eq!(error.at, at, "{error}");
    }
    let deep = "[".repeat(10_000);
    assert!(Usage::parse(&deep).is_err());
}

/// A generator that is good enough for tests, and the same everywhere.
fn dice(mut seed: u64) -> impl FnMut(u64) -> u64 {
    move |below| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) % below
    }
}

#[test]
fn generated_words_have_as_many_words_as_the_grammar_allows() {
    for line in ["key [condition=(NX | XX)] [GET] [EX seconds:integer]", "data=(key value)+"] {
        let usage = parse(line);
        for seed in 0..200 {
            let words = generate(&usage, &mut dice(seed), &mut PlainValues);
            assert!(words.len() >= usage.least_words());
            assert!(usage.most_words().is_none_or(|most| words.len() <= most));
        }
    }
}

#[test]
fn number_of_keys_is_right_and_lists_side_by_side_are_equally_long() {
    let (union, eval) = (parse("numkeys:integer key+ [A]"), parse("numkeys:integer [key+]"));
    let read = parse("STREAMS streams=(key+ id+)");
    for seed in 0..200 {
        let words = generate(&union, &mut dice(seed), &mut PlainValues);
        let count: usize = String::from_utf8(words[0].clone()).unwrap().parse().unwrap();
        assert!(count > 0 && (words.len() - 1 == count || words.len() - 2 == count));
        let words = generate(&eval, &mut dice(seed), &mut PlainValues);
        assert_eq!(words[0], (words.len() - 1).to_string().into_bytes());
        let words = generate(&read, &mut dice(seed), &mut PlainValues);
        assert_eq!(words.len() % 2, 1);
    }
}

#[test]
fn options_come_in_any_order_and_positional_arguments_do_not() {
    let usage = parse("[A] [B] [c] [d]");
    let mut orders = std::collections::BTreeSet::new();
    for seed in 0..500 {
        let words = generate(&usage, &mut dice(seed), &mut Named);
        orders.insert(words.concat().to_ascii_uppercase());
    }
    assert!(orders.contains(&b"BACD"[..]) && orders.contains(&b"ABCD"[..]));
    assert!(!orders.contains(&b"ABDC"[..]));
}

/// Says the name of the argument.
struct Named;

impl ValueSource for Named {
    fn value(&mut self, arg: &Arg, _: &mut dyn FnMut(u64) -> u64) -> Vec<u8> {
        arg.name.clone().into_bytes()
    }
}

#[test]
fn mutations_of_any_words_end() {
    let mut dice = dice(1);
    let mut words = Vec::new();
    for _ in 0..1000 {
        mutate(&mut words, &mut dice);
    }
}
