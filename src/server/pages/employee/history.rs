//! The history of an employee as sentences, with the changes of settings that moved a value in use.

use super::head::{Head, OpenEmployee, Tab};
use super::plain_values::label;
use crate::directory::users::past_values::MovedValue;
use crate::directory::users::timeline::{TimelineQuery, TimelineRow};
use crate::directory::{Employee, RecordedEntry};
use crate::model::governed::GovernedAttribute;
use crate::model::history::HistoryEntry;
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::pages::form::Problems;
use crate::server::pages::frame::{Frame, When, encoded, show as show_page};
use crate::server::pages::guard::Visitor;
use crate::server::pages::messages::explain;
use crate::server::pages::pager::Pager;
use crate::server::pages::sentences::{About, Diff, Narrator, Part, Sentence, ids_in, token_label};
use crate::server::path::EmployeeId;
use crate::server::query::Pairs;
use askama::Template;
use axum::extract::State;
use std::collections::BTreeSet;

/// The changes of a page.
const ROWS: usize = 50;
/// The longest name of an attribute, in characters.
const MOST_NAME_CHARS: usize = 200;

#[derive(Template)]
#[template(path = "employee/history.html")]
struct HistoryPage {
    frame: Frame,
    head: Head,
    rows: Vec<Row>,
    /// The attributes to choose from.
    choices: Vec<Choice>,
    is_filtered: bool,
    /// Whether the search for an attribute stopped before the first change.
    is_cut: bool,
    is_newest: bool,
    problems: Problems,
    pager: Pager,
}

/// A change as a sentence.
struct Row {
    at: When,
    sentence: Sentence,
    /// The label of the actor's token, unless it is the usual label.
    label: Option<String>,
}

/// A choice of the filter.
struct Choice {
    value: String,
    label: String,
    is_selected: bool,
}

/// Shows a page of the history.
pub(in crate::server::pages) async fn show(
    State(services): State<Services>,
    visitor: Visitor,
    EmployeeId(id): EmployeeId,
    query: Pairs,
) -> Answer {
    let attribute = query.get("attribute").filter(|attribute| !attribute.is_empty());
    if attribute.is_some_and(|attribute| attribute.chars().count() > MOST_NAME_CHARS) {
        let text = format!("The name of an attribute has at most {MOST_NAME_CHARS} characters");
        return Err(ApiError::bad_request(text));
    }
    let employee = OpenEmployee::read(&services, &visitor, id).await?;
    let record = &employee.view.employee;
    let wanted = TimelineQuery { cursor: query.cursor(), attribute, limit: ROWS };
    let page = visitor.directory.users().timeline(record, wanted).await.map_err(explain)?;
    let names = visitor.directory.history().names(ids_in(page.rows.iter().map(entry_of), false));
    let narrator = Narrator {
        root: &employee.frame.root,
        idp: employee.frame.idp,
        names: names.await.map_err(explain)?,
        // The rows about the settings tell which values were in use at their time.
        not_in_use: Vec::new(),
    };
    let rows: Vec<Row> = page.rows.into_iter().map(|row| Row::new(&narrator, row)).collect();
    let list = match attribute {
        Some(attribute) => format!("employees/{id}/history?attribute={}", encoded(attribute)),
        None => format!("employees/{id}/history"),
    };
    let list = visitor.site.path(&list);
    let is_newest = query.cursor().is_none();
    let mut pager = Pager::new(&list, None, page.next.as_deref());
    let is_cut = attribute.is_some() && rows.len() < ROWS && page.next.is_some();
    pager.next_label = if is_cut { "Keep searching" } else { "Older" };
    show_page(&HistoryPage {
        head: employee.head(Tab::History),
        rows,
        choices: choices(record, attribute),
        is_filtered: attribute.is_some(),
        is_cut,
        is_newest,
        problems: Problems::default(),
        pager: if is_newest { pager } else { pager.with_first(&list) },
        frame: employee.frame,
    })
}

fn entry_of(row: &TimelineRow) -> &HistoryEntry {
    match row {
        TimelineRow::Change(RecordedEntry { entry, .. }) | TimelineRow::Settings { entry, .. } => {
            entry
        }
    }
}

impl Row {
    fn new(narrator: &Narrator<'_>, row: TimelineRow) -> Self {
        match row {
            TimelineRow::Change(RecordedEntry { entry, .. }) => Self {
                at: When::new(entry.at),
                label: token_label(&entry.actor),
                sentence: narrator.entry(&About::Employee(None), &entry),
            },
            TimelineRow::Settings { mut entry, moved } => {
                // Other settings of the same change moved nothing of this employee.
                let is_about_one =
                    |name: &str| moved.iter().any(|moved| moved.attribute.setting() == name);
                entry.changes.retain(|change| is_about_one(&change.attribute));
                let mut sentence = narrator.entry(&About::Tenant, &entry);
                sentence.diffs = moved.into_iter().map(diff).collect();
                Self { at: When::new(entry.at), sentence, label: token_label(&entry.actor) }
            }
        }
    }
}

fn diff(MovedValue { attribute, old, new }: MovedValue) -> Diff {
    Diff { attribute: format!("{} in use", attribute.title()), old, new }
}

/// Returns the attributes of an employee, with the selected one.
fn choices(employee: &Employee, selected: Option<&str>) -> Vec<Choice> {
    let governed = GovernedAttribute::ALL.iter().map(|attribute| attribute.name());
    let attributes = employee.attributes.as_object();
    let core = attributes.keys().map(String::as_str).filter(|name| !name.contains(':'));
    let extensions = attributes.iter().filter(|(name, _)| name.contains(':'));
    let extensions = extensions.flat_map(|(_, values)| values.as_object().into_iter().flatten());
    let sent: BTreeSet<&str> =
        core.chain(extensions.map(|(name, _)| name.as_str())).chain(selected).collect();
    let mut names: Vec<&str> = vec!["active"];
    names.extend(governed);
    let others = sent.into_iter().filter(|name| !names.contains(name));
    let others: Vec<&str> = others.collect();
    names.extend(others);
    let all = Choice {
        value: String::new(),
        label: "All attributes".to_owned(),
        is_selected: selected.is_none(),
    };
    let choice = |name: &str| Choice {
        value: name.to_owned(),
        label: label(name),
        is_selected: selected == Some(name),
    };
    std::iter::once(all).chain(names.into_iter().map(choice)).collect()
}
