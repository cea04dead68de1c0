//! Shows the history of a group in sentences with the names of its members.

use super::super::frame::{Frame, Section, When, show as show_page};
use super::super::guard::Visitor;
use super::super::messages::explain;
use super::super::pager::Pager;
use super::super::sentences::{About, Narrator, Part, Sentence, ids_in, token_label};
use super::GroupHead;
use crate::directory::{Kind, RecordedEntry};
use crate::server::error::{Answer, ApiError};
use crate::server::path::GroupId;
use crate::server::query::Pairs;
use askama::Template;

/// The number of entries on a page.
const ENTRIES: usize = 20;

#[derive(Template)]
#[template(path = "group_history.html")]
struct HistoryPage {
    frame: Frame,
    group: GroupHead,
    tab: &'static str,
    entries: Vec<ListedEntry>,
    pager: Pager,
}

/// An entry of the history.
struct ListedEntry {
    revision: u64,
    at: When,
    sentence: Sentence,
    label: Option<String>,
    /// The path of this page with the names of all members in the entry, if the sentence counts some.
    show_all: Option<String>,
}

/// Shows a page of the history. `all` is the revision of the entry that shows the names of all members.
pub(in crate::server::pages) async fn show_history(
    visitor: Visitor,
    GroupId(id): GroupId,
    query: Pairs,
) -> Answer {
    let all = match query.get("all").filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => Some(text.parse::<u64>().map_err(|_| {
            ApiError::bad_request("The parameter all must be the number of a change")
        })?),
    };
    let directory = &visitor.directory;
    let group = directory.groups().get(id).await.map_err(explain)?;
    let cursor = query.cursor();
    let page = directory.history().page((Kind::Group, id), cursor, ENTRIES).await;
    let page = page.map_err(explain)?;
    let whole = page.rows.iter().filter(|row| Some(row.revision) == all).map(|row| &row.entry);
    let mut ids = ids_in(whole, true);
    ids.extend(ids_in(page.rows.iter().map(|row| &row.entry), false));
    let names = directory.history().names(ids).await.map_err(explain)?;
    let frame = Frame::of(&visitor, Section::Groups);
    let not_in_use = Vec::new();
    let narrator = Narrator { root: &frame.root, idp: frame.idp, names, not_in_use };
    let list = visitor.site.path(&format!("groups/{id}/history"));
    let place = cursor.map(|cursor| format!("cursor={cursor}&")).unwrap_or_default();
    let entry = |row: &RecordedEntry| {
        let revision = row.revision;
        let sentence = match all == Some(revision) {
            true => narrator.all_members(&row.entry),
            false => narrator.entry(&About::Group(None), &row.entry),
        };
        let is_short = sentence.unnamed > 0 && all != Some(revision);
        ListedEntry {
            revision,
            at: When::new(row.entry.at),
            show_all: is_short.then(|| format!("{list}?{place}all={revision}#change-{revision}")),
            label: token_label(&row.entry.actor),
            sentence,
        }
    };
    let entries = page.rows.iter().map(entry).collect();
    let mut pager = Pager::new(&list, None, page.next.as_deref());
    pager.next_label = "Older";
    if cursor.is_some() {
        pager = pager.with_first(&list);
    }
    drop(narrator);
    show_page(&HistoryPage { frame, group: GroupHead::of(&group), tab: "history", entries, pager })
}
