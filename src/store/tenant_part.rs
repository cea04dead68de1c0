//! One tenant's part of the table. Every object of the tenant's store works on it.

use super::dynamodb::table::Table;
use super::turns::Turns;
use crate::model::tenant::TenantId;

/// One tenant's part of the table. The tenant is fixed here, so every query names it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct TenantPart {
    pub(super) table: Table,
    pub(super) turns: Turns,
    pub(super) tenant: TenantId,
}
