//! Values, databases, and the one door to them.
