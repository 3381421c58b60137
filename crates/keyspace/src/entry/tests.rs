//! Blocks of all kinds, edited in and out of their place.

use proptest::prelude::*;
use structs::intset::{Intset, IntsetBuf};
use structs::listpack::{Element, Listpack, ListpackBuf};

use super::*;

fn packed(form: Form, expiry: Option<u64>) -> Entry {
    Entry::new_packed(b"key", form, form.empty(), expiry, 7)
}

/// Everything but the value is as it was at the beginning.
fn check_head(entry: &Entry, expiry: Option<u64>) {
    assert_eq!((entry.key(), entry.expiry(), entry.access()), (&b"key"[..], expiry, 7));
}

#[derive(Debug, Clone)]
enum Edit {
    Append(Vec<u8>),
    Remove(usize),
    Expire(Option<u64>),
    Rename(Vec<u8>),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = prop_oneof![
        4 => prop::collection::vec(any::<u8>(), 0..40).prop_map(Edit::Append),
        3 => (0..100_usize).prop_map(Edit::Remove),
        1 => prop::option::of(1..EXPIRY_MAX).prop_map(Edit::Expire),
        1 => prop::collection::vec(any::<u8>(), 0..300).prop_map(Edit::Rename),
    ];
    prop::collection::vec(edit, 0..80)
}

proptest! {
    #[test]
    fn a_packed_collection_is_edited_wherever_it_lies(edits in edits()) {
        let mut entry = packed(Form::List, None);
        let (mut model, mut key, mut expiry) = (Vec::<Vec<u8>>::new(), b"key".to_vec(), None);
        for edit in edits {
            match edit {
                Edit::Append(bytes) => {
                    ListpackBuf::over(entry.packed_mut()).append([&bytes[..]]);
                    model.push(bytes);
                }
                Edit::Remove(index) if !model.is_empty() => {
                    let index = index % model.len();
                    ListpackBuf::over(entry.packed_mut()).remove_range(index as isize, 1);
                    model.remove(index);
                }
                Edit::Remove(_) => (),
                Edit::Expire(when) => {
                    entry.set_expiry(when);
                    expiry = when;
                }
                Edit::Rename(name) => {
                    entry = entry.renamed(&name, expiry);
                    key = name;
                }
            }
            let found: Vec<_> = Listpack::new(entry.packed()).iter().map(Element::to_vec).collect();
            prop_assert_eq!(&found, &model);
            prop_assert_eq!((entry.key(), entry.expiry()), (&key[..], expiry));
            prop_assert_eq!(entry.data_type(), Type::List);
        }
        let copy = entry.duplicate(b"copy", None);
        drop(entry);
        prop_assert_eq!(Listpack::new(copy.packed()).len(), model.len());
    }

    #[test]
    fn integers_are_kept_wherever_they_lie(numbers in prop::collection::vec(any::<i64>(), 0..60)) {
        let mut entry = packed(Form::Intset, Some(5));
        for &number in &numbers {
            IntsetBuf::over(entry.packed_mut()).insert(number);
            check_head(&entry, Some(5));
        }
        let mut model = numbers.clone();
        model.sort_unstable();
        model.dedup();
        prop_assert_eq!(Intset::new(entry.packed()).iter().collect::<Vec<_>>(), model);
        for number in numbers {
            IntsetBuf::over(entry.packed_mut()).remove(number);
        }
        prop_assert!(Intset::new(entry.packed()).is_empty());
        check_head(&entry, Some(5));
    }
}

#[test]
fn a_copy_of_a_big_packed_block_is_not_changed_by_edits() {
    let mut entry = packed(Form::Set, None);
    let long = [b'x'; 300];
    ListpackBuf::over(entry.packed_mut()).append([&long[..]]);
    let copy = entry.duplicate(b"copy", None);
    ListpackBuf::over(entry.packed_mut()).append([&b"more"[..]]);
    let first = Listpack::new(entry.packed()).first().expect("an element");
    assert_ne!(first, Listpack::new(entry.packed()).end());
    ListpackBuf::over(entry.packed_mut()).replace(first, b"other");
    assert_eq!(Listpack::new(copy.packed()).get(0).expect("kept").to_vec(), long);
    assert_eq!(Listpack::new(copy.packed()).len(), 1);
}

#[test]
fn any_value_gives_way_to_any_other() {
    let mut entry = Entry::new(b"key", NewString::Int(1), None, 7);
    for _ in 0..2 {
        entry.set_packed(Form::Hash, Form::Hash.empty());
        assert_eq!((entry.data_type(), entry.encoding()), (Type::Hash, Encoding::Listpack));
        assert!(entry.as_string().is_err());
        entry.set_string(NewString::Bytes(&[b'y'; 500]));
        assert_eq!(entry.encoding(), Encoding::Raw);
        let mut big = ListpackBuf::new();
        big.append([&[b'z'; 400][..]]);
        entry.set_packed(Form::SortedSet, big.view().as_bytes());
        assert_eq!(entry.data_type(), Type::SortedSet);
        entry.set_string(NewString::Bytes(b"short"));
        check_head(&entry, None);
    }
}
