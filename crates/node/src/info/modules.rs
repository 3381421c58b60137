//! `INFO modules`: none, ever.

use super::Section;

pub(super) const SECTION: Section = Section { name: "modules", by_default: true, write: |_, _| {} };
