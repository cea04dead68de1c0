//! Converts the sign-ins of a tenant from and to DynamoDB items.

use crate::model::sign_in::SignInRecord;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;

/// The most sign-ins in the item.
pub(in crate::store) const MOST_SIGN_INS: usize = 20;

/// The prefix of a sign-in's attribute. The time of the sign-in follows, then `#` and the session. The value is the
/// sign-in as a JSON text.
pub(in crate::store) const SIGN_IN: &str = "signIn ";

/// Reads the sign-ins, newest first.
pub(in crate::store) fn read(item: Item) -> Result<Vec<SignInRecord>, Error> {
    let texts = item.iter().filter(|(name, _)| name.starts_with(SIGN_IN));
    let read = texts.map(|(_, value)| {
        let text = value.as_s().map_err(|_| Error::bad_item("a sign-in is no text"))?;
        serde_json::from_str(text).map_err(|_| Error::bad_item("a sign-in cannot be read"))
    });
    let mut sign_ins: Vec<SignInRecord> = read.collect::<Result<_, Error>>()?;
    sign_ins.sort_by_key(|sign_in| std::cmp::Reverse(sign_in.at));
    sign_ins.truncate(MOST_SIGN_INS);
    Ok(sign_ins)
}

/// Writes a sign-in as a JSON text.
pub(in crate::store) fn to_json(sign_in: &SignInRecord) -> Result<String, Error> {
    serde_json::to_string(sign_in).map_err(|_| Error::bad_item("a sign-in cannot be written"))
}

/// Selects the attributes that a new sign-in removes: the oldest beyond [`MOST_SIGN_INS`].
pub(in crate::store) fn superfluous(item: &Item) -> Vec<&str> {
    let mut names: Vec<&str> =
        item.keys().map(String::as_str).filter(|name| name.starts_with(SIGN_IN)).collect();
    names.sort_unstable();
    names.truncate((names.len() + 1).saturating_sub(MOST_SIGN_INS));
    names
}
