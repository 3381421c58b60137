//! Taking over the keys of a server that stands alone.

use connector::Address;

use super::check::load_sound;
use super::notes::{Note, note};
use super::slots::slot_of;
use super::topology::Cluster;
use super::{Call, Failed};
use crate::keyspace::Walk;
use crate::out::{complain, say};
use crate::progress::{Progress, Unit};
use crate::session::Session;
use crate::terminal::read_password;

/// How long a MIGRATE may take unless told otherwise.
const TIMEOUT_MS: u64 = 60_000;

/// `import`.
pub(super) fn run(call: &Call<'_>) -> Result<(), Failed> {
    let options = &call.session.options;
    let entry = call.entry()?;
    let from = options
        .cluster
        .from
        .as_deref()
        .ok_or("[ERR] Option '--cluster-from' is required for subcommand 'import'.")?;
    let from =
        Address::parse(from).ok_or("[ERR] Invalid --cluster-from host: a host:port is needed")?;
    note(Note::Step, &format!(">>> Importing data from {from} to cluster {entry}"));
    let mut cluster = load_sound(call, "importing")?;
    let mut source = open_source(call, &from)?;
    let info =
        source.call(&["INFO", "cluster"]).map_err(|failure| Failed::from(failure.to_string()))?;
    if info.as_str().is_some_and(|text| text.contains("cluster_enabled:1")) {
        return Err("[ERR] The source node should not be a cluster node.".into());
    }
    let size = source.call(&["DBSIZE"]).map_err(|failure| Failed::from(failure.to_string()))?;
    let size = size.as_integer().and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
    say!("*** Importing {size} keys from DB 0\n");
    let mut progress = Progress::new(Unit::Things("keys"), Some(size));
    let mut failures = 0;
    let mut moved: u64 = 0;
    let mut walk = Walk::new(options);
    while let Some(keys) = walk.next_batch(&mut source)? {
        for key in keys {
            match import_key(call, &mut cluster, &mut source, &key)? {
                true => moved += 1,
                false => failures += 1,
            }
            progress.at(moved + failures);
        }
    }
    drop(progress);
    say!("Imported {moved} keys.\n");
    if failures == 0 {
        Ok(())
    } else {
        Err(format!("[ERR] {failures} keys were not imported.").into())
    }
}

fn open_source(call: &Call<'_>, from: &Address) -> Result<Session, Failed> {
    let options = &call.session.options.cluster;
    let mut source = call.session.sibling(from.clone());
    let password = if options.from_askpass {
        Some(
            read_password("Please input import source node password: ")
                .map_err(|error| error.to_string())?,
        )
    } else {
        options.from_pass.clone()
    };
    source.log_in_as(options.from_user.clone().map(String::into_bytes), password);
    source.connect().map_err(|_| Failed::from(format!("[ERR] Node {from} cannot be reached")))?;
    Ok(source)
}

/// Sends one key to the owner of its slot, and returns whether that worked.
fn import_key(
    call: &Call<'_>,
    cluster: &mut Cluster,
    source: &mut Session,
    key: &[u8],
) -> Result<bool, Failed> {
    let options = &call.session.options;
    let owner = *cluster
        .owners(slot_of(key))
        .first()
        .ok_or_else(|| Failed::from(format!("[ERR] Nobody owns slot {}", slot_of(key))))?;
    let target = cluster.nodes[owner].address.clone();
    let Address::Tcp { host, port } = &target else {
        return Err(format!("[ERR] Node {target} has no host and port").into());
    };
    let timeout = options.cluster.timeout_ms.unwrap_or(TIMEOUT_MS).to_string();
    let port = port.to_string();
    let mut request: Vec<&[u8]> =
        vec![b"MIGRATE", host.as_bytes(), port.as_bytes(), key, b"0", timeout.as_bytes()];
    if options.cluster.copy {
        request.push(b"COPY");
    }
    if options.cluster.replace {
        request.push(b"REPLACE");
    }
    let credentials = call.session.credentials();
    if let Some((user, password)) = credentials {
        request.push(if user.is_some() { b"AUTH2" } else { b"AUTH" });
        request.extend(user.as_deref());
        request.push(password);
    }
    let shown = String::from_utf8_lossy(key).into_owned();
    if options.dry_run {
        say!("(dry run) {shown} goes to {target}\n");
        return Ok(true);
    }
    say!("Migrating {shown} to {target}: ");
    let reply = source.call(&request).map_err(|failure| Failed::from(failure.to_string()))?;
    match reply.as_error() {
        None => {
            say!("OK\n");
            Ok(true)
        }
        Some(text) => {
            say!("\n");
            complain!("Source {}: {}", source.address, String::from_utf8_lossy(text));
            Ok(false)
        }
    }
}
