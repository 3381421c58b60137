//! The cluster manager.

use manual::Takes;

use super::{Row, one, row, text};
use crate::options::Mode;
use crate::options::parse::{leading_number, leading_unsigned};

pub(super) const ROWS: &[Row] = &[
    row!(
        ["--cluster"],
        Takes::Rest("command [args]"),
        "Manage a cluster; see --cluster help.",
        |o, v| {
            o.mode = Mode::Cluster(v.to_vec());
            Ok(())
        }
    ),
    row!(
        ["--dry-run"],
        Takes::Nothing,
        "With --cluster: say what would be done, and change nothing.",
        |o, _v| {
            o.dry_run = true;
            Ok(())
        }
    ),
    row!(["--cluster-replicas"], Takes::One("count"), "Replicas per primary (create).", |o, v| {
        o.cluster.replicas = usize::try_from(leading_unsigned(one(v))).unwrap_or(0);
        Ok(())
    }),
    row!(
        ["--cluster-from"],
        Takes::One("nodes"),
        "Node IDs to take slots from, separated by commas, or all (reshard); address to import from (import).",
        |o, v| {
            o.cluster.from = Some(text(one(v)));
            Ok(())
        }
    ),
    row!(["--cluster-to"], Takes::One("node"), "Node ID that gets the slots (reshard).", |o, v| {
        o.cluster.to = Some(text(one(v)));
        Ok(())
    }),
    row!(
        ["--cluster-from-user"],
        Takes::One("username"),
        "User at the import's source.",
        |o, v| {
            o.cluster.from_user = Some(text(one(v)));
            Ok(())
        }
    ),
    row!(
        ["--cluster-from-pass"],
        Takes::One("password"),
        "Password at the import's source.",
        |o, v| {
            o.cluster.from_pass = Some(one(v).to_vec());
            Ok(())
        }
    ),
    row!(
        ["--cluster-from-askpass"],
        Takes::Nothing,
        "Ask for the password at the import's source.",
        |o, _v| {
            o.cluster.from_askpass = true;
            Ok(())
        }
    ),
    row!(["--cluster-slots"], Takes::One("count"), "How many slots to move (reshard).", |o, v| {
        o.cluster.slots = Some(usize::try_from(leading_unsigned(one(v))).unwrap_or(0));
        Ok(())
    }),
    row!(
        ["--cluster-yes"],
        Takes::Nothing,
        "Answer all questions with yes; as REDISCLI_CLUSTER_YES=1 does.",
        |o, _v| {
            o.cluster.yes = true;
            Ok(())
        }
    ),
    row!(
        ["--cluster-timeout"],
        Takes::One("ms"),
        "How long a MIGRATE may take (default 60000).",
        |o, v| {
            o.cluster.timeout_ms = Some(leading_unsigned(one(v)));
            Ok(())
        }
    ),
    row!(["--cluster-pipeline"], Takes::One("count"), "Keys per MIGRATE (default 10).", |o, v| {
        o.cluster.pipeline = usize::try_from(leading_unsigned(one(v))).unwrap_or(10).max(1);
        Ok(())
    }),
    row!(
        ["--cluster-replace"],
        Takes::Nothing,
        "Overwrite keys that exist at the target.",
        |o, _v| {
            o.cluster.replace = true;
            Ok(())
        }
    ),
    row!(["--cluster-copy"], Takes::Nothing, "Leave the keys at the source (import).", |o, _v| {
        o.cluster.copy = true;
        Ok(())
    }),
    row!(
        ["--cluster-weight"],
        Takes::Rest("node=weight"),
        "Weights of primaries (rebalance).",
        |o, v| {
            o.cluster.weights.extend(v.iter().map(|w| text(w)));
            Ok(())
        }
    ),
    row!(
        ["--cluster-use-empty-masters"],
        Takes::Nothing,
        "Give slots to primaries that have none, too (rebalance).",
        |o, _v| {
            o.cluster.use_empty_masters = true;
            Ok(())
        }
    ),
    row!(
        ["--cluster-simulate"],
        Takes::Nothing,
        "Show what would be moved (rebalance).",
        |o, _v| {
            o.cluster.simulate = true;
            Ok(())
        }
    ),
    row!(
        ["--cluster-threshold"],
        Takes::One("percent"),
        "Imbalance that is left alone (rebalance, default 2).",
        |o, v| {
            o.cluster.threshold = leading_number(one(v));
            Ok(())
        }
    ),
    row!(
        ["--cluster-slave", "--cluster-replica"],
        Takes::Nothing,
        "Add the node as a replica (add-node).",
        |o, _v| {
            o.cluster.replica = true;
            Ok(())
        }
    ),
    row!(
        ["--cluster-master-id", "--cluster-primary-id"],
        Takes::One("node"),
        "Whose replica it becomes (add-node).",
        |o, v| {
            o.cluster.master_id = Some(text(one(v)));
            Ok(())
        }
    ),
    row!(
        ["--cluster-search-multiple-owners"],
        Takes::Nothing,
        "Look for slots with several owners (check, fix).",
        |o, _v| {
            o.cluster.search_multiple_owners = true;
            Ok(())
        }
    ),
    row!(
        ["--cluster-fix-with-unreachable-masters"],
        Takes::Nothing,
        "Fix even though primaries cannot be reached (fix).",
        |o, _v| {
            o.cluster.fix_with_unreachable_masters = true;
            Ok(())
        }
    ),
    row!(
        ["--cluster-only-masters", "--cluster-only-primaries"],
        Takes::Nothing,
        "Call primaries only (call).",
        |o, _v| {
            o.cluster.only_masters = true;
            Ok(())
        }
    ),
    row!(["--cluster-only-replicas"], Takes::Nothing, "Call replicas only (call).", |o, _v| {
        o.cluster.only_replicas = true;
        Ok(())
    }),
];
