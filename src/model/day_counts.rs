//! The number of changes of employees on a day.

use super::event::{EventRef, Subject};
use super::history::EventKind;
use time::{Date, UtcOffset};

/// The changes of employees on a day, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayCounts {
    /// The day.
    pub day: Date,
    /// New employees.
    pub created: u64,
    /// Changes of attributes.
    pub changed: u64,
    /// Employees that the identity provider deactivated or deleted, or that an administrator archived.
    pub archived: u64,
    /// Employees that came back.
    pub restored: u64,
}

impl DayCounts {
    /// A day without changes.
    pub fn none(day: Date) -> Self {
        Self { day, created: 0, changed: 0, archived: 0, restored: 0 }
    }

    /// The number of all changes.
    pub fn total(self) -> u64 {
        self.created + self.changed + self.archived + self.restored
    }

    /// Counts an event of the day. Only changes of employees count.
    pub fn add(&mut self, event: &EventRef) {
        let EventRef::Change(change) = event else { return };
        if !matches!(change.subject, Subject::Employee(_)) {
            return;
        }
        let count = match change.kind {
            EventKind::Created | EventKind::Imported => &mut self.created,
            EventKind::Updated | EventKind::Linked => &mut self.changed,
            EventKind::Archived | EventKind::Deleted => &mut self.archived,
            EventKind::Restored => &mut self.restored,
            // An employee who is created again as inactive is still archived.
            EventKind::Recreated
            // Other histories have these kinds.
            | EventKind::SettingsChanged
            | EventKind::AttributesChanged
            | EventKind::TokenReplaced
            | EventKind::TokenRevoked
            | EventKind::DestinationChanged
            | EventKind::DestinationFailing
            | EventKind::DestinationDisabled
            | EventKind::LinkChanged
            | EventKind::SsoChanged
            | EventKind::AccountReplaced
            | EventKind::AccountUnlinked
            | EventKind::Erased => return,
        };
        *count += 1;
    }

    /// The day of an event.
    pub fn day_of(event: &EventRef) -> Date {
        event.at().to_offset(UtcOffset::UTC).date()
    }
}

#[cfg(test)]
mod tests {
    use super::DayCounts;
    use crate::model::actor::ActorKind;
    use crate::model::event::{ChangeRef, EventRef, Subject, SyncFinding, SyncRef};
    use crate::model::history::EventKind;
    use time::macros::{date, datetime};
    use uuid::Uuid;

    #[test]
    fn only_changes_of_employees_count() {
        let at = datetime!(2026-11-29 23:30 -2);
        let mut day = DayCounts::none(date!(2026 - 11 - 30));
        let mut add = |subject, kind| {
            let actor = ActorKind::IdentityProvider;
            let change = ChangeRef { subject, revision: 1, kind, actor, at, erased: None };
            day.add(&EventRef::Change(change));
        };
        let employee = Subject::Employee(Uuid::nil());
        for kind in [
            EventKind::Created,
            EventKind::Imported,
            EventKind::Linked,
            EventKind::Updated,
            EventKind::Updated,
            EventKind::Archived,
            EventKind::Deleted,
            EventKind::Recreated,
            EventKind::Restored,
        ] {
            add(employee, kind);
            add(Subject::Group(Uuid::nil()), kind);
        }
        add(Subject::Tenant, EventKind::SettingsChanged);
        let silent = EventRef::Sync(SyncRef { finding: SyncFinding::Silent, at });
        day.add(&silent);
        assert_eq!(DayCounts::day_of(&silent), day.day, "in UTC");
        let DayCounts { created, changed, archived, restored, .. } = day;
        assert_eq!((created, changed, archived, restored, day.total()), (2, 3, 2, 1, 8));
    }
}
