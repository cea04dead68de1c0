//! Converts links from and to DynamoDB items.

use super::attributes::{ItemReader, ItemWriter};
use crate::model::link::Link;
use crate::model::tenant::TenantId;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::keys;

const SCOPE: &str = "scope";
const CREATED: &str = "created";
const EXPIRES: &str = "expires";
const BY: &str = "by";
const OPENED: &str = "opened";
const TOKEN: &str = "token";

/// Makes the item of a link.
pub(in crate::store) fn to_item(tenant: &TenantId, link: &Link) -> Result<Item, Error> {
    let mut item = ItemWriter::new(&keys::link(tenant, &link.id))
        .text(SCOPE, link.scope.as_str())
        .time(CREATED, link.created)?
        .time(EXPIRES, link.expires)?
        .json(BY, &link.by)?
        .optional_text(TOKEN, link.token.as_deref());
    if let Some(opening) = &link.opened {
        item = item.json(OPENED, opening)?;
    }
    Ok(item.into_item())
}

/// Reads a link.
pub(in crate::store) fn read(item: Item) -> Result<Link, Error> {
    let id = keys::sort_key(&item).ok_or_else(|| Error::bad_item("no key"))?.to_owned();
    let mut item = ItemReader(item);
    Ok(Link {
        id,
        scope: item.parsed(SCOPE)?,
        created: item.time(CREATED)?,
        expires: item.time(EXPIRES)?,
        by: item.json(BY)?,
        opened: item.optional_json(OPENED)?,
        token: item.optional_text(TOKEN)?,
    })
}
