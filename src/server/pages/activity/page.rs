//! Shows a page of the activity.

use super::super::frame::{Frame, Section, show as show_page};
use super::super::guard::Visitor;
use super::super::messages::explain;
use super::super::pager::Pager;
use super::super::sentences::{About, Name, Narrator, Part, ids_in};
use super::super::words::day_text;
use super::live::NewChanges;
use super::person;
use super::query::ActivityQuery;
use super::rows::{self, Day, Item};
use crate::directory::ActorKind;
use crate::directory::events::activity::{ActivityCursor, ActivityFilter, ActivityKind};
use crate::directory::record_names::RecordNames;
use crate::model::governed::GovernedAttribute;
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::query::Pairs;
use askama::Template;
use axum::extract::State;
use time::UtcOffset;
use uuid::Uuid;

#[derive(Template)]
#[template(path = "activity.html")]
struct ActivityPage {
    frame: Frame,
    days: Vec<Day>,
    filters: Filters,
    pager: Pager,
    /// The live part with the number of new changes, on the first page.
    new: Option<NewChanges>,
}

/// The filters of the page.
struct Filters {
    kinds: Vec<Choice>,
    actors: Vec<Choice>,
    day: String,
    /// The id of the chosen employee; empty for all.
    person: String,
    chips: Vec<Chip>,
    /// The text for a list without a match.
    no_match: String,
    /// The path of the export.
    export: String,
    /// Whether the list goes on behind an empty page.
    goes_on: bool,
    /// Whether the page is not the first.
    is_later: bool,
}

/// A choice of a filter.
struct Choice {
    value: &'static str,
    label: String,
    is_selected: bool,
}

/// An active filter.
struct Chip {
    label: &'static str,
    value: String,
    /// The path of the list without the filter.
    without: String,
}

/// The part of the list that the page shows.
struct Shown {
    items: Vec<Item>,
    older: Option<u64>,
    newer: Option<u64>,
    is_first: bool,
    /// The number of the newest event, for the live part.
    newest: u64,
    person: Option<String>,
}

/// Shows a page of the activity.
pub(in crate::server::pages) async fn show(
    State(services): State<Services>,
    visitor: Visitor,
    query: Pairs,
) -> Answer {
    let asked = ActivityQuery::read(&query)?;
    let frame = Frame::of(&visitor, Section::Activity);
    let narrator = |names| {
        let not_in_use = GovernedAttribute::not_in_use(visitor.record.settings);
        Narrator { root: &frame.root, idp: frame.idp, names, not_in_use }
    };
    let shown = match asked.person {
        Some(person) => of_person(&visitor, person, &asked, &narrator).await?,
        None => of_feed(&visitor, &asked, &narrator).await?,
    };
    let today = services.tenants.now().to_offset(UtcOffset::UTC).date();
    let words = narrator(RecordNames::default());
    let Shown { items, older, newer, is_first, newest, person } = shown;
    let counts = rows::count(&items);
    let mut days = rows::days(&words, items, today);
    if !asked.is_filtered() {
        rows::summarise(&words, &mut days, &counts, [is_first, older.is_none()]);
        // The first day may go on behind the page.
        if let (true, Some(day), [_]) = (older.is_some() && is_first, days.first(), days.as_slice())
        {
            let counts = visitor.directory.events().count_day_actors(day.date).await;
            let summary = rows::summary(&words, &counts.map_err(explain)?);
            days.iter_mut().for_each(|day| day.summary.clone_from(&summary));
        }
    }
    let path = |asked: &ActivityQuery| format!("{}activity{}", frame.root, asked.text());
    let filters = Filters::of(&words, &asked, person, [older.is_some(), !is_first], &path);
    let link = |cursor| path(&asked.at(Some(cursor)));
    let first = (!is_first).then(|| path(&asked.at(None)));
    let pager = Pager {
        first: first.clone(),
        previous: newer.map(|number| link(ActivityCursor::After(number))),
        next: older.map(|number| link(ActivityCursor::Before(number))),
        next_label: if days.is_empty() { "Keep searching" } else { "Older" },
        ..Pager::default()
    };
    let is_live = first.is_none() && asked.filter.day.is_none_or(|day| day == today);
    let new = is_live.then(|| NewChanges::none(&frame.root, &asked, newest));
    drop(words);
    show_page(&ActivityPage { frame, days, filters, pager, new })
}

/// Reads the events of the feed.
async fn of_feed<'a>(
    visitor: &Visitor,
    asked: &ActivityQuery,
    narrator: &impl Fn(RecordNames) -> Narrator<'a>,
) -> Result<Shown, ApiError> {
    let events = visitor.directory.events();
    let page = events.list_activity(asked.filter, asked.cursor).await.map_err(explain)?;
    let entries = page.events.iter().filter_map(|event| event.details.entry());
    let names = visitor.directory.history().names(ids_in(entries, false)).await.map_err(explain)?;
    let narrator = narrator(names);
    let items = page.events.iter().map(|event| Item::of_event(&narrator, event)).collect();
    let (older, newer, newest) = (page.older, page.newer, page.newest);
    Ok(Shown { items, older, newer, is_first: newer.is_none(), newest, person: None })
}

/// Reads the history of one employee.
async fn of_person<'a>(
    visitor: &Visitor,
    id: Uuid,
    asked: &ActivityQuery,
    narrator: &impl Fn(RecordNames) -> Narrator<'a>,
) -> Result<Shown, ApiError> {
    let page = person::read(visitor, id, asked).await?;
    let newest = visitor.directory.events().newest_numbered().await.map_err(explain)?;
    let entries = page.entries.iter().map(|row| &row.entry);
    let names = visitor.directory.history().names(ids_in(entries, false)).await.map_err(explain)?;
    let narrator = narrator(names);
    let name = match &page.employee {
        Some(employee) => Name::of_employee(narrator.root, employee),
        None => Name::erased(),
    };
    let about = About::Employee(Some(name.clone()));
    let item = |row: &crate::directory::RecordedEntry| {
        Item::of_entry(narrator.entry(&about, &row.entry), &row.entry)
    };
    let items = page.entries.iter().map(item).collect();
    let (older, is_first) = (page.older, asked.cursor.is_none());
    Ok(Shown { items, older, newer: None, is_first, newest, person: Some(name.text) })
}

impl Filters {
    fn of(
        narrator: &Narrator<'_>,
        asked: &ActivityQuery,
        person: Option<String>,
        [goes_on, is_later]: [bool; 2],
        path: &impl Fn(&ActivityQuery) -> String,
    ) -> Self {
        let ActivityFilter { kind, actor, day } = asked.filter;
        let all = asked.at(None);
        let kinds = [
            (ActivityKind::Employees, "Employees"),
            (ActivityKind::Groups, "Groups"),
            (ActivityKind::Settings, "Settings and tokens"),
        ];
        let choice = |(one, label): (ActivityKind, &str)| Choice {
            value: one.into(),
            label: label.to_owned(),
            is_selected: kind == Some(one),
        };
        let kinds: Vec<Choice> = kinds.into_iter().map(choice).collect();
        let choice = |one: ActorKind| Choice {
            value: one.as_str(),
            label: narrator.actor_of_kind(one),
            is_selected: actor == Some(one),
        };
        let actors: Vec<Choice> = ActorKind::all().map(choice).collect();
        let filter = asked.filter;
        let without = |filter| path(&ActivityQuery { filter, ..all });
        let selected = |choices: &[Choice]| {
            choices.iter().find(|choice| choice.is_selected).map(|choice| choice.label.clone())
        };
        let chip = |label, value: Option<String>, without| {
            value.map(|value| Chip { label, value, without })
        };
        let chips = [
            chip("Kind", selected(&kinds), without(ActivityFilter { kind: None, ..filter })),
            chip("Actor", selected(&actors), without(ActivityFilter { actor: None, ..filter })),
            chip("Day", day.map(day_text), without(ActivityFilter { day: None, ..filter })),
            chip("Person", person, path(&ActivityQuery { person: None, ..all })),
        ];
        let when = day.map(|day| format!(" on {}", day_text(day))).unwrap_or_default();
        Self {
            kinds,
            actors,
            day: day.map(day_text).unwrap_or_default(),
            person: asked.person.map(|person| person.to_string()).unwrap_or_default(),
            chips: chips.into_iter().flatten().collect(),
            no_match: format!("No changes like this{when}."),
            export: format!("{}activity/export{}", narrator.root, all.text()),
            goes_on,
            is_later,
        }
    }
}
