//! The cluster manager.

use connector::Address;

/// Returns the addresses of the primaries in the table that CLUSTER NODES prints.
pub(crate) fn primaries(table: &str, asked: &Address) -> Vec<Address> {
    let mut found = Vec::new();
    for line in table.lines() {
        let mut words = line.split(' ').skip(1);
        let (Some(place), Some(flags)) = (words.next(), words.next()) else { continue };
        if !flags.split(',').any(|flag| flag == "master") || flags.contains("noaddr") {
            continue;
        }
        let place = place.split([',', '@']).next().unwrap_or_default();
        if flags.contains("myself") {
            found.push(asked.clone());
        } else {
            found.extend(Address::parse(place));
        }
    }
    found
}
