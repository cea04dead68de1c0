//! Documents and code: what they name is there, and imports go down only.

pub(crate) mod layers;
pub(crate) mod conformance;
pub(crate) mod documents;
pub(crate) mod known_tests;
pub(crate) mod sources;
