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

/// A tenant's id: 2 to 32 lower-case letters, digits and inner hyphens. The id is part of URLs and keys. Underscores
/// are not allowed, because Okta refuses a URL with an underscore.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TenantId(Arc<str>);

impl TenantId {
    /// Reads an id; `None` when `text` is not a valid id.
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

/// The settings of a tenant.
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

/// The purpose of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// The identity provider's SCIM calls.
    Scim,
    /// The tenant's own administration.
    Admin,
}

impl Scope {
    /// Reads a scope's name; `None` when `text` is not the name of a scope.
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

/// The stage of a token: a scope has at most two tokens. Secrets Manager has the same names for the versions of a
/// secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// The newest token.
    Current,
    /// The token before the newest, valid for the overlap that was chosen at rotation.
    Previous,
}

/// The stored record of a token. It never contains the token itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenRecord {
    /// The scope of the token.
    pub scope: Scope,
    /// The stage of the token.
    pub stage: Stage,
    /// A name for people. Histories show it beside each change that was made with the token.
    pub label: String,
    /// HMAC-SHA-256 of the token under the pepper, in base64url.
    pub digest: String,
    /// The time when the token was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
    /// The time when the token expires; `None` for a current token.
    #[serde(with = "time::serde::rfc3339::option", default)]
    pub expires: Option<OffsetDateTime>,
}

impl TokenRecord {
    /// The first 12 characters of the digest. They tell a tenant's tokens apart, and are useless to an attacker.
    pub fn short_name(&self) -> &str {
        self.digest.get(..12).unwrap_or(&self.digest)
    }
}

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// The tenant's id.
    pub id: TenantId,
    /// The tenant's name, for people.
    pub name: String,
    /// The time when the tenant was made.
    pub created: OffsetDateTime,
    /// The revision of the record. It grows by one with each change.
    pub revision: u64,
    /// The tenant's settings.
    pub settings: Settings,
    /// The tenant's tokens, at most one for each scope and stage.
    pub tokens: Vec<TokenRecord>,
    /// The attributes that the tenant declared for its employees, the oldest first.
    pub attributes: Vec<CustomAttribute>,
}

/// The items that the check of a token reads.
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
    /// The current token of a scope.
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

/// The most entries of unfinished work that the check of a token reads with the tenant: about 15 KB.
const MOST_WORK: usize = 100;

impl Store {
    /// Lists the ids of all tenants, in order.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_tenant_ids(&self) -> Result<Vec<TenantId>, Error> {
        let items = self.query_all(&Range::all(&keys::tenants()), None).await?;
        Ok(items.iter().filter_map(|item| TenantId::parse(keys::sort_key(item)?)).collect())
    }
}

impl TenantStore {
    /// Gets the tenant's record; `None` when there is no such tenant.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get_tenant(&self) -> Result<Option<Tenant>, Error> {
        self.store.check_table_once().await?;
        let item = self.store.get(&keys::settings(&self.tenant)).await?;
        item.map(|item| self.read_tenant(item)).transpose()
    }

    /// Gets the tenant's record, its signed-out sessions and its unfinished work, with one query; `None` when there is
    /// no such tenant. From a long list of work, it reads the first entries only.
    ///
    /// # Errors
    /// Fails as every call of the store does.
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

    /// Creates the tenant; `false` when the id is taken.
    ///
    /// # Errors
    /// Fails as every call of the store does.
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

    /// Replaces the tenant's record, on the condition of the revision before. `false` when the record has another
    /// revision.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn replace_tenant(
        &self,
        tenant: &Tenant,
        history: &HistoryEntry,
    ) -> Result<bool, Error> {
        let mut transaction = Transaction::new(&self.store);
        self.put_tenant(&mut transaction, tenant, history)?;
        Ok(matches!(transaction.commit().await?, Outcome::Committed))
    }

    /// Replaces the tenant's record, on the condition of the revision before, and adds the history entry.
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
