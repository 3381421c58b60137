//! The whole server without input and output.
