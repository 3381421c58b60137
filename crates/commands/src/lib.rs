//! The commands over data: one folder a family.
