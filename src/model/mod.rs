//! The records of the product, independent of their storage.

pub mod employee;
