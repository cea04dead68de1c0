//! Reads the facts about a record that the check compares.

use super::snapshot::{RecordSummary, Snapshot, StandingAttributes};
use crate::model::employee::Employee;
use crate::model::group::Group;
use crate::model::kind::Kind;
use crate::model::tenant::TenantId;
use crate::store::counts::{Counter, counter_of, people_counter};
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::items::employee;
use crate::store::items::group;
use crate::store::keys;
use crate::store::keys::Key;
use crate::store::record::Record;

/// Reads the facts about a record. An employee also counts among the people.
pub(super) fn record_facts(
    tenant: &TenantId,
    kind: Kind,
    key: Key,
    item: Item,
    snapshot: &mut Snapshot,
) -> Result<RecordSummary, Error> {
    match kind {
        Kind::Employee => {
            let standing = standing_in(&item);
            let email_key = item.get(keys::EMAIL_KEY).and_then(|value| value.as_s().ok().cloned());
            let employee = Employee::from_item(tenant, item)?;
            let Counter { item: counts, .. } = counter_of(tenant, kind, employee.id);
            let place = (counts, keys::PEOPLE_COUNTERS.to_owned());
            *snapshot.counted.entry(place).or_default() += people_counter(&employee);
            let primary = employee.primary_email().filter(|_| !employee.hidden);
            Ok(RecordSummary {
                kind,
                key,
                revision: employee.revision,
                claim: keys::claim(tenant, kind, employee.user_name()),
                pointers: employee::pointers(tenant, &employee),
                email_key,
                right_email_key: primary.map(|email| keys::primary_email(tenant, email)),
                standing,
                right_standing: employee::standing_attributes(tenant, &employee).into(),
                member_count: 0,
                redo_log: None,
            })
        }
        Kind::Group => {
            let group = Group::from_item(tenant, item)?;
            Ok(RecordSummary {
                kind,
                key,
                revision: group.revision,
                claim: keys::claim(tenant, kind, group.display_name()),
                pointers: group::pointers(tenant, &group),
                email_key: None,
                right_email_key: None,
                standing: StandingAttributes::new(),
                right_standing: StandingAttributes::new(),
                member_count: group.member_count,
                redo_log: group.redo_log,
            })
        }
    }
}

/// Reads the attributes of an item that the index of standings has.
fn standing_in(item: &Item) -> StandingAttributes {
    let value = |name: &'static str| Some((name, item.get(name)?.as_s().ok()?.clone()));
    [keys::STANDING, keys::STANDING_KEY, keys::WORDS].into_iter().filter_map(value).collect()
}
