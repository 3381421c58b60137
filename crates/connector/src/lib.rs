//! A blocking connection that speaks RESP, for tools and tests.
