//! `INFO cluster`.

use super::Section;

pub(super) const SECTION: Section = Section {
    name: "cluster",
    by_default: true,
    write: |_, report| report.flag("cluster_enabled", false),
};
