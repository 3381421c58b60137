//! Numbers as text, against the standard library where it knows the answer.

use proptest::prelude::*;
use stdx::number::{
    Digits, LongDouble, parse_double, parse_i64, parse_u64, push_double, push_double_17g, push_i64,
};

fn printed(push: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    push(&mut out);
    String::from_utf8(out).expect("numbers are ASCII")
}

/// Every double that is a number, all exponents being equally likely, and those that people use.
fn double() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<u64>().prop_map(f64::from_bits).prop_filter("a number", |value| !value.is_nan()),
        (any::<i32>(), 0..10).prop_map(|(value, place)| f64::from(value) / 10_f64.powi(place)),
        any::<i64>().prop_map(|value| value as f64),
    ]
}

/// Text that almost is a number.
fn nearly_a_number() -> impl Strategy<Value = String> {
    prop_oneof![
        "[-+]?[0-9]{0,22}",
        "[-+]?[0-9.]{0,9}[eE]?[-+]?[0-9]{0,4}",
        "[-+0-9.eExXpPinfNaN ]{0,9}"
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5000))]

    #[test]
    fn an_integer_is_read_if_and_only_if_it_prints_as_the_same_text(text in nearly_a_number()) {
        let signed = text.parse::<i64>().ok().filter(|value| value.to_string() == text);
        prop_assert_eq!(parse_i64(text.as_bytes()), signed);
        let unsigned = text.parse::<u64>().ok().filter(|value| value.to_string() == text);
        prop_assert_eq!(parse_u64(text.as_bytes()), unsigned);
    }

    #[test]
    fn integers_print_as_the_standard_library_prints_them(value: i64, unused_bits in 0..64_u32) {
        let value = value >> unused_bits;
        prop_assert_eq!(printed(|out| push_i64(out, value)), value.to_string());
        prop_assert_eq!(Digits::from_i64(value).as_bytes().to_vec(), value.to_string().into_bytes());
        prop_assert_eq!(parse_i64(value.to_string().as_bytes()), Some(value));
    }

    #[test]
    fn doubles_come_back_bit_by_bit(value in double()) {
        for text in [printed(|out| push_double(out, value)), printed(|out| push_double_17g(out, value))] {
            let read = parse_double(text.as_bytes()).map(f64::to_bits);
            prop_assert_eq!(read, Some(value.to_bits()), "{}", text);
        }
    }

    #[test]
    fn decimal_doubles_are_read_as_the_standard_library_reads_them(text in "[-+]?[0-9]{1,20}[.]?[0-9]{0,20}(e-?[0-9]{1,3})?") {
        let value: f64 = text.parse().expect("it is a number");
        match parse_double(text.as_bytes()) {
            Some(read) => prop_assert_eq!(read.to_bits(), value.to_bits()),
            None => prop_assert!(value.is_infinite() || value == 0.0),
        }
    }

    #[test]
    fn hexadecimal_doubles_agree_with_decimal_ones(value in double()) {
        prop_assume!(value.is_finite());
        let bits = value.abs().to_bits();
        let (fraction, biased) = (bits & ((1 << 52) - 1), (bits >> 52) as i32);
        let (whole, exponent) = if biased == 0 { (0, -1022) } else { (1, biased - 1023) };
        let sign = if value.is_sign_negative() { "-" } else { "" };
        let text = format!("{sign}0x{whole}.{fraction:013x}p{exponent}");
        let read = parse_double(text.as_bytes()).map(f64::to_bits);
        prop_assert_eq!(read, Some(value.to_bits()), "{}", text);
    }

    #[test]
    fn a_double_prints_as_long_double_with_seventeen_decimals(value in double()) {
        prop_assume!(value.is_finite());
        let exact = format!("{value:.17}");
        let trimmed = exact.trim_end_matches('0').trim_end_matches('.');
        let expected = if trimmed == "-0" { "0" } else { trimmed };
        prop_assert_eq!(printed(|out| LongDouble::from(value).push_human(out)), expected);
    }

    #[test]
    fn long_doubles_of_64_bits_add_up_exactly(a: i64, b: i64) {
        let read = |value: i64| LongDouble::parse(value.to_string().as_bytes()).expect("in range");
        let sum = i128::from(a) + i128::from(b);
        prop_assert_eq!(printed(|out| (read(a) + read(b)).push_human(out)), sum.to_string());
    }

    #[test]
    fn sums_of_long_doubles_do_not_depend_on_the_order(a in double(), b in double()) {
        let (a, b) = (LongDouble::from(a), LongDouble::from(b));
        prop_assert_eq!(printed(|out| (a + b).push_human(out)), printed(|out| (b + a).push_human(out)));
    }

    #[test]
    fn long_doubles_read_what_doubles_read(text in nearly_a_number()) {
        let long = LongDouble::parse(text.as_bytes());
        match parse_double(text.as_bytes()) {
            Some(value) => {
                let long = long.expect("what a double can hold, a long double can");
                prop_assert_eq!(value.is_infinite(), long.is_infinite());
            }
            // Or the range of a double is exceeded, for which it takes an exponent.
            None => prop_assert!(long.is_none() || text.contains(['e', 'E', 'p', 'P'])),
        }
    }

    #[test]
    fn arbitrary_bytes_do_no_harm(bytes: Vec<u8>) {
        let _ = (parse_i64(&bytes), parse_u64(&bytes), parse_double(&bytes), LongDouble::parse(&bytes));
    }
}
