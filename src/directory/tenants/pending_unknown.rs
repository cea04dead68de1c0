//! The unknown attributes that this process has not written yet.

use crate::model::kind::Kind;
use crate::model::sync::UnknownAttribute;
use scim::json_shape::JsonShape;
use std::collections::BTreeMap;

/// How many unknown attributes of a tenant this process keeps apart.
const MOST_UNKNOWN: usize = 50;

/// The unknown attributes of a tenant, as this process saw them.
#[derive(Debug, Default)]
pub(super) struct PendingUnknown(BTreeMap<(Kind, String), UnknownNote>);

/// The note on an unknown attribute.
#[derive(Debug)]
struct UnknownNote {
    /// The day of the last request with the attribute.
    day: String,
    /// The JSON type of the value.
    shape: JsonShape,
    /// Whether the note is still pending.
    waits: bool,
}

impl PendingUnknown {
    /// Whether a note waits to be written.
    pub(super) fn has_waiting(&self) -> bool {
        self.0.values().any(|note| note.waits)
    }

    /// Notes unknown attributes, each at most once a day and JSON type.
    pub(super) fn add(&mut self, names: BTreeMap<(Kind, String), JsonShape>, day: &str) {
        for (name, shape) in names {
            let known = self.0.get(&name);
            let shape = known.map_or(shape, |known| shape.or(known.shape));
            let is_known = known.is_some_and(|known| known.day == day && known.shape == shape);
            if !is_known && (self.0.len() < MOST_UNKNOWN || known.is_some()) {
                self.0.insert(name, UnknownNote { day: day.to_owned(), shape, waits: true });
            }
        }
    }

    /// The attributes that wait to be written.
    pub(super) fn waiting(&self) -> Vec<UnknownAttribute> {
        let waiting = self.0.iter().filter(|(_, note)| note.waits);
        let attributes = waiting.map(|((kind, name), note)| UnknownAttribute {
            resource_type: kind.as_str().to_owned(),
            name: name.clone(),
            day: note.day.clone(),
            shape: note.shape,
        });
        attributes.collect()
    }

    /// Takes out the attributes that wait to be written.
    pub(super) fn take(&mut self) -> Vec<UnknownAttribute> {
        let waiting = self.waiting();
        self.0.values_mut().for_each(|note| note.waits = false);
        waiting
    }

    /// Lets attributes wait again after a failed write. Attributes that were dropped meanwhile stay dropped.
    pub(super) fn put_back(&mut self, lost: &[UnknownAttribute]) {
        for ((kind, name), note) in &mut self.0 {
            let is_same = |lost: &UnknownAttribute| {
                (lost.resource_type.as_str(), &lost.name) == (kind.as_str(), name)
            };
            note.waits |= lost.iter().any(is_same);
        }
    }

    /// Drops all attributes.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
