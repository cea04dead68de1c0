//! Records of the product: what an employee is, whoever keeps it.

pub mod employee;
