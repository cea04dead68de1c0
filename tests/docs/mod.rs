//! Documents name only files, commands and tests that exist. Imports lead only to lower layers.

pub(crate) mod layers;
pub(crate) mod causes;
pub(crate) mod conformance;
pub(crate) mod documents;
pub(crate) mod known_tests;
pub(crate) mod sources;
mod words;
