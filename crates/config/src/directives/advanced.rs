//! When a value changes its encoding.

use super::{I32_MAX, I64_MAX, ROW, SIGNED_MAX};
use crate::directive::{Directive, Section};
use crate::field::field;

pub(super) const SECTION: Section = Section {
    title: "Encodings",
    doc: "Small collections are packed, which takes a fraction of the memory and time that grows \
          with their length. These are the lengths at which they change to the form for large \
          ones. A change takes effect with the next write to a value.",
    directives: &[
        Directive {
            name: "hash-max-listpack-entries",
            aliases: &["hash-max-ziplist-entries"],
            field: field!(integer hash_max_listpack_entries, 0 to I64_MAX),
            default: "512",
            doc: "Fields of a packed hash.",
            ..ROW
        },
        Directive {
            name: "hash-max-listpack-value",
            aliases: &["hash-max-ziplist-value"],
            field: field!(bytes hash_max_listpack_value, 0, to SIGNED_MAX),
            default: "64",
            doc: "Length of a field or value in a packed hash.",
            ..ROW
        },
        Directive {
            name: "list-max-listpack-size",
            aliases: &["list-max-ziplist-size"],
            field: field!(integer list_max_listpack_size, -2147483648 to I32_MAX),
            default: "-2",
            doc: "Elements in each node of a list. From -1 to -5 it is a size instead: 4, 8, 16, \
                  32 or 64 kilobytes.",
            ..ROW
        },
        Directive {
            name: "list-compress-depth",
            field: field!(integer list_compress_depth, 0 to I32_MAX),
            default: "0",
            doc: "Compress a list but for so many nodes at each end. 0 does not compress.",
            ..ROW
        },
        Directive {
            name: "set-max-intset-entries",
            field: field!(integer set_max_intset_entries, 0 to I64_MAX),
            default: "512",
            doc: "Members of a set that holds nothing but integers.",
            ..ROW
        },
        Directive {
            name: "set-max-listpack-entries",
            field: field!(integer set_max_listpack_entries, 0 to I64_MAX),
            default: "128",
            doc: "Members of any other packed set.",
            ..ROW
        },
        Directive {
            name: "set-max-listpack-value",
            field: field!(bytes set_max_listpack_value, 0, to SIGNED_MAX),
            default: "64",
            doc: "Length of a member of such a set.",
            ..ROW
        },
        Directive {
            name: "zset-max-listpack-entries",
            aliases: &["zset-max-ziplist-entries"],
            field: field!(integer zset_max_listpack_entries, 0 to I64_MAX),
            default: "128",
            doc: "Members of a packed sorted set.",
            ..ROW
        },
        Directive {
            name: "zset-max-listpack-value",
            aliases: &["zset-max-ziplist-value"],
            field: field!(bytes zset_max_listpack_value, 0, to SIGNED_MAX),
            default: "64",
            doc: "Length of a member of a packed sorted set.",
            ..ROW
        },
        Directive {
            name: "hll-sparse-max-bytes",
            field: field!(bytes hll_sparse_max_bytes, 0, to SIGNED_MAX),
            default: "3000",
            doc: "Size of a HyperLogLog in its sparse form. Beyond 16000, the dense form is \
                  smaller.",
            ..ROW
        },
        Directive {
            name: "stream-node-max-bytes",
            field: field!(bytes stream_node_max_bytes, 0, to SIGNED_MAX),
            default: "4096",
            doc: "Size of a node of a stream. 0 is no limit.",
            ..ROW
        },
        Directive {
            name: "stream-node-max-entries",
            field: field!(integer stream_node_max_entries, 0 to I64_MAX),
            default: "100",
            doc: "Entries in a node of a stream. 0 is no limit.",
            ..ROW
        },
    ],
};
