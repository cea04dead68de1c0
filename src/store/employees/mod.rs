//! Reads and writes of employees.

pub mod read;
pub mod write;

use super::TenantStore;

/// The employees of a tenant.
#[derive(Debug, Clone, Copy)]
pub struct Employees<'a> {
    pub(in crate::store) at: &'a TenantStore,
}
