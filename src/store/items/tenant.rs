//! Converts the records of tenants from and to DynamoDB items.

use super::attributes::{ItemReader, ItemWriter};
use crate::model::tenant::{Tenant, TenantId};
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::keys;

// The names of a tenant's attributes.
const NAME: &str = "name";
const CREATED: &str = "created";
const REVISION: &str = "revision";
const SETTINGS: &str = "settings";
const TOKENS: &str = "tokens";
const ENDED_TOKENS: &str = "endedTokens";
const ATTRIBUTES: &str = "attributes";
const SSO: &str = "sso";
const FEED_EPOCH: &str = "feedEpoch";

/// Makes the item of a tenant.
pub(in crate::store) fn to_item(tenant: &Tenant) -> Result<Item, Error> {
    let mut item = ItemWriter::new(&keys::settings(&tenant.id))
        .text(NAME, &*tenant.name)
        .time(CREATED, tenant.created)?
        .number(REVISION, tenant.revision)
        .json(SETTINGS, &tenant.settings)?
        .json(TOKENS, &tenant.tokens)?
        .text(FEED_EPOCH, &*tenant.feed_epoch);
    if !tenant.ended_tokens.is_empty() {
        item = item.json(ENDED_TOKENS, &tenant.ended_tokens)?;
    }
    if !tenant.attributes.is_empty() {
        item = item.json(ATTRIBUTES, &tenant.attributes)?;
    }
    if let Some(sso) = &tenant.sso {
        item = item.json(SSO, sso)?;
    }
    Ok(item.into_item())
}

/// Reads the record of a tenant.
pub(in crate::store) fn read(tenant: &TenantId, item: Item) -> Result<Tenant, Error> {
    let mut item = ItemReader(item);
    Ok(Tenant {
        id: tenant.clone(),
        name: item.text(NAME)?,
        created: item.time(CREATED)?,
        revision: item.number(REVISION)?,
        settings: item.json(SETTINGS)?,
        tokens: item.json(TOKENS)?,
        ended_tokens: item.optional_json(ENDED_TOKENS)?.unwrap_or_default(),
        attributes: item.optional_json(ATTRIBUTES)?.unwrap_or_default(),
        sso: item.optional_json(SSO)?,
        feed_epoch: item.text(FEED_EPOCH)?,
    })
}
