use super::*;
use crate::packed::Malformed;

/// Bytes as text, for the vectors below.
fn hex(text: &str) -> Vec<u8> {
    stdx::hex::parse(text.as_bytes()).unwrap()
}

fn build(elements: &[&[u8]]) -> ListpackBuf {
    let mut buf = ListpackBuf::new();
    for &element in elements {
        buf.append([element]);
    }
    buf.view().assert_valid();
    buf
}

/// The same elements give the same bytes as in a payload that redis-server 7.0.15 dumped.
#[track_caller]
fn recorded(elements: &[&[u8]], bytes: &str) {
    let bytes = hex(bytes);
    assert_eq!(build(elements).view().as_bytes(), bytes);
    let read = Listpack::from_untrusted(&bytes, Check::Whole).unwrap();
    let texts: Vec<Vec<u8>> = read.iter().map(Element::to_vec).collect();
    assert_eq!(texts, elements);
}

#[test]
fn a_list_is_written_as_redis_does() {
    let (a, b) = ([b'a'; 63], [b'b'; 64]);
    let mut elements: Vec<&[u8]> =
        "|0|1|127|128|-1|-4096|-4097|4095|4096|32767|32768|-32768|-32769\
        |8388607|8388608|-8388608|-8388609|2147483647|2147483648|-2147483648|-2147483649\
        |9223372036854775807|-9223372036854775808|9223372036854775808|007|+5|-0|hello"
            .split('|')
            .map(str::as_bytes)
            .collect();
    elements.extend([&a[..], &b[..]]);
    let expected = [
        "2c0100001f008001000101017f01c08002dfff02d00002f1ffef03cfff02f1001003f1ff7f03f200800004f1008003",
        "f2ff7fff04f2ffff7f04f30000800005f200008004f3ffff7fff05f3ffffff7f05f4000000800000000009f3000000",
        "8005f4ffffff7fffffffff09f4ffffffffffffff7f09f4000000000000008009933932323333373230333638353437",
        "373538303814833030370482",
        "2b3503822d30038568656c6c6f06",
        &format!("bf{}40e040{}42ff", "61".repeat(63), "62".repeat(64)),
    ];
    recorded(&elements, &expected.concat());
}

#[test]
fn a_hash_is_written_as_redis_does() {
    let note = [b'c'; 70];
    recorded(
        &[b"name", b"ada", b"age", b"36", b"note", &note],
        &[
            "680000000600846e616d6505836164610483616765042401846e6f746505e046",
            &"63".repeat(70),
            "48ff",
        ]
        .concat(),
    );
}

#[test]
fn a_sorted_set_is_written_as_redis_does() {
    recorded(
        &[b"minus", b"-3", b"one", b"1", b"two and a half", b"2.5", b"top", b"inf"],
        "370000000800856d696e757306dffd02836f6e650401018e74776f20616e6420612068616c66\
         0f83322e350483746f700483696e6604ff",
    );
}

/// Ends of the entries that redis-server 7.0.15 wrote for strings of these lengths.
#[test]
fn the_length_behind_an_element_is_as_wide_as_in_redis() {
    for (len, expected) in [
        (122, "7c"),
        (125, "7f"),
        (126, "0180"),
        (16377, "7ffe"),
        (16378, "00ffff"),
        (16379, "018080"),
        (2_097_145, "7ffffe"),
        (2_097_146, "00ffffff"),
        (2_097_147, "01808080"),
    ] {
        let mut buf = ListpackBuf::new();
        buf.append([&vec![b'x'; len][..]]);
        buf.view().assert_valid();
        let expected = [&hex(expected)[..], &[END]].concat();
        assert!(buf.view().as_bytes().ends_with(&expected), "{len}");
    }
    assert_eq!(encoding::backlen_width(268_435_454), 4);
    assert_eq!(encoding::backlen_width(268_435_455), 5);
}

#[test]
fn elements_are_found_by_text() {
    let buf = build(&[b"a", b"7", b"7", b"a", b"b", b"-0"]);
    let list = buf.view();
    let index = |needle: &[u8], skip| {
        let at = list.find(needle, skip)?;
        (0..6).find(|&index| list.position(index) == Some(at))
    };
    assert_eq!(index(b"7", 0), Some(1));
    assert_eq!(index(b"7", 1), Some(2), "only even ones are looked at");
    assert_eq!(index(b"a", 2), Some(0));
    assert_eq!(index(b"-0", 0), Some(5), "no integer, since it would not print like that");
    assert_eq!(index(b"0", 0), None);
    assert_eq!(index(b"", 0), None);
}

#[test]
fn indices_count_from_both_ends() {
    let buf = build(&[b"a", b"b", b"c"]);
    let list = buf.view();
    for (index, expected) in [
        (0, Some(b"a")),
        (2, Some(b"c")),
        (3, None),
        (-1, Some(b"c")),
        (-3, Some(b"a")),
        (-4, None),
    ] {
        assert_eq!(list.get(index), expected.map(|text| Element::Bytes(text)), "{index}");
    }
    assert_eq!(list.get(isize::MIN), None);
    assert_eq!(Listpack::EMPTY.get(0), None);
    assert_eq!(Listpack::EMPTY.get(-1), None);
}

#[test]
fn beyond_65534_elements_the_header_does_not_know_their_number() {
    let mut buf = ListpackBuf::new();
    for i in 0..65_600 {
        buf.append([i % 100]);
        if (65_530..65_540).contains(&i) {
            assert_eq!(buf.view().len(), i as usize + 1);
        }
    }
    buf.view().assert_valid();
    assert_eq!(encoding::count(buf.view().as_bytes()), COUNT_UNKNOWN);
    assert_eq!(buf.view().get(-1), Some(Element::Int(65_599 % 100)));
    assert_eq!(buf.view().get(65_600), None);

    assert_eq!(buf.remove_range(0, 100), 100);
    buf.view().assert_valid();
    assert_eq!(encoding::count(buf.view().as_bytes()), 65_500, "counted again");
}

#[test]
fn foreign_encodings_are_read() {
    // An integer wider than need be, digits as a string, and a short string with a long head.
    let bytes = hex("120000000300f10500038135 02e0016103ff".replace(' ', "").as_str());
    let list = Listpack::from_untrusted(&bytes, Check::Whole).unwrap();
    assert_eq!(list.find(b"5", 0), Some(Position(HEADER)));
    assert_eq!(list.get(1), Some(Element::Bytes(b"5")));
    assert_eq!(list.get(1).and_then(Element::integer), Some(5));
    assert_eq!(list.get(2), Some(Element::Bytes(b"a")));
}

#[track_caller]
fn refused(bytes: &str, expected: Malformed) {
    assert_eq!(Listpack::from_untrusted(&hex(bytes), Check::Whole).unwrap_err(), expected);
}

#[test]
fn damage_is_recognised() {
    refused("", Malformed::Header);
    refused("06000000ffff", Malformed::Header);
    refused("080000000000ff", Malformed::Size { stated: 8, found: 7 });
    refused("07000000000000", Malformed::Terminator);
    refused(
        "090000000200 0501 ff".replace(' ', "").as_str(),
        Malformed::Count { stated: 2, found: 1 },
    );
    refused("0900000001000502ff", Malformed::Backlen { at: 6 });
    refused("090000000100fa01ff", Malformed::Element { at: 6 });
    refused("090000000100ff01ff", Malformed::Element { at: 6 });
    refused("0900000001008501ff", Malformed::Element { at: 6 });
    refused("0d0000000100f0fbffffff05ff", Malformed::Element { at: 6 });
    // Two bytes for a length that fits in one: Redis refuses that as well.
    refused("0b000000010081610082ff", Malformed::Backlen { at: 6 });
}

/// An entry of 127 bytes that ends with what could be read as a padded length of 126.
#[test]
fn a_length_of_the_wrong_width_is_no_substitute() {
    let mut buf = ListpackBuf::new();
    buf.append([&[[b'x'; 124].as_slice(), &[0]].concat()[..]]);
    let mut bytes = buf.into_inner();
    let backlen = bytes.len() - 2;
    assert_eq!(bytes[backlen], 127);
    bytes[backlen] = 0x80 | 126;
    assert_eq!(
        Listpack::from_untrusted(&bytes, Check::Whole).unwrap_err(),
        Malformed::Backlen { at: HEADER }
    );
}

#[test]
fn edits_work_inside_a_shared_blob() {
    use crate::blob::Blob;
    let shared = Blob::from_slice(Listpack::EMPTY.as_bytes());
    let mut buf = ListpackBuf::over(shared.clone());
    buf.append([b"field", b"value"]);
    buf.prepend([-70_000]);
    assert_eq!(buf.remove(Position(HEADER), 1), 1);
    buf.view().assert_valid();
    assert!(Listpack::new(&shared).is_empty());
    assert_eq!(format!("{buf:?}"), format!("{:?}", build(&[b"field", b"value"])));
}

#[test]
fn sizes_are_known_before() {
    for text in [&b""[..], b"12", b"-1", b"123456", b"text", &[b'x'; 200], &[b'y'; 20_000]] {
        let mut buf = ListpackBuf::new();
        buf.append([text]);
        assert_eq!(buf.view().as_bytes().len(), 7 + Listpack::size_of(text));
    }
    assert!(Listpack::EMPTY.has_room_for(Listpack::SIZE_MAX - 7));
    assert!(!Listpack::EMPTY.has_room_for(Listpack::SIZE_MAX - 6));
    assert!(!Listpack::EMPTY.has_room_for(usize::MAX));
}
