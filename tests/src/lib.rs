//! Holds the tests in `tests/`; see there.
