//! What a shard holds, as it is read and as a snapshot tells it.

use std::collections::{BTreeMap, BTreeSet};

use keyspace::{DatabaseSize, Entry, Head, Piece, Shard, StringRef, Taker, Type};
use structs::hash::FieldRef;
use structs::list::{Container, Content, TakenNode};
use structs::listpack::{Element, Listpack};
use structs::set::take_member;
use structs::sorted_set::take_scored;

/// A value, whatever its form.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    String(Vec<u8>),
    List(Vec<Vec<u8>>),
    Set(BTreeSet<Vec<u8>>),
    SortedSet(BTreeMap<Vec<u8>, f64>),
    Hash(BTreeMap<Vec<u8>, (Vec<u8>, Option<u64>)>),
}

/// All keys with their values and expiries.
pub(crate) type Contents = BTreeMap<(usize, Vec<u8>), (Value, Option<u64>)>;

fn owned(element: Element<'_>) -> Vec<u8> {
    element.text(&mut None).to_vec()
}

impl Value {
    pub(crate) fn of(entry: &Entry) -> Self {
        match entry.data_type() {
            Type::String => Self::String(match entry.as_string().expect("a string") {
                StringRef::Int(number) => number.to_string().into_bytes(),
                StringRef::Bytes(bytes) => bytes.to_vec(),
                StringRef::Blob(blob) => blob.to_vec(),
            }),
            Type::List => {
                let (list, mut elements) = (entry.as_list().expect("a list"), Vec::new());
                list.for_each(0..list.len(), |element| elements.push(owned(element)));
                Self::List(elements)
            }
            Type::Set => Self::Set(entry.as_set().expect("a set").iter().map(owned).collect()),
            Type::SortedSet => {
                let members = entry.as_sorted_set().expect("a sorted set").iter();
                Self::SortedSet(members.map(|(member, score)| (owned(member), score)).collect())
            }
            Type::Hash => {
                let mut fields = BTreeMap::new();
                entry.as_hash(0).expect("a hash").for_each_timed(|field, value, expiry| {
                    fields.insert(owned(field), (owned(value), expiry));
                });
                Self::Hash(fields)
            }
        }
    }

    fn empty(of: Type) -> Self {
        match of {
            Type::String => Self::String(Vec::new()),
            Type::List => Self::List(Vec::new()),
            Type::Set => Self::Set(BTreeSet::new()),
            Type::SortedSet => Self::SortedSet(BTreeMap::new()),
            Type::Hash => Self::Hash(BTreeMap::new()),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::String(_) => 1,
            Self::List(elements) => elements.len(),
            Self::Set(members) => members.len(),
            Self::SortedSet(members) => members.len(),
            Self::Hash(fields) => fields.len(),
        }
    }

    /// Adds the elements of a piece, each of which is new.
    fn extend(&mut self, mut piece: &[u8]) {
        while !piece.is_empty() {
            let is_new = match self {
                Self::Set(members) => {
                    members.insert(take_member(&mut piece).expect("whole").to_vec())
                }
                Self::SortedSet(members) => {
                    let (member, score) = take_scored(&mut piece).expect("whole");
                    members.insert(member.to_vec(), score).is_none()
                }
                Self::Hash(fields) => {
                    let field = FieldRef::take_from(&mut piece).expect("whole");
                    let facts = (field.value.to_vec(), field.expiry);
                    fields.insert(field.name.to_vec(), facts).is_none()
                }
                Self::String(_) | Self::List(_) => panic!("{self:?} has no elements of that kind"),
            };
            assert!(is_new, "each element once");
        }
    }

    fn append(&mut self, node: &TakenNode) {
        let Self::List(elements) = self else { panic!("{self:?} is no list") };
        let view = node.view();
        let Content::Raw(bytes) = view.content else { panic!("nothing is compressed here") };
        match view.container {
            Container::Plain => elements.push(bytes.to_vec()),
            Container::Packed => elements.extend(Listpack::new(bytes).iter().map(owned)),
        }
    }
}

/// Reads everything.
pub(crate) fn read(shard: &mut Shard) -> Contents {
    let mut contents = Contents::new();
    for db in 0..shard.databases() {
        shard.db(db).for_each(&mut |entry| {
            contents.insert((db, entry.key().to_vec()), (Value::of(entry), entry.expiry()));
        });
    }
    contents
}

/// What a snapshot has told so far.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) contents: Contents,
    current: Option<(Head, Value, usize)>,
    /// How much more is wanted.
    pub(crate) budget: usize,
    /// The large values among them.
    pub(crate) large: usize,
}

impl Told {
    fn add(&mut self, db: usize, key: &[u8], value: Value, expiry: Option<u64>) {
        let twice = self.contents.insert((db, key.to_vec()), (value, expiry));
        assert!(twice.is_none(), "each key once");
    }

    /// Checks that the databases had as many keys as was announced.
    pub(crate) fn check_sizes(&self, sizes: &[DatabaseSize]) {
        for size in sizes {
            let keys = || self.contents.iter().filter(|((db, _), _)| *db == size.db);
            assert_eq!(keys().count(), size.keys);
            assert_eq!(keys().filter(|(_, (_, expiry))| expiry.is_some()).count(), size.volatile);
        }
        assert_eq!(sizes.iter().map(|size| size.keys).sum::<usize>(), self.contents.len());
    }
}

impl Taker for Told {
    fn wants_more(&mut self) -> bool {
        let wants = self.budget > 0;
        self.budget = self.budget.saturating_sub(1);
        wants
    }

    fn take(&mut self, piece: Piece) {
        if !matches!(piece, Piece::Elements(_) | Piece::Nodes(_) | Piece::End) {
            assert!(self.current.is_none(), "one value at a time");
        }
        match piece {
            Piece::Keys(mut block) => {
                let (db, len, before) = (block.db(), block.len(), self.contents.len());
                block.for_each(|entry| self.add(db, entry.key(), Value::of(entry), entry.expiry()));
                assert_eq!(self.contents.len(), before + len);
            }
            Piece::Begin(head) => {
                let value = Value::empty(head.data_type);
                self.current = Some((head, value, 0));
                self.large += 1;
            }
            Piece::Elements(bytes) => {
                let (_, value, _) = self.current.as_mut().expect("a value has begun");
                assert!(!bytes.is_empty());
                value.extend(&bytes);
            }
            Piece::Nodes(nodes) => {
                let (_, value, told) = self.current.as_mut().expect("a value has begun");
                nodes.iter().for_each(|node| value.append(node));
                *told += nodes.len();
            }
            Piece::End => {
                let (head, value, nodes) = self.current.take().expect("a value has begun");
                assert_eq!((value.len(), nodes), (head.len, head.nodes), "as announced");
                if let Value::Hash(fields) = &value {
                    let first = fields.values().filter_map(|(_, expiry)| *expiry).min();
                    assert_eq!(first, head.first_field_expiry);
                }
                self.add(head.db, &head.key, value, head.expiry);
            }
        }
    }
}
