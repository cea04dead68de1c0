//! Finds the employee that an argument names.

use super::exit::{NotFound, Refused};
use rollcall::directory::Directory;
use rollcall::model::id::parse_id;
use uuid::Uuid;

/// Finds an employee by id, userName or email address. A deleted employee is found by id, or by the former userName.
pub async fn find(directory: &Directory, text: &str) -> anyhow::Result<Uuid> {
    if let Some(id) = parse_id(text) {
        return Ok(id);
    }
    if let Some(employee) = directory.users().find_by_any_name(text).await? {
        return Ok(employee.id);
    }
    match directory.users().find_deleted(text).await?.as_slice() {
        [] => {
            let text = format!(
                "no employee has the userName {text}, and the email address {text} does not name \
                 exactly one: find the id with rollcall employee list --search"
            );
            Err(NotFound(text).into())
        }
        [id] => Ok(*id),
        several => {
            let text = format!(
                "several deleted employees had the userName {text}: use one of their ids: {}",
                join_ids(several)
            );
            Err(NotFound(text).into())
        }
    }
}

/// Finds the employee to restore. Fails if the text names an active employee, and deleted employees had it as userName.
pub async fn find_to_restore(directory: &Directory, text: &str) -> anyhow::Result<Uuid> {
    if parse_id(text).is_none()
        && let Some(found) = directory.users().find_by_any_name(text).await?
        && !found.is_archived()
    {
        let deleted = directory.users().find_deleted(text).await?;
        if !deleted.is_empty() {
            let text = format!(
                "the employee {text} is active: to restore a deleted employee with the same userName, \
                 use the id: {}",
                join_ids(&deleted)
            );
            return Err(Refused(text).into());
        }
    }
    find(directory, text).await
}

fn join_ids(ids: &[Uuid]) -> String {
    let ids: Vec<String> = ids.iter().map(Uuid::to_string).collect();
    ids.join(", ")
}
