//! Claims on names. A claim makes a userName or a group's name unique within a tenant, without regard to case.
//!
//! A claim item names the visible record that holds the name. The item also names hidden employees that held the
//! userName at their deletion. The item stays while it names a record.

use super::dynamodb::transact::{Step, Transaction};
use super::keys;
use super::keys::Key;
use crate::model::claim::Claim;
use crate::model::kind::Kind;
use crate::store::dynamodb::error::Error;
use crate::store::tenant_part::TenantPart;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A change of name: both names, each with its claim as it was read.
#[derive(Debug, Clone)]
pub struct Rename {
    /// The name that is given up.
    pub old_name: String,
    /// The claim on the old name.
    pub old_claim: Claim,
    /// The name that is taken.
    pub new_name: String,
    /// The claim on the new name, without a holder.
    pub new_claim: Claim,
}

/// The claims on the names of a tenant's records.
#[derive(Debug, Clone, Copy)]
pub struct ClaimItems<'a>(pub(in crate::store) &'a TenantPart);

impl ClaimItems<'_> {
    /// Gets the claim on a name in any spelling. The claim is empty when no record holds or held the name.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get(self, kind: Kind, name: &str) -> Result<Claim, Error> {
        let item = self.0.table.get(&keys::claim(&self.0.tenant, kind, name)).await?;
        item.as_ref().map_or_else(|| Ok(Claim::default()), Claim::from_item)
    }

    /// Gets the holders of names in any spelling, in the order of the names; `None` for a name without a holder.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get_holders(self, kind: Kind, names: &[&str]) -> Result<Vec<Option<Uuid>>, Error> {
        let keys: Vec<Key> =
            names.iter().map(|name| keys::claim(&self.0.tenant, kind, name)).collect();
        let distinct: BTreeSet<&Key> = keys.iter().collect();
        let distinct: Vec<Key> = distinct.into_iter().cloned().collect();
        let mut holders = BTreeMap::new();
        for item in self.0.table.batch_get(&distinct).await? {
            let key = keys::key(&item).ok_or_else(|| Error::bad_item("no key"))?;
            holders.insert(key, Claim::from_item(&item)?.holder);
        }
        Ok(keys.iter().map(|key| holders.get(key).copied().flatten()).collect())
    }

    /// Makes a record the holder of a name without a holder.
    pub(super) fn take(
        self,
        transaction: &mut Transaction<'_>,
        name: (Kind, &str),
        holder: Uuid,
        before: &Claim,
    ) {
        let former = before.without(holder).former;
        let taken = Claim { holder: Some(holder), former };
        self.replace(transaction, Step::Claim, name, before, &taken);
    }

    /// Makes a record the holder of a new name, and releases the old name.
    pub(super) fn rename(
        self,
        transaction: &mut Transaction<'_>,
        holder: Uuid,
        (kind, rename): (Kind, &Rename),
    ) {
        let Rename { old_name, old_claim, new_name, new_claim } = rename;
        self.take(transaction, (kind, new_name), holder, new_claim);
        let left = old_claim.without(holder);
        let step = Step::FormerClaim;
        self.replace(transaction, step, (kind, old_name), old_claim, &left);
    }

    /// Replaces a claim, on the condition that the item is as it was read. An empty claim is removed.
    pub(super) fn replace(
        self,
        transaction: &mut Transaction<'_>,
        step: Step,
        (kind, name): (Kind, &str),
        before: &Claim,
        after: &Claim,
    ) {
        let key = keys::claim(&self.0.tenant, kind, name);
        replace_claim_at(transaction, step, &key, before, after);
    }
}

/// Replaces the claim at a key, as [`ClaimItems::replace`] does.
pub(super) fn replace_claim_at(
    transaction: &mut Transaction<'_>,
    step: Step,
    key: &keys::Key,
    before: &Claim,
    after: &Claim,
) {
    if *after == Claim::default() {
        transaction.delete(step, key, before.unchanged())
    } else {
        transaction.put(step, after.to_item(key), before.unchanged())
    }
}
