//! Finds the events that a destination wants.

use super::tenant_run::TenantRun;
use crate::directory::Error;
use crate::directory::destinations::Destination;
use crate::directory::destinations::filter::{Filterable, matches};
use crate::directory::events::NumberedEvent;
use crate::directory::events::subject::{attribute_names, destination_id};
use crate::directory::events::types::EventType;

/// The events whose details are in memory at a time. A history entry can have 256 KB.
const RESOLVED_AT_ONCE: usize = 10;

/// The events that match the filter of a destination.
#[derive(Debug, Default)]
pub(super) struct Matched {
    /// The events that match, in order.
    pub(super) wanted: Vec<NumberedEvent>,
    /// The numbers of the other events.
    pub(super) unwanted: Vec<u64>,
    /// The number of the first event that names items that are not visible yet. Later events are not judged.
    pub(super) cut_at: Option<u64>,
}

impl TenantRun {
    /// Finds the events that match the filter of a destination, among events of types that match. Only some types need
    /// the history entry.
    pub(super) async fn matching(
        &self,
        destination: &Destination,
        events: Vec<NumberedEvent>,
    ) -> Result<Matched, Error> {
        let needs_entry = |event: &NumberedEvent| match EventType::of(&event.event) {
            EventType::EmployeeUpdated => !destination.attributes.is_empty(),
            kind => kind.kind() == "destination",
        };
        let mut matched = Matched::default();
        for chunk in events.chunks(RESOLVED_AT_ONCE) {
            let asked: Vec<NumberedEvent> =
                chunk.iter().filter(|one| needs_entry(one)).cloned().collect();
            let numbers: Vec<u64> = asked.iter().map(|event| event.number).collect();
            let resolved = self.events().resolve(asked).await?;
            let cut_at = numbers.get(resolved.events.len()).copied();
            let unwanted: Vec<u64> = resolved
                .events
                .iter()
                .filter(|event| {
                    let entry = event.details.entry();
                    let changes = entry.map(|entry| entry.changes.as_slice()).unwrap_or_default();
                    let filterable = Filterable {
                        kind: EventType::of(&event.reference),
                        attributes: &attribute_names(changes),
                        destination: destination_id(entry),
                    };
                    !matches(destination, &filterable)
                })
                .map(|event| event.number)
                .collect();
            let judged =
                chunk.iter().take_while(|event| cut_at.is_none_or(|cut| event.number < cut));
            let wanted = judged.filter(|event| !unwanted.contains(&event.number));
            matched.wanted.extend(wanted.cloned());
            matched.unwanted.extend(unwanted);
            if cut_at.is_some() {
                matched.cut_at = cut_at;
                break;
            }
        }
        Ok(matched)
    }
}
