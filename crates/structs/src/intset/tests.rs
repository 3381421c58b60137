use super::*;
use crate::blob::Blob;

/// Bytes as text, for the vectors below.
fn hex(text: &str) -> Vec<u8> {
    stdx::hex::parse(text.as_bytes()).unwrap()
}

/// The same integers give the same bytes as in a payload that redis-server 7.0.15 dumped.
#[track_caller]
fn recorded(integers: &[i64], bytes: &str) {
    let bytes = hex(bytes);
    let mut buf = IntsetBuf::new();
    for &integer in integers {
        assert!(buf.insert(integer));
        buf.view().assert_valid();
    }
    assert_eq!(buf.view().as_bytes(), bytes);
    let read = Intset::from_untrusted(&bytes, Check::Whole).unwrap();
    let mut sorted = integers.to_vec();
    sorted.sort_unstable();
    assert!(read.iter().eq(sorted));
}

#[test]
fn sets_are_written_as_redis_does() {
    recorded(&[3, -1, 300], "0200000003000000ffff03002c01");
    recorded(&[3, -1, 70_000, -32_769], "0400000004000000ff7fffffffffffff0300000070110100");
    recorded(
        &[1, 1 << 40, i64::MIN, i64::MAX],
        "0800000004000000000000000000008001000000000000000000000000010000ffffffffffffff7f",
    );
}

#[test]
fn the_width_stays_when_the_integer_that_needed_it_goes() {
    let mut buf = IntsetBuf::new();
    for integer in [3, -1, 300, 70_000] {
        buf.insert(integer);
    }
    assert!(buf.remove(70_000));
    // As redis-server 7.0.15 dumped it.
    assert_eq!(buf.view().as_bytes(), hex("0400000003000000ffffffff030000002c010000"));
}

#[test]
fn damage_is_recognised() {
    for (bytes, expected) in [
        ("", Malformed::Header),
        ("02000000000000", Malformed::Header),
        ("03000000010000000500ff", Malformed::Header),
        ("02000000020000000500", Malformed::Size { stated: 12, found: 10 }),
        ("08000000ffffffff", Malformed::Size { stated: 8 + 8 * 0xFFFF_FFFF, found: 8 }),
        ("020000000200000005000400", Malformed::Order { index: 1 }),
        ("020000000200000005000500", Malformed::Order { index: 1 }),
    ] {
        let found = Intset::from_untrusted(&hex(bytes), Check::Whole).map(Intset::len);
        assert_eq!(found, Err(expected), "{bytes}");
    }
}

#[test]
fn integers_are_found_by_index_and_by_chance() {
    let mut buf = IntsetBuf::new();
    assert_eq!((buf.view().first(), buf.view().last()), (None, None));
    assert_eq!(buf.view().random(&mut |_| 0), None);
    for integer in [5, -7, 40_000] {
        buf.insert(integer);
    }
    let set = buf.view();
    assert_eq!(
        (set.first(), set.get(1), set.last(), set.get(3)),
        (Some(-7), Some(5), Some(40_000), None)
    );
    assert_eq!(set.random(&mut |_| 1), Some(5));
    assert_eq!(set.random(&mut |n| n), Some(40_000), "whatever the source returns");
    assert!(set.iter().rev().eq([40_000, 5, -7]));
}

#[test]
fn edits_work_inside_a_shared_blob() {
    let shared = Blob::from_slice(&EMPTY);
    let mut buf = IntsetBuf::over(shared.clone());
    assert!(buf.insert(-1) && buf.insert(1 << 40) && !buf.insert(-1));
    assert_eq!(buf.remove_at(0), Some(-1));
    assert_eq!(format!("{buf:?}"), "{1099511627776}");
    assert!(Intset::new(&shared).is_empty());
}
