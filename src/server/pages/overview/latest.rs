//! The latest changes, as sentences.

use crate::directory::events::resolve::Event;
use crate::model::governed::GovernedAttribute;
use crate::server::error::ApiError;
use crate::server::pages::frame::When;
use crate::server::pages::guard::Visitor;
use crate::server::pages::messages::explain;
use crate::server::pages::sentences::{Narrator, Sentence, ids_in};

/// A change.
pub(super) struct LatestRow {
    pub(super) at: When,
    pub(super) sentence: Sentence,
}

/// Turns events into sentences. One read gets all names.
pub(super) async fn rows(visitor: &Visitor, events: &[Event]) -> Result<Vec<LatestRow>, ApiError> {
    let entries = events.iter().filter_map(|event| event.details.entry());
    let ids = ids_in(entries, false);
    let names = visitor.directory.history().names(ids).await.map_err(explain)?;
    let root = visitor.site.root();
    let not_in_use = GovernedAttribute::not_in_use(visitor.record.settings);
    let narrator = Narrator { root: &root, idp: visitor.idp, names, not_in_use };
    let row = |event: &Event| LatestRow {
        at: When::new(event.reference.at()),
        sentence: narrator.event(event),
    };
    Ok(events.iter().map(row).collect())
}
