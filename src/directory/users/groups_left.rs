//! The groups that an employee left when the identity provider deleted the user.

use crate::directory::error::Error;
use crate::directory::users::Users;
use crate::directory::users::change::GROUPS;
use crate::model::actor::ActorRecord;
use crate::model::employee::Employee;
use crate::model::event::Subject;
use crate::model::group::Group;
use crate::model::history::{AttributeChange, EventKind};
use crate::model::id::parse_id;
use scim::fold::fold;
use serde_json::Value;
use std::collections::HashMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// A deletion by the identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// The time of the deletion.
    pub at: OffsetDateTime,
    /// The actor of the deletion.
    pub actor: ActorRecord,
    /// The groups that the employee left, in the order of names. Groups without a name come last.
    pub groups: Vec<LeftGroup>,
    /// The number of groups, such as `120 groups`, when there were too many to name.
    pub number_only: Option<String>,
}

/// A group that an employee left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftGroup {
    /// The group's id.
    pub id: Uuid,
    /// The group's present name; `None` for a group that was deleted meanwhile.
    pub name: Option<String>,
}

impl Users<'_> {
    /// Returns the deletion of a hidden employee; `None` for a visible employee.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn deletion(self, employee: &Employee) -> Result<Option<Deletion>, Error> {
        if !employee.hidden {
            return Ok(None);
        }
        // No later change of a hidden employee changes the version.
        let change = (Subject::Employee(employee.id), employee.version);
        let entry = self.0.store.history().get_many(vec![change]).await?.remove(&change);
        let Some(entry) = entry.filter(|entry| entry.kind == EventKind::Deleted) else {
            return Ok(None);
        };
        let left = entry.changes.iter().find(|change| change.attribute == GROUPS);
        let ids = left.map(ids_in).unwrap_or_default();
        let number_only = left.and_then(|change| change.old.as_ref()?.as_str().map(str::to_owned));
        let groups: Vec<Group> = self.0.store.records().get_many(&ids).await?;
        let mut names: HashMap<Uuid, String> =
            groups.into_iter().map(|group| (group.id, group.display_name().to_owned())).collect();
        let mut groups: Vec<LeftGroup> =
            ids.into_iter().map(|id| LeftGroup { id, name: names.remove(&id) }).collect();
        groups.sort_by_cached_key(|group| {
            (group.name.is_none(), group.name.as_deref().map(fold), group.id)
        });
        Ok(Some(Deletion { at: entry.at, actor: entry.actor, groups, number_only }))
    }
}

fn ids_in(change: &AttributeChange) -> Vec<Uuid> {
    let ids = change.old.as_ref().and_then(Value::as_array).into_iter().flatten();
    ids.filter_map(Value::as_str).filter_map(parse_id).collect()
}
