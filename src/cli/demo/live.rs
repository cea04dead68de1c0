//! The changes that Okta makes while the demo runs.

use super::company::Company;
use super::people::PEOPLE;
use super::story::{Failure, Step};
use serde_json::json;
use std::time::Duration;

/// The seconds between two changes.
const PAUSE_SECS: std::ops::RangeInclusive<u64> = 5..=20;
/// The first person whom the changes may concern. The people before are heads of departments.
const FIRST: usize = 9;
/// The number of people whom the changes may concern.
const CONCERNED: usize = 100;

/// Makes one change after the other, until the task is aborted.
///
/// A change that fails is left out: the visitor may have erased the person or revoked the token.
pub async fn run(mut company: Company) {
    for number in 0.. {
        tokio::time::sleep(Duration::from_secs(fastrand::u64(PAUSE_SECS))).await;
        drop(change(&mut company, number).await);
    }
}

/// Makes the `number`th change.
async fn change(company: &mut Company, number: usize) -> anyhow::Result<()> {
    let index = FIRST + number * 37 % CONCERNED;
    match number % 8 {
        0 | 4 => company.run(Step::Promote(index)).await,
        1 => company.run(Step::Relocate(index)).await,
        2 => {
            let next = PEOPLE + number / 8;
            match next < company.people.len() {
                true => company.hire(next).await,
                false => company.patch(index, json!({"title": "Project Lead"})).await,
            }
        }
        3 => company.run(Step::Leave(index)).await,
        // The person of the step before comes back.
        5 => company.patch(FIRST + (number - 2) * 37 % CONCERNED, json!({"active": true})).await,
        6 => {
            let groups = &company.groups;
            let group = groups.get(number % groups.len().max(1)).cloned();
            let op = if number % 16 == 6 { "add" } else { "remove" };
            match (group, company.ids.get(&index)) {
                (Some(group), Some(id)) => company.change_members(&group, op, id).await,
                _ => Ok(()),
            }
        }
        _ => company.fail(Failure::UserNameTaken(index)).await,
    }
}
