//! Directives about the configuration file itself.

use super::ROW;
use crate::directive::{Directive, Mutable, Section};
use crate::field::Field;

pub(super) const SECTION: Section = Section {
    title: "Files",
    doc: "A line is a directive and its arguments. Empty lines, and lines that begin with #, \
          are comments. An argument with blanks stands in quotes: in \"double\" ones \\n, \\t, \
          \\\" and \\xHH are escapes, in 'single' ones only \\' is. Amounts of memory take \
          units: 1k is 1000 bytes, 1kb is 1024, and likewise m, mb, g, gb. When a directive of \
          one value stands in several lines, the last one counts.\n\
          Options on the command line follow the file: --maxmemory 1gb is the line maxmemory 1gb.",
    directives: &[Directive {
        name: "include",
        field: Field::Include,
        mutable: Mutable::FileOnly,
        doc: "Reads another file at this point, or several if the path is a pattern like \
              conf.d/*.conf. What follows here overrides what stands there. CONFIG REWRITE \
              leaves included files alone, so include first what it may have to override.",
        ..ROW
    }],
};
