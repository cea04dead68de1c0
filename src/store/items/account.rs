//! Converts linked accounts and the claims on their subjects from and to DynamoDB items.

use super::attributes::{ItemReader, ItemWriter};
use crate::model::account::Account;
use crate::model::tenant::TenantId;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::keys;
use crate::store::record::id_in_key;
use time::Date;
use time::format_description::well_known::Iso8601;
use uuid::Uuid;

/// The attribute with the revision.
pub(in crate::store) const REVISION: &str = "revision";
const ISSUER: &str = "issuer";
const SUBJECT: &str = "subject";
const SHOWN: &str = "shown";
const LINKED: &str = "linked";
const LAST_SIGN_IN: &str = "lastSignIn";
const ENDED_AT: &str = "endedAt";
const ENDED_WITHOUT_SID: &str = "endedWithoutSid";
const ENDED_SIDS: &str = "endedSids";
const HOLDER: &str = "holder";

/// Makes the item of an account.
pub(in crate::store) fn to_item(tenant: &TenantId, account: &Account) -> Result<Item, Error> {
    let mut item = ItemWriter::new(&keys::account(tenant, account.employee))
        .number(REVISION, account.revision)
        .text(ISSUER, &*account.issuer)
        .text(SUBJECT, &*account.subject)
        .text(SHOWN, &*account.shown)
        .time(LINKED, account.linked)?
        .text(LAST_SIGN_IN, format_day(account.last_sign_in)?)
        .optional_time(ENDED_AT, account.ended_at)?
        .optional_time(ENDED_WITHOUT_SID, account.ended_without_sid)?;
    if !account.ended_sids.is_empty() {
        item = item.json(ENDED_SIDS, &account.ended_sids)?;
    }
    Ok(item.into_item())
}

/// Reads an account.
pub(in crate::store) fn read(item: Item) -> Result<Account, Error> {
    let employee = id_in_key(&item)?;
    let mut item = ItemReader(item);
    Ok(Account {
        employee,
        revision: item.number(REVISION)?,
        issuer: item.text(ISSUER)?,
        subject: item.text(SUBJECT)?,
        shown: item.text(SHOWN)?,
        linked: item.time(LINKED)?,
        last_sign_in: parse_day(&item.text(LAST_SIGN_IN)?)?,
        ended_at: item.optional_time(ENDED_AT)?,
        ended_without_sid: item.optional_time(ENDED_WITHOUT_SID)?,
        ended_sids: item.optional_json(ENDED_SIDS)?.unwrap_or_default(),
    })
}

/// Makes the claim of an account on its subject.
pub(in crate::store) fn claim_item(tenant: &TenantId, subject: &str, employee: Uuid) -> Item {
    ItemWriter::new(&keys::subject(tenant, subject)).text(HOLDER, employee.to_string()).into_item()
}

/// Reads the employee whose account has the subject.
pub(in crate::store) fn read_claim(item: Item) -> Result<Uuid, Error> {
    ItemReader(item).parsed(HOLDER)
}

/// Writes a day as items have it, such as `2026-11-29`.
pub(in crate::store) fn format_day(day: Date) -> Result<String, Error> {
    day.format(&Iso8601::DATE).map_err(Error::bad_item)
}

/// Reads a day.
pub(in crate::store) fn parse_day(text: &str) -> Result<Date, Error> {
    Date::parse(text, &Iso8601::DATE).map_err(Error::bad_item)
}
