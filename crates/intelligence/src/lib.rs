//! What Kapocs works out by itself. Pure: no IO, no SQL, no clock; the same input gives the same output.

pub mod duplicates;
