//! The language we speak: rows of the command table and the usage grammar.
