//! Claims on names. A claim makes a userName or a group's name unique within a tenant, without regard to case.
//!
//! A claim item names the visible record that holds the name. The item also names hidden employees that held the
//! userName at their deletion. The item stays while it names a record.

use super::dynamodb::transact::{Condition, Step, Transaction, text};
use super::keys;
use crate::model::kind::Kind;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::tenant_part::TenantPart;
use aws_sdk_dynamodb::types::AttributeValue;
use uuid::Uuid;

/// The holder of a name, and the former holders.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claim {
    /// The visible record with this name.
    pub holder: Option<Uuid>,
    /// Hidden employees that had the userName at their deletion, the latest last; at most [`MOST_FORMER`].
    pub former: Vec<Uuid>,
}

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

/// The most former holders in a claim: as many as one batch reads, and far below the 400 KB of an item.
pub const MOST_FORMER: usize = 100;

const HOLDER: &str = "holder";
const FORMER: &str = "former";

impl Claim {
    /// Reads a claim item.
    pub(super) fn from_item(item: &Item) -> Result<Self, Error> {
        let id = |value: &AttributeValue| -> Result<Uuid, Error> {
            let text = value.as_s().map_err(|_| Error::bad_item("a claim's id is no text"))?;
            Uuid::parse_str(text).map_err(Error::bad_item)
        };
        let holder = item.get(HOLDER).map(id).transpose()?;
        let former = item.get(FORMER).and_then(|value| value.as_l().ok());
        let former = former.into_iter().flatten().map(id).collect::<Result<_, _>>()?;
        Ok(Self { holder, former })
    }

    /// The claim without a record as holder or former holder.
    pub(super) fn without(&self, id: Uuid) -> Self {
        Self {
            holder: self.holder.filter(|holder| *holder != id),
            former: self.former.iter().copied().filter(|former| *former != id).collect(),
        }
    }

    /// The claim after its holder is hidden: the employee becomes the latest former holder.
    pub(super) fn given_up_by(&self, id: Uuid) -> Self {
        let mut former = self.without(id).former;
        former.push(id);
        let forgotten = former.len().saturating_sub(MOST_FORMER);
        former.drain(..forgotten);
        Self { holder: None, former }
    }

    fn former_value(&self) -> AttributeValue {
        AttributeValue::L(self.former.iter().map(|id| text(id.to_string())).collect())
    }

    fn to_item(&self, key: &keys::Key) -> Item {
        let mut item = key.to_item();
        if let Some(holder) = self.holder {
            item.insert(HOLDER.to_owned(), text(holder.to_string()));
        }
        if !self.former.is_empty() {
            item.insert(FORMER.to_owned(), self.former_value());
        }
        item
    }

    /// The condition that the item is as it was read.
    fn unchanged(&self) -> Condition {
        let holder = match self.holder {
            Some(_) => "holder = :holder",
            None => "attribute_not_exists(holder)",
        };
        let former = match self.former.is_empty() {
            true => "attribute_not_exists(former)",
            false => "former = :former",
        };
        let mut condition = Condition::expression(&format!("{holder} AND {former}"));
        if let Some(holder) = self.holder {
            condition = condition.with(":holder", text(holder.to_string()));
        }
        if !self.former.is_empty() {
            condition = condition.with(":former", self.former_value());
        }
        condition
    }
}

/// The claims on the names of a tenant's records.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a>(pub(in crate::store) &'a TenantPart);

impl Names<'_> {
    /// Gets the claim on a name in any spelling. The claim is empty when no record holds or held the name.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get_claim(self, kind: Kind, name: &str) -> Result<Claim, Error> {
        let item = self.0.table.get(&keys::claim(&self.0.tenant, kind, name)).await?;
        item.as_ref().map_or_else(|| Ok(Claim::default()), Claim::from_item)
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

/// Replaces the claim at a key, as [`TenantPart::replace_claim`] does.
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
