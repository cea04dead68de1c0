//! The due work that starts the deliveries of a destination at once.

use crate::model::destination::Position;
use crate::model::due_item::DueItem;
use crate::model::tenant::TenantId;
use crate::store::destinations::positions::Progress;
use time::OffsetDateTime;

/// The change of a destination's due work for a start at once. A destination has one piece of due work at most.
#[derive(Debug)]
pub(super) struct StartWork {
    /// The work that is due after the change.
    due: DueItem,
    /// The work that the change removes; `None` when there is none.
    done: Option<DueItem>,
    /// Whether the table has the work already.
    is_there: bool,
}

impl StartWork {
    /// Decides the change for a position. `is_there` says that work is due already, and that the table has it.
    pub(super) fn of(
        tenant: &TenantId,
        position: &Position,
        is_there: bool,
        now: OffsetDateTime,
    ) -> Self {
        let item = |at| DueItem::new(at, tenant.clone(), position.id, true);
        let before = position.due.map(item);
        match before {
            Some(due) if is_there => Self { due, done: None, is_there },
            done => Self { due: item(now), done, is_there: false },
        }
    }

    /// The time of the due work, for the position.
    pub(super) fn at(&self) -> OffsetDateTime {
        self.due.at
    }

    /// The writes of the change.
    pub(super) fn progress(&self) -> Progress<'_> {
        let due = (!self.is_there).then_some(&self.due);
        Progress { due, done_due: self.done.as_ref(), ..Progress::default() }
    }
}
