//! Exports the activity as CSV: the newest changes of a filter, one line each.

use super::super::frame::Frame;
use super::super::frame::Section;
use super::super::guard::Visitor;
use super::super::messages::explain;
use super::super::sentences::{About, Name, Narrator, ids_in};
use super::person;
use super::query::ActivityQuery;
use crate::directory::events::activity::ActivityCursor;
use crate::directory::events::types::EventType;
use crate::model::event::Subject;
use crate::model::history::HistoryEntry;
use crate::server::csv_text::{csv_line, harmless};
use crate::server::error::{Answer, ApiError};
use crate::server::query::Pairs;
use axum::body::Body;
use axum::response::Response;
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use scim::date_time;
use time::OffsetDateTime;

/// The most changes of an export.
const MOST_ROWS: usize = 1_000;
/// The most pages that an export reads. A rare filter then has fewer changes.
const MOST_PAGES: usize = 40;
const COLUMNS: [&str; 6] = ["time", "actor", "token", "type", "id", "change"];

/// Exports the newest changes of the list.
pub(in crate::server::pages) async fn export(visitor: Visitor, query: Pairs) -> Answer {
    let asked = ActivityQuery::read(&query)?.at(None);
    let frame = Frame::of(&visitor, Section::Activity);
    let mut file = csv_line(|writer| writer.write_record(COLUMNS)).map_err(unwritable)?;
    let (mut place, mut rows) = (asked, 0_usize);
    for _ in 0..MOST_PAGES {
        let (lines, older) = read_page(&visitor, &frame, &place).await?;
        for line in lines {
            if rows == MOST_ROWS {
                break;
            }
            file.extend(line.to_csv()?);
            rows += 1;
        }
        match older {
            Some(number) if rows < MOST_ROWS => {
                place = asked.at(Some(ActivityCursor::Before(number)));
            }
            _ => break,
        }
    }
    let mut answer = Response::new(Body::from(file));
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let name = HeaderValue::from_static("attachment; filename=\"activity.csv\"");
    headers.insert(CONTENT_DISPOSITION, name);
    Ok(answer)
}

/// A line of the export.
struct Line {
    at: OffsetDateTime,
    actor: String,
    token: String,
    kind: &'static str,
    id: String,
    change: String,
}

impl Line {
    fn to_csv(&self) -> Result<Vec<u8>, ApiError> {
        let at = date_time::format(self.at);
        let texts = [&at, &self.actor, &self.token, self.kind, &self.id, &self.change];
        let texts = texts.map(harmless);
        csv_line(|writer| writer.write_record(&texts)).map_err(unwritable)
    }

    fn of(
        narrator: &Narrator<'_>,
        kind: &'static str,
        id: String,
        entry: Option<&HistoryEntry>,
        (at, change): (OffsetDateTime, String),
    ) -> Self {
        let actor = entry.map(|entry| narrator.actor(&entry.actor)).unwrap_or_default();
        let token = entry.and_then(|entry| entry.actor.label.clone()).unwrap_or_default();
        Self { at, actor, token, kind, id, change }
    }
}

/// Reads a page of the list as lines. Returns them with the place of the next page.
async fn read_page(
    visitor: &Visitor,
    frame: &Frame,
    asked: &ActivityQuery,
) -> Result<(Vec<Line>, Option<u64>), ApiError> {
    let history = visitor.directory.history();
    let narrator = |names| {
        // The file is a record of the past, and the sources are those of now.
        Narrator { root: &frame.root, idp: frame.idp, names, not_in_use: Vec::new() }
    };
    if let Some(id) = asked.person {
        let page = person::read(visitor, id, asked).await?;
        let entries = page.entries.iter().map(|row| &row.entry);
        let names = history.names(ids_in(entries, false)).await.map_err(explain)?;
        let narrator = narrator(names);
        let name = match &page.employee {
            Some(employee) => Name::of_employee(&frame.root, employee),
            None => Name::erased(),
        };
        let about = About::Employee(Some(name));
        let line = |entry: &HistoryEntry| {
            let kind = EventType::of_change(Subject::Employee(id), entry.kind).as_str();
            let text = narrator.entry(&about, entry).text();
            Line::of(&narrator, kind, id.to_string(), Some(entry), (entry.at, text))
        };
        let lines = page.entries.iter().map(|row| line(&row.entry)).collect();
        return Ok((lines, page.older));
    }
    let events = visitor.directory.events();
    let page = events.list_activity(asked.filter, asked.cursor).await.map_err(explain)?;
    let entries = page.events.iter().filter_map(|event| event.details.entry());
    let names = history.names(ids_in(entries, false)).await.map_err(explain)?;
    let narrator = narrator(names);
    let lines = page.events.iter().map(|event| {
        let kind = EventType::of(&event.reference).as_str();
        let id = match event.reference.subject() {
            Subject::Employee(id) | Subject::Group(id) => id.to_string(),
            Subject::Tenant => String::new(),
        };
        let at = event.reference.at();
        let text = narrator.event(event).text();
        Line::of(&narrator, kind, id, event.details.entry(), (at, text))
    });
    Ok((lines.collect(), page.older))
}

fn unwritable(_: std::io::Error) -> ApiError {
    ApiError::unwritable()
}
