//! Tenants: their id, name, settings and token digests, and the list of all tenants.

use super::dynamodb::read::{Range, SortRange};
use super::dynamodb::transact::{Condition, Outcome, Step, Transaction};
use super::history::HistoryEntry;
use super::items::attributes::{ItemReader, ItemWriter};
use super::keys;
use super::members::unfinished::Unfinished;
use super::signed_out::SignedOut;
use super::{Error, Item, Store, TenantStore};
use scim::schema::custom::CustomAttribute;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use time::OffsetDateTime;

/// A tenant's id: 2 to 32 lower-case letters, digits and inner hyphens. It is part of URLs and keys, and Okta
/// refuses a URL with an underscore.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TenantId(Arc<str>);

impl TenantId {
    /// Reads an id; `None` when `text` is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let valid = (2..=32).contains(&text.len())
            && !text.starts_with('-')
            && !text.ends_with('-')
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        valid.then(|| Self(Arc::from(text)))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What a tenant has decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// *Set employee location info from Identity Provider*.
    pub location_from_idp: bool,
    /// *Set employee department info from Identity Provider*.
    pub department_from_idp: bool,
    /// *Set employee manager info from Identity Provider*.
    pub manager_from_idp: bool,
}

/// What a token may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// The identity provider's SCIM calls.
    Scim,
    /// The tenant's own administration.
    Admin,
}

impl Scope {
    /// Reads a scope's name; `None` when `text` is not one.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Scim, Self::Admin].into_iter().find(|scope| scope.as_str() == text)
    }

    /// The scope's name, in URLs and in the history.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scim => "scim",
            Self::Admin => "admin",
        }
    }
}

/// Which of a scope's two tokens it is, named as Secrets Manager names the stages of a secret's versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// The one made last.
    Current,
    /// The one before, valid for the overlap that was chosen at rotation.
    Previous,
}

/// A token as it is kept: never the token itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenRecord {
    /// What it may be used for.
    pub scope: Scope,
    /// Which of the scope's two it is.
    pub stage: Stage,
    /// A name for people, shown in the history of what was done with it.
    pub label: String,
    /// HMAC-SHA-256 of the token under the pepper, in base64url.
    pub digest: String,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
    /// When it stops being valid; `None` for a current one.
    #[serde(with = "time::serde::rfc3339::option", default)]
    pub expires: Option<OffsetDateTime>,
}

impl TokenRecord {
    /// The start of the digest: enough to tell a tenant's tokens apart, and no help to anybody.
    pub fn short_name(&self) -> &str {
        self.digest.get(..12).unwrap_or(&self.digest)
    }
}

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// Its name, for people.
    pub name: String,
    /// When it was made.
    pub created: OffsetDateTime,
    /// Grows by one with each change.
    pub revision: u64,
    /// Its settings.
    pub settings: Settings,
    /// Its tokens, at most one for each scope and stage.
    pub tokens: Vec<TokenRecord>,
    /// The attributes that it declared for its employees, the first one first.
    pub attributes: Vec<CustomAttribute>,
}

/// What the check of a token reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantAndWork {
    /// The tenant's record.
    pub tenant: Tenant,
    /// The sessions that were signed out.
    pub signed_out: SignedOut,
    /// The tenant's unfinished work.
    pub unfinished: Vec<Unfinished>,
}

impl Tenant {
    /// The token of a scope that was made last.
    pub fn current_token(&self, scope: Scope) -> Option<&TokenRecord> {
        self.tokens.iter().find(|token| token.scope == scope && token.stage == Stage::Current)
    }
}

// The names of a tenant's attributes.
const NAME: &str = "name";
const CREATED: &str = "created";
const REVISION: &str = "revision";
const SETTINGS: &str = "settings";
const TOKENS: &str = "tokens";
const ATTRIBUTES: &str = "attributes";

/// How many entries of unfinished work a check of a token reads with the tenant: about 15 KB.
const MOST_WORK: usize = 100;

impl Store {
    /// The ids of all tenants, in order.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn list_tenant_ids(&self) -> Result<Vec<TenantId>, Error> {
        let items = self.query_all(&Range::all(&keys::tenants()), None).await?;
        Ok(items.iter().filter_map(|item| TenantId::parse(keys::sort_key(item)?)).collect())
    }
}

impl TenantStore {
    /// The tenant's record; `None` when there is no such tenant.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn get_tenant(&self) -> Result<Option<Tenant>, Error> {
        self.store.check_table_once().await?;
        let item = self.store.get(&keys::settings(&self.tenant)).await?;
        item.map(|item| self.read_tenant(item)).transpose()
    }

    /// The tenant's record, its signed-out sessions and its unfinished work, by one query; `None` when there is no such
    /// tenant. Of very much work it gives the first entries.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn get_tenant_and_work(&self) -> Result<Option<TenantAndWork>, Error> {
        self.store.check_table_once().await?;
        let settings = keys::settings(&self.tenant);
        let range = Range::new(&settings.partition, SortRange::From(settings.sort.clone()));
        let mut items = self.store.query_all(&range, Some(2 + MOST_WORK)).await?;
        if items.first().and_then(keys::sort_key) != Some(&*settings.sort) {
            return Ok(None);
        }
        let tenant = self.read_tenant(items.remove(0))?;
        let sessions = keys::signed_out(&self.tenant).sort;
        let sessions = items.extract_if(.., |item| keys::sort_key(item) == Some(&*sessions));
        let signed_out = sessions.map(|item| SignedOut::from_item(&item)).next();
        let signed_out = signed_out.unwrap_or_default();
        let unfinished = self.read_unfinished(items);
        Ok(Some(TenantAndWork { tenant, signed_out, unfinished }))
    }

    fn read_tenant(&self, item: Item) -> Result<Tenant, Error> {
        let mut item = ItemReader(item);
        Ok(Tenant {
            id: self.tenant.clone(),
            name: item.text(NAME)?,
            created: item.time(CREATED)?,
            revision: item.number(REVISION)?,
            settings: item.json(SETTINGS)?,
            tokens: item.json(TOKENS)?,
            attributes: item.optional_json(ATTRIBUTES)?.unwrap_or_default(),
        })
    }

    /// Makes the tenant; `false` when its id is taken.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn create_tenant(
        &self,
        tenant: &Tenant,
        history: &HistoryEntry,
    ) -> Result<bool, Error> {
        let mut transaction = Transaction::new(&self.store);
        transaction.put(
            Step::Record,
            keys::tenant_entry(&self.tenant).to_item(),
            Condition::absent(),
        );
        transaction.put(Step::Record, tenant_item(tenant)?, Condition::absent());
        self.put_tenant_history(&mut transaction, tenant.revision, history)?;
        Ok(matches!(transaction.commit().await?, Outcome::Committed))
    }

    /// Writes a changed record over the revision before it; `false` when that revision is no longer the newest.
    ///
    /// # Errors
    /// [`Error`], as for every call.
    pub async fn replace_tenant(
        &self,
        tenant: &Tenant,
        history: &HistoryEntry,
    ) -> Result<bool, Error> {
        let mut transaction = Transaction::new(&self.store);
        self.put_tenant(&mut transaction, tenant, history)?;
        Ok(matches!(transaction.commit().await?, Outcome::Committed))
    }

    /// Writes a changed record, on the revision before it, with its history entry.
    pub(super) fn put_tenant(
        &self,
        transaction: &mut Transaction<'_>,
        tenant: &Tenant,
        history: &HistoryEntry,
    ) -> Result<(), Error> {
        let before = Condition::revision(tenant.revision.saturating_sub(1));
        transaction.put(Step::Record, tenant_item(tenant)?, before);
        self.put_tenant_history(transaction, tenant.revision, history)
    }

    fn put_tenant_history(
        &self,
        transaction: &mut Transaction<'_>,
        revision: u64,
        history: &HistoryEntry,
    ) -> Result<(), Error> {
        let key = keys::tenant_history(&self.tenant).entry(revision);
        transaction.put(Step::Companion, history.to_item(&self.tenant, &key)?, Condition::none());
        Ok(())
    }
}

fn tenant_item(tenant: &Tenant) -> Result<Item, Error> {
    let mut item = ItemWriter::new(&keys::settings(&tenant.id))
        .text(NAME, &*tenant.name)
        .time(CREATED, tenant.created)?
        .number(REVISION, tenant.revision)
        .json(SETTINGS, &tenant.settings)?
        .json(TOKENS, &tenant.tokens)?;
    if !tenant.attributes.is_empty() {
        item = item.json(ATTRIBUTES, &tenant.attributes)?;
    }
    Ok(item.into_item())
}

#[cfg(test)]
mod tests {
    use super::TenantId;

    #[test]
    fn a_tenant_id_is_lower_case_letters_digits_and_inner_hyphens() {
        for good in ["ab", "acme", "acme-2", "0x", &"a".repeat(32)] {
            assert!(TenantId::parse(good).is_some(), "{good}");
        }
        for bad in ["", "a", "Acme", "a_b", "-a", "a-", "a b", "a#b", "ä1", &"a".repeat(33)] {
            assert!(TenantId::parse(bad).is_none(), "{bad}");
        }
    }
}
