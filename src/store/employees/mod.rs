//! Reads and writes of employees.

pub mod read;
pub mod standing;
pub mod write;

use crate::store::tenant_part::TenantPart;

/// The employees of a tenant.
#[derive(Debug, Clone, Copy)]
pub struct EmployeeItems<'a>(pub(in crate::store) &'a TenantPart);
