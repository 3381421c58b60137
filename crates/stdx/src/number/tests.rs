//! Floating point text against recordings of what real servers print.

use super::{LongDouble, parse_double, push_double, push_double_17g};

/// The lines of a recording, as words.
fn vectors(file: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    file.lines().filter(|line| !line.starts_with('#')).map(|line| line.split(' ').collect())
}

fn printed(push: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = b"kept".to_vec();
    push(&mut out);
    String::from_utf8(out).unwrap().strip_prefix("kept").unwrap().to_owned()
}

fn short(value: f64) -> String {
    printed(|out| push_double(out, value))
}

fn seventeen(value: f64) -> String {
    printed(|out| push_double_17g(out, value))
}

#[test]
fn doubles_print_as_recorded_and_read_back() {
    let mut count = 0;
    for line in vectors(include_str!("vectors/doubles.txt")) {
        let value = f64::from_bits(u64::from_str_radix(line[0], 16).unwrap());
        assert_eq!([short(value).as_str(), &seventeen(value)], line[1..], "{value:e}");
        for text in &line[1..] {
            let read = parse_double(text.as_bytes()).unwrap();
            assert_eq!(read.to_bits(), value.to_bits(), "{text}");
        }
        count += 1;
    }
    assert!(count > 400);
}

#[test]
fn short_digits_are_those_of_grisu_and_not_the_shortest() {
    assert_eq!(short(5_997.400_000_000_001), "5997.4000000000005");
    assert_eq!(format!("{}", 5_997.400_000_000_001_f64), "5997.400000000001");
}

#[test]
fn layout_of_short_doubles_depends_on_the_places_of_their_digits() {
    let check = |value: f64, expected: &str| {
        assert_eq!(short(value), expected);
        assert_eq!(short(-value), format!("-{expected}"));
    };
    check(0.1, "0.1");
    check(0.00001, "0.00001");
    check(0.000001, "0.000001");
    check(0.0000001, "1e-7");
    check(0.00123, "0.00123");
    check(0.0000123, "1.23e-5");
    check(123456.789, "123456.789");
    check(123456789.12345678, "1.2345678912345678e+8");
    check(4611686018427387904.0, "4611686018427387904");
    check(4611686018427388928.0, "4611686018427389000");
    check(1e18, "1000000000000000000");
    check(1e19, "1e+19");
    check(12345678901234567000.0, "12345678901234567000");
    check(1e100, "1e+100");
    check(5e-324, "5e-324");
    check(f64::MAX, "1.7976931348623157e+308");
    check(f64::MIN_POSITIVE, "2.2250738585072014e-308");
    check(0.0, "0");
    check(f64::INFINITY, "inf");
    assert_eq!(short(f64::NAN), "nan");
    assert_eq!(short(-f64::NAN), "nan");
}

#[test]
fn seventeen_digits_are_laid_out_as_c_does() {
    let check = |value: f64, expected: &str| assert_eq!(seventeen(value), expected);
    check(0.0, "0");
    check(-0.0, "-0");
    check(0.1, "0.10000000000000001");
    check(100.0, "100");
    check(1e16, "10000000000000000");
    check(1e17, "1e+17");
    check(123456.5, "123456.5");
    check(0.0001, "0.0001");
    check(0.00001, "1.0000000000000001e-05");
    check(1.5e300, "1.5000000000000001e+300");
    check(f64::NEG_INFINITY, "-inf");
    check(f64::NAN.copysign(1.0), "nan");
    check(f64::NAN.copysign(-1.0), "-nan");
    // Eighteen digits with a five at the end: to even.
    check(2.0_f64.powi(-25), "2.9802322387695312e-08");
    check(3.0 * 2.0_f64.powi(-25), "8.9406967163085938e-08");
}

#[test]
fn doubles_are_read_as_strtod_reads_them() {
    let check = |text: &str, expected: f64| {
        let read = parse_double(text.as_bytes());
        assert_eq!(read.map(f64::to_bits), Some(expected.to_bits()), "{text}");
    };
    check("1", 1.0);
    check("00001", 1.0);
    check("+5", 5.0);
    check("-0", -0.0);
    check("1.", 1.0);
    check(".5", 0.5);
    check("1e05", 1e5);
    check("1E+5", 1e5);
    check("0e99999999999999999999", 0.0);
    check("0.000e-5", 0.0);
    check("9007199254740993", 9007199254740992.0);
    check("4e-324", 5e-324);
    check("1e-320", 1e-320);
    check("1.7976931348623157e308", f64::MAX);
    for text in ["inf", "+inf", "INF", "Infinity", "+iNfInItY"] {
        check(text, f64::INFINITY);
    }
    check("-inf", f64::NEG_INFINITY);
    check("-Infinity", f64::NEG_INFINITY);
}

#[test]
fn hexadecimal_doubles_are_read_and_rounded_to_even() {
    let check = |text: &str, expected: f64| {
        let read = parse_double(text.as_bytes());
        assert_eq!(read.map(f64::to_bits), Some(expected.to_bits()), "{text}");
    };
    check("0x10", 16.0);
    check("0X1P4", 16.0);
    check("-0x1.8p3", -12.0);
    check("0x.8", 0.5);
    check("0x1.", 1.0);
    check("0x0p99999999999999999999", 0.0);
    check("-0x0", -0.0);
    check("0x1p-1074", 5e-324);
    check("0x1.8p-1075", 5e-324);
    check("0x1.00000000000008p0", 1.0);
    check("0x1.000000000000081p0", 1.0 + f64::EPSILON);
    check("0x1.00000000000018p0", 1.0 + 2.0 * f64::EPSILON);
    check("0x1.fffffffffffff7p1023", f64::MAX);
    check("0x0.fffffffffffffcp-1022", f64::MIN_POSITIVE);
    // More digits than the accumulator holds, with the deciding one at the end.
    check("0x100000000000008000000000000000000000000p-152", 1.0);
    check("0x100000000000008000000000000000000000001p-152", 1.0 + f64::EPSILON);
}

#[test]
fn what_is_not_a_double_in_range_is_refused() {
    for text in [
        "",
        " 1",
        "1 ",
        "+",
        "-",
        ".",
        "e5",
        "1e",
        "1e+",
        "1.2.3",
        "1,5",
        "+-5",
        "--5",
        "1_000",
        "nan",
        "NaN",
        "-nan",
        "nan(1)",
        "in",
        "infin",
        "infinityx",
        "1e400",
        "-1e400",
        "1e-400",
        "-2e-324",
        "1e99999999999999999999",
        "0x",
        "0x.",
        "0xp1",
        "0x1p",
        "0x1p+",
        "0x1.8.1",
        "0x1g",
        "+-0x1",
        "0x-1",
        "0x1p1024",
        "0x1.fffffffffffff8p1023",
        "0x1p-1075",
        "0x1p99999999999999999999",
        "0x1p-99999999999999999999",
        "1\0",
    ] {
        assert_eq!(parse_double(text.as_bytes()), None, "{text:?}");
    }
}

fn sum(a: &str, b: &str) -> String {
    let (a, b) = (LongDouble::parse(a.as_bytes()), LongDouble::parse(b.as_bytes()));
    let (Some(a), Some(b)) = (a, b) else { return "refused".to_owned() };
    let sum = a + b;
    if sum.is_nan() || sum.is_infinite() {
        return "infinite".to_owned();
    }
    printed(|out| sum.push_human(out))
}

#[test]
fn long_doubles_add_up_as_recorded() {
    let mut count = 0;
    for line in vectors(include_str!("vectors/long_doubles.txt")) {
        assert_eq!(sum(line[0], line[1]), line[2], "{} + {}", line[0], line[1]);
        assert_eq!(sum(line[1], line[0]), line[2], "{} + {}", line[1], line[0]);
        count += 1;
    }
    assert!(count > 400);
}

#[test]
fn long_doubles_are_correctly_rounded_where_that_is_hard() {
    let check = |a: &str, b: &str, expected: &str| assert_eq!(sum(a, b), expected, "{a} + {b}");
    check("0.1", "0.2", "0.3");
    check("3.0e3", "0", "3000");
    check("-0", "-0", "0");
    check("-1e-30", "0", "0");
    // 2^64 + 1 needs 65 bits; half-way cases go to even.
    check("18446744073709551616", "1", "18446744073709551616");
    check("18446744073709551616", "3", "18446744073709551620");
    check("18446744073709551617", "0", "18446744073709551616");
    check("18446744073709551619", "0", "18446744073709551620");
    // The smaller summand is far below, and still decides.
    check("18446744073709551616", "1.0000000000000000001", "18446744073709551618");
    check("18446744073709551616", "-0.5", "18446744073709551616");
    check("18446744073709551616", "-0.5000000000000000001", "18446744073709551615");
    check("1e25", "-1e25", "0");
    // Seventeen decimals, half-way cases to even.
    check("5e-18", "0", "0");
    check("15e-18", "0", "0.00000000000000002");
    check("0.000003814697265625", "0", "0.00000381469726562");
    check("1.18973149535723176502e4932", "1.18973149535723176502e4932", "infinite");
    check("inf", "-inf", "infinite");
    check("inf", "1", "infinite");
    check("1e4933", "1", "refused");
    check("1e-4960", "1", "refused");
    check("1e-4950", "1", "1");
    check("1e99999999999999999999", "1", "refused");
    check("nan", "1", "refused");
}

#[test]
fn every_double_is_a_long_double() {
    let check = |value: f64, expected: &str| {
        assert_eq!(printed(|out| LongDouble::from(value).push_human(out)), expected);
    };
    check(0.0, "0");
    check(-0.0, "0");
    check(13.361_389_338_970_184, "13.36138933897018433");
    check(-122.5, "-122.5");
    check(1e22, "10000000000000000000000");
    check(5e-324, "0");
    check(f64::NEG_INFINITY, "-inf");
    check(f64::NAN, "nan");
    assert_eq!(
        printed(|out| LongDouble::from(f64::MAX).push_human(out)),
        format!("{:.0}", f64::MAX)
    );
}

#[test]
fn long_text_is_refused_from_the_limit_on() {
    let ones = "1".repeat(LongDouble::TEXT_LIMIT);
    assert!(LongDouble::parse(ones.as_bytes()).is_none());
    let fraction = format!("1.{}", "1".repeat(LongDouble::TEXT_LIMIT - 3));
    assert_eq!(sum(&fraction, "0"), "1.11111111111111111");
}
