//! Servers on demand, transcripts, and waiting without sleeping: for tests.
