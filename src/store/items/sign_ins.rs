//! Converts the sign-in log of a tenant from and to DynamoDB items.

use crate::model::sign_in::{BrowserFamily, SignInMethod, SignInOutcome, SignInRecord};
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use aws_sdk_dynamodb::types::AttributeValue;
use scim::date_time;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// The most lines in the item.
pub(in crate::store) const MOST_SIGN_INS: usize = 50;

/// The most refusals in the item, so that they push out no sign-ins.
const MOST_REFUSALS: usize = 20;

/// The prefix of a line's attribute. The time follows, then `#` and a random text. The value is the rest of the line as
/// a JSON text.
const SIGN_IN: &str = "signIn ";

/// A line in the JSON text. Short lines keep the item cheap to write.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredLine {
    how: SignInMethod,
    /// The name of the refusal; absent for a success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    employee_id: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shown: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    browser: BrowserFamily,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
}

/// Returns the attribute of a line. `random` makes two lines of the same time different.
pub(in crate::store) fn attribute_name(at: OffsetDateTime, random: &str) -> String {
    format!("{SIGN_IN}{}#{random}", date_time::format(at))
}

/// Reads the lines, newest first, without expired ones.
pub(in crate::store) fn read(item: &Item, now: OffsetDateTime) -> Result<Vec<SignInRecord>, Error> {
    let read: Result<Vec<_>, Error> =
        lines(item).map(|(name, value)| read_line(name, value)).collect();
    let mut lines = read?;
    lines.retain(|line| !line.is_expired(now));
    lines.sort_by_key(|line| std::cmp::Reverse(line.at));
    lines.truncate(MOST_SIGN_INS);
    Ok(lines)
}

/// Writes a line as a JSON text. A line with an employee has no claim, because an erasure must leave no name.
pub(in crate::store) fn to_json(line: &SignInRecord) -> Result<String, Error> {
    let line = StoredLine {
        how: line.how,
        refusal: match line.outcome {
            SignInOutcome::SignedIn => None,
            SignInOutcome::Refused(refusal) => Some(refusal.as_str().to_owned()),
        },
        employee_id: line.employee_id,
        shown: line.shown.clone().filter(|_| line.employee_id.is_none()),
        label: line.label.clone(),
        browser: line.browser,
        reference: line.reference.clone(),
    };
    serde_json::to_string(&line).map_err(|_| Error::bad_item("a sign-in cannot be written"))
}

/// Selects the attributes that a new line removes. `None` when the log has the line already: a refused session is refused
/// again at each request, with the same reference.
///
/// The new line removes expired lines and the oldest beyond [`MOST_SIGN_INS`]. A refusal also removes an equal refusal of
/// the last hour, and the oldest refusals beyond [`MOST_REFUSALS`]. So refusals push out no sign-ins.
pub(in crate::store) fn superfluous<'i>(
    item: &'i Item,
    new: &SignInRecord,
) -> Option<Vec<&'i str>> {
    let mut removed: Vec<&str> = Vec::new();
    let mut kept: Vec<(&str, SignInRecord)> = Vec::new();
    for (name, value) in lines(item) {
        match read_line(name, value) {
            Ok(line) if !line.is_expired(new.at) => kept.push((name, line)),
            // A line that cannot be read is removed too.
            _ => removed.push(name),
        }
    }
    let is_there = |line: &SignInRecord| line.reference == new.reference;
    if new.reference.is_some() && kept.iter().any(|(_, line)| is_there(line)) {
        return None;
    }
    kept.sort_unstable_by_key(|(name, _)| *name);
    if is_refusal(new) {
        let repeats = |line: &SignInRecord| is_repeated(line, new);
        removed.extend(kept.extract_if(.., |(_, line)| repeats(line)).map(|(name, _)| name));
        let refusals = kept.iter().filter(|(_, line)| is_refusal(line)).count();
        let beyond = (refusals + 1).saturating_sub(MOST_REFUSALS);
        let oldest = kept.extract_if(.., |(_, line)| is_refusal(line)).take(beyond);
        removed.extend(oldest.map(|(name, _)| name));
    }
    let beyond = (kept.len() + 1).saturating_sub(MOST_SIGN_INS);
    removed.extend(kept.into_iter().take(beyond).map(|(name, _)| name));
    Some(removed)
}

fn is_refusal(line: &SignInRecord) -> bool {
    line.outcome != SignInOutcome::SignedIn
}

/// Whether a new refusal takes the place of a line: the same refusal of the same employee, within an hour.
fn is_repeated(line: &SignInRecord, new: &SignInRecord) -> bool {
    let same = (line.employee_id, line.how, line.outcome);
    line.employee_id.is_some()
        && same == (new.employee_id, new.how, new.outcome)
        && new.at - line.at < Duration::HOUR
}

/// Selects the attributes that the erasure of an employee removes: the lines of the employee, and the lines with a claim
/// of an unknown person.
pub(in crate::store) fn of_erased(item: &Item, employee: Uuid) -> Vec<&str> {
    let is_removed = |name: &str, value: &AttributeValue| match read_line(name, value) {
        Ok(line) => line.employee_id == Some(employee) || line.shown.is_some(),
        Err(_) => true,
    };
    lines(item).filter(|(name, value)| is_removed(name, value)).map(|(name, _)| name).collect()
}

fn lines(item: &Item) -> impl Iterator<Item = (&str, &AttributeValue)> {
    let all = item.iter().map(|(name, value)| (name.as_str(), value));
    all.filter(|(name, _)| name.starts_with(SIGN_IN))
}

fn read_line(name: &str, value: &AttributeValue) -> Result<SignInRecord, Error> {
    let at = name.strip_prefix(SIGN_IN).and_then(|rest| rest.split_once('#'));
    let at = at.and_then(|(at, _)| date_time::parse(at));
    let text = value.as_s().map_err(|_| Error::bad_item("a sign-in is no text"))?;
    let line: StoredLine =
        serde_json::from_str(text).map_err(|_| Error::bad_item("a sign-in cannot be read"))?;
    let outcome = line.refusal.as_deref().unwrap_or(SignInOutcome::SignedIn.as_str());
    Ok(SignInRecord {
        at: at.ok_or_else(|| Error::bad_item("a sign-in has no time"))?,
        how: line.how,
        outcome: SignInOutcome::parse(outcome)
            .ok_or_else(|| Error::bad_item("a sign-in has an unknown outcome"))?,
        employee_id: line.employee_id,
        shown: line.shown,
        label: line.label,
        browser: line.browser,
        reference: line.reference,
    })
}
