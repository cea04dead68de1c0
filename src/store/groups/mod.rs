//! Writes of groups. The members of a group have items of their own: see [`super::members`].

pub mod change;
pub mod write;

use crate::store::tenant_part::TenantPart;

/// The groups of a tenant.
#[derive(Debug, Clone, Copy)]
pub struct GroupItems<'a>(pub(in crate::store) &'a TenantPart);
