//! Reads and writes of employees.

pub mod read;
pub mod write;
