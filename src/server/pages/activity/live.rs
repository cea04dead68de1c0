//! The live part of the first page: the number of changes that came after it. The list itself never moves.

use super::super::fragment;
use super::super::frame::{Frame, Section};
use super::super::guard::Visitor;
use super::super::messages::explain;
use super::query::ActivityQuery;
use crate::directory::events::activity::{ActivityCursor, NewEvents};
use crate::server::error::{Answer, ApiError};
use crate::server::query::Pairs;
use askama::Template;
use http::HeaderMap;

/// The number of new changes.
pub(super) struct NewChanges {
    /// The text, such as *3 new changes*; empty for none.
    pub(super) text: String,
    /// The path of the list with the new changes.
    pub(super) list: String,
    /// The path of this part.
    pub(super) url: String,
    /// Whether the part is in the list itself, where a browser without scripts needs a link.
    pub(super) is_in_list: bool,
}

#[derive(Template)]
#[template(path = "activity_new.html", blocks = ["part"])]
struct NewPage {
    frame: Frame,
    new: NewChanges,
}

/// Shows the number of new changes.
pub(in crate::server::pages) async fn show_new(
    visitor: Visitor,
    headers: HeaderMap,
    query: Pairs,
) -> Answer {
    let asked = ActivityQuery::read(&query)?;
    let Some(ActivityCursor::After(number)) = asked.cursor else {
        let text = "The parameter after is missing. Expected the number of a change";
        return Err(ApiError::bad_request(text));
    };
    let events = visitor.directory.events();
    let found = events.count_new(asked.filter, asked.person, number).await.map_err(explain)?;
    let frame = Frame::of(&visitor, Section::Activity);
    let none = NewChanges::none(&frame.root, &asked.at(None), number);
    let new = NewChanges { text: words(found), is_in_list: false, ..none };
    let page = NewPage { frame, new };
    fragment::answer(&headers, &page, &page.as_part())
}

impl NewChanges {
    /// Makes the part without new changes after an event.
    pub(super) fn none(root: &str, asked: &ActivityQuery, newest: u64) -> Self {
        let after = asked.at(Some(ActivityCursor::After(newest)));
        Self {
            text: String::new(),
            list: format!("{root}activity{}", asked.text()),
            url: format!("{root}activity/new{}", after.text()),
            is_in_list: true,
        }
    }
}

fn words(new: NewEvents) -> String {
    match (new.count, new.is_partial) {
        (0, true) => "There may be new changes".to_owned(),
        (0, false) => String::new(),
        (1, false) => "1 new change".to_owned(),
        (count, false) => format!("{count} new changes"),
        (count, true) => format!("More than {count} new changes"),
    }
}
