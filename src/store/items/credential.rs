//! Converts the credentials of single sign-on from and to DynamoDB items.

use super::account::{format_day, parse_day};
use super::attributes::{ItemReader, ItemWriter};
use crate::model::credential::{Credential, CredentialStage, PublicKey};
use crate::model::destination::SealedBytes;
use crate::model::tenant::TenantId;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::keys;

const REVISION: &str = "revision";
/// The attribute of the sealed secret.
pub const SEALED: &str = "sealed";
const BOUND_TO: &str = "boundTo";
const KID: &str = "kid";
const PUBLIC_KEY: &str = "publicKey";
const CREATED: &str = "created";
const EXPIRES: &str = "expires";

/// Makes the item of a credential.
pub(in crate::store) fn to_item(
    tenant: &TenantId,
    stage: CredentialStage,
    credential: &Credential,
) -> Result<Item, Error> {
    let mut item = ItemWriter::new(&keys::credential(tenant, stage))
        .number(REVISION, credential.revision)
        .bytes(SEALED, &credential.sealed.0)
        .text(BOUND_TO, &*credential.bound_to)
        .time(CREATED, credential.created)?;
    if let Some(key) = &credential.key {
        item = item.text(KID, &*key.kid).json(PUBLIC_KEY, &key.jwk)?;
    }
    if let Some(day) = credential.expires {
        item = item.text(EXPIRES, format_day(day)?);
    }
    Ok(item.into_item())
}

/// Reads a credential.
pub(in crate::store) fn read(item: Item) -> Result<Credential, Error> {
    let mut item = ItemReader(item);
    let key = match item.optional_text(KID)? {
        Some(kid) => Some(PublicKey { kid, jwk: item.json(PUBLIC_KEY)? }),
        None => None,
    };
    let expires = item.optional_text(EXPIRES)?;
    Ok(Credential {
        revision: item.number(REVISION)?,
        sealed: SealedBytes(item.bytes(SEALED)?),
        bound_to: item.text(BOUND_TO)?,
        key,
        created: item.time(CREATED)?,
        expires: expires.as_deref().map(parse_day).transpose()?,
    })
}
