//! The built-in tests: names, titles, keys and order are those of `redis-benchmark`.

use crate::request::{Fill, Template, ValueSizes};

/// A built-in test.
#[derive(Debug)]
pub(super) struct Test {
    /// How it is called in the output.
    pub(super) title: &'static str,
    /// The names by which it is chosen.
    names: &'static [&'static str],
    /// What is asked. `@` is where a cluster's keys have their tag, `#` is a score.
    request: &'static str,
}

const LRANGE: &[&str] = &["lrange", "lrange_100", "lrange_300", "lrange_500", "lrange_600"];

pub(super) const TESTS: &[Test] = &[
    Test { title: "PING_INLINE", names: &["ping_inline", "ping"], request: "" },
    Test { title: "PING_MBULK", names: &["ping_mbulk", "ping"], request: "PING" },
    Test { title: "SET", names: &["set"], request: "SET key@:__rand_int__ __data__" },
    Test { title: "GET", names: &["get"], request: "GET key@:__rand_int__" },
    Test { title: "INCR", names: &["incr"], request: "INCR counter@:__rand_int__" },
    Test { title: "LPUSH", names: &["lpush"], request: "LPUSH mylist@ __data__" },
    Test { title: "RPUSH", names: &["rpush"], request: "RPUSH mylist@ __data__" },
    Test { title: "LPOP", names: &["lpop"], request: "LPOP mylist@" },
    Test { title: "RPOP", names: &["rpop"], request: "RPOP mylist@" },
    Test { title: "SADD", names: &["sadd"], request: "SADD myset@ element:__rand_int__" },
    Test { title: "HSET", names: &["hset"], request: "HSET myhash@ element:__rand_int__ __data__" },
    Test { title: "SPOP", names: &["spop"], request: "SPOP myset@" },
    Test { title: "ZADD", names: &["zadd"], request: "ZADD myzset@ # element:__rand_int__" },
    Test { title: "ZPOPMIN", names: &["zpopmin"], request: "ZPOPMIN myzset@" },
    Test {
        title: "LPUSH (needed to benchmark LRANGE)",
        names: LRANGE,
        request: "LPUSH mylist@ __data__",
    },
    Test {
        title: "LRANGE_100 (first 100 elements)",
        names: &["lrange_100", "lrange"],
        request: "LRANGE mylist@ 0 99",
    },
    Test {
        title: "LRANGE_300 (first 300 elements)",
        names: &["lrange_300", "lrange"],
        request: "LRANGE mylist@ 0 299",
    },
    Test {
        title: "LRANGE_500 (first 500 elements)",
        names: &["lrange_500", "lrange"],
        request: "LRANGE mylist@ 0 499",
    },
    Test {
        title: "LRANGE_600 (first 600 elements)",
        names: &["lrange_600", "lrange"],
        request: "LRANGE mylist@ 0 599",
    },
    Test {
        title: "MSET (10 keys)",
        names: &["mset"],
        request: "MSET key@:__rand_int__ __data__ key@:__rand_int__ __data__ \
                  key@:__rand_int__ __data__ key@:__rand_int__ __data__ \
                  key@:__rand_int__ __data__ key@:__rand_int__ __data__ \
                  key@:__rand_int__ __data__ key@:__rand_int__ __data__ \
                  key@:__rand_int__ __data__ key@:__rand_int__ __data__",
    },
];

impl Test {
    /// Returns whether the test is among those with these names.
    pub(super) fn is_among(&self, names: &[String]) -> bool {
        names.iter().any(|name| self.names.iter().any(|own| own.eq_ignore_ascii_case(name)))
    }

    /// Finds the test that goes by a name of its own, say for a mix.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        let name = if name.eq_ignore_ascii_case("ping") { "ping_mbulk" } else { name };
        TESTS.iter().find(|test| test.names[0].eq_ignore_ascii_case(name))
    }

    /// Compiles what is asked.
    pub(super) fn template(&self, fill: Fill, sizes: &ValueSizes) -> Template {
        if self.request.is_empty() {
            return Template::verbatim("PING", b"PING\r\n");
        }
        let tag = if fill.tags { ":{tag}" } else { "" };
        let score = if fill.numbers { "__rand_int__" } else { "0" };
        let request = self.request.replace('@', tag).replace('#', score);
        Template::new(&request.split(' ').collect::<Vec<_>>(), fill, sizes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(names: &str) -> Vec<&'static str> {
        let names: Vec<String> = names.split(',').map(str::to_owned).collect();
        TESTS.iter().filter(|test| test.is_among(&names)).map(|test| test.title).collect()
    }

    #[test]
    fn tests_are_chosen_as_by_redis_benchmark() {
        assert_eq!(titles("ping"), ["PING_INLINE", "PING_MBULK"]);
        assert_eq!(titles("GET,set"), ["SET", "GET"]);
        assert_eq!(titles("mset"), ["MSET (10 keys)"]);
        assert_eq!(
            titles("lrange_300"),
            ["LPUSH (needed to benchmark LRANGE)", "LRANGE_300 (first 300 elements)"]
        );
        assert_eq!(titles("lrange").len(), 5);
        assert_eq!(titles("nothing"), [""; 0]);
    }

    #[test]
    fn names_for_a_mix_are_unambiguous() {
        assert_eq!(Test::named("lpush").expect("there").title, "LPUSH");
        assert_eq!(Test::named("ping").expect("there").title, "PING_MBULK");
        assert!(Test::named("lrange").is_none_or(|test| test.title.starts_with("LPUSH")));
    }

    #[test]
    fn keys_have_tags_in_a_cluster() {
        let zadd = Test::named("zadd").expect("there");
        let fill = Fill { numbers: false, tags: true };
        let mut out = Vec::new();
        let mut draw = crate::request::Draw::new(
            1,
            crate::request::KeyOrder::Sequential { keys: 1 },
            ValueSizes::fixed(3),
        );
        zadd.template(fill, &ValueSizes::fixed(3)).push(&mut out, &mut draw);
        let text = String::from_utf8(out).expect("text");
        assert!(text.contains("myzset:{tag}\r\n$1\r\n0\r\n$20\r\nelement:__rand_int__"), "{text}");
    }
}
