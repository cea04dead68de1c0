//! Links. Each change of a link is one transaction with the tenant's record and history, so two requests at the same time
//! cannot open one link or leave two set-up links.

use super::dynamodb::read::Range;
use super::dynamodb::transact::{Condition, Step, Transaction};
use super::keys;
use crate::model::history::HistoryEntry;
use crate::model::link::Link;
use crate::model::tenant::Tenant;
use crate::store::dynamodb::error::Error;
use crate::store::items::link;
use crate::store::tenant_part::TenantPart;
use crate::store::tenants::TenantItems;

/// The most links that one change removes. A transaction has at most 100 items.
pub const MOST_REMOVED: usize = 90;

/// The links of a tenant.
#[derive(Debug, Clone, Copy)]
pub struct LinkItems<'a>(pub(in crate::store) &'a TenantPart);

/// A change of links.
#[derive(Debug, Clone, Copy, Default)]
pub struct LinkChange<'a> {
    /// A new link.
    pub new: Option<&'a Link>,
    /// A link after its opening. The change fails if the link is not there, or is open already.
    pub opened: Option<&'a Link>,
    /// An open link with the token that was made through it. The change fails if the link is not there.
    pub noted: Option<&'a Link>,
    /// The ids of links that end. One change removes only the first [`MOST_REMOVED`].
    pub removed: &'a [String],
}

impl LinkItems<'_> {
    /// Gets a link; `None` when there is none. The read is consistent, so the end of a link is seen at once.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get(self, id: &str) -> Result<Option<Link>, Error> {
        let item = self.0.table.get(&keys::link(&self.0.tenant, id)).await?;
        item.map(link::read).transpose()
    }

    /// Lists all links, also expired ones, in no particular order.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list(self) -> Result<Vec<Link>, Error> {
        let range = Range::all(&keys::links(&self.0.tenant));
        let items = self.0.table.query_all(&range, None).await?;
        items.into_iter().map(link::read).collect()
    }

    /// Changes links together with the tenant's record and history. `false` when the record has another revision than
    /// the one before, or a condition of the change fails.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn change(
        self,
        tenant: &Tenant,
        entry: &HistoryEntry,
        change: LinkChange<'_>,
    ) -> Result<bool, Error> {
        let mut transaction = Transaction::new(&self.0.table);
        TenantItems(self.0).put(&mut transaction, tenant, entry)?;
        if let Some(new) = change.new {
            let item = link::to_item(&self.0.tenant, new)?;
            transaction.put(Step::Record, item, Condition::absent());
        }
        if let Some(opened) = change.opened {
            let unopened =
                Condition::expression("attribute_exists(PK) AND attribute_not_exists(opened)");
            transaction.put(Step::Record, link::to_item(&self.0.tenant, opened)?, unopened);
        }
        if let Some(noted) = change.noted {
            let item = link::to_item(&self.0.tenant, noted)?;
            transaction.put(Step::Record, item, Condition::present());
        }
        for id in change.removed.iter().take(MOST_REMOVED) {
            let key = keys::link(&self.0.tenant, id);
            transaction.delete(Step::Companion, &key, Condition::none());
        }
        transaction.commit_if_unchanged().await
    }
}
