//! The rows of the Activity page: one sentence a change, by day. Changes of several people that differ only in the person
//! and the value are one row.

use super::super::frame::When;
use super::super::sentences::{Narrator, Sentence, token_label};
use crate::directory::events::day_actors::DayActors;
use crate::directory::events::resolve::{Details, Event};
use crate::directory::{ActorKind, ActorRecord, EventKind};
use crate::model::history::HistoryEntry;
use std::collections::BTreeMap;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Date, OffsetDateTime, UtcOffset};

const CLOCK: &[BorrowedFormatItem<'_>] = format_description!("[hour]:[minute] UTC");
const LONG_DAY: &[BorrowedFormatItem<'_>] =
    format_description!("[weekday] [day padding:none] [month repr:long] [year]");

/// One change, or one finding about the sync.
pub(super) struct Item {
    pub(super) at: OffsetDateTime,
    pub(super) sentence: Sentence,
    pub(super) actor: Option<ActorRecord>,
    /// The employee that the change is about, by id and name.
    pub(super) person: Option<(String, String)>,
    /// The entry, and the key for its row; `None` for a change that is always a row of its own.
    fold: Option<(FoldKey, HistoryEntry)>,
}

impl Item {
    fn fold_key(&self) -> Option<&FoldKey> {
        self.fold.as_ref().map(|(key, _)| key)
    }
}

/// Neighbours with equal keys are one row.
#[derive(Debug, Clone, PartialEq)]
struct FoldKey {
    minute: i64,
    actor: ActorRecord,
    kind: EventKind,
    /// The only changed attribute, and whether it had and has a value. The sentence of each row has one verb.
    change: Option<(String, bool, bool)>,
}

/// The changes of one day in UTC.
pub(super) struct Day {
    pub(super) date: Date,
    pub(super) title: String,
    /// The number of changes by actor, such as *Okta: 12 changes · Administrator: 1*; empty if it is not known.
    pub(super) summary: String,
    pub(super) rows: Vec<Row>,
}

/// A row: one change, or several changes that differ only in the person and the value.
pub(super) struct Row {
    pub(super) at: When,
    /// The time of the day, for people.
    pub(super) clock: String,
    pub(super) sentence: Sentence,
    /// The label of an administrator's token, unless it is the usual label.
    pub(super) label: Option<String>,
    /// The employee of a single change, by id and name.
    pub(super) person: Option<(String, String)>,
    /// The sentences of the changes that the row stands for; empty for a single change.
    pub(super) folded: Vec<Sentence>,
}

impl Item {
    /// Makes the item of an event.
    pub(super) fn of_event(narrator: &Narrator<'_>, event: &Event) -> Self {
        let entry = event.details.entry();
        let employee = match &event.details {
            Details::Employee { employee, .. } => Some(employee),
            _ => None,
        };
        let entry_of_person = entry.filter(|_| employee.is_some());
        let fold = entry_of_person.and_then(|entry| Some((FoldKey::of(entry)?, entry.clone())));
        Self {
            at: event.reference.at(),
            sentence: narrator.event(event),
            actor: entry.map(|entry| entry.actor.clone()),
            person: employee.map(|one| (one.id.to_string(), narrator.name_of(one))),
            fold,
        }
    }

    /// Makes the item of an entry in the history of one employee.
    pub(super) fn of_entry(sentence: Sentence, entry: &HistoryEntry) -> Self {
        Self { at: entry.at, sentence, actor: Some(entry.actor.clone()), person: None, fold: None }
    }
}

impl FoldKey {
    /// Returns the key of an employee's entry; `None` when the entry is always a row of its own.
    fn of(entry: &HistoryEntry) -> Option<Self> {
        let change = match (entry.kind, entry.changes.as_slice()) {
            (EventKind::Updated, [one]) => {
                Some((one.attribute.clone(), one.old.is_some(), one.new.is_some()))
            }
            (EventKind::Updated, _) => return None,
            _ => None,
        };
        let minute = entry.at.unix_timestamp().div_euclid(60);
        Some(Self { minute, actor: entry.actor.clone(), kind: entry.kind, change })
    }
}

/// Makes the rows of each day. `today` is the present day in UTC.
pub(super) fn days(narrator: &Narrator<'_>, items: Vec<Item>, today: Date) -> Vec<Day> {
    let mut days: Vec<(Date, Vec<Vec<Item>>)> = Vec::new();
    for item in items {
        let date = item.at.to_offset(UtcOffset::UTC).date();
        // The feed has only a rough order of times, so days can mix at midnight.
        match days.iter_mut().rev().find(|(day, _)| *day == date) {
            Some((_, groups)) => match groups.last_mut() {
                Some(group) if folds(group, &item) => group.push(item),
                _ => groups.push(vec![item]),
            },
            None => days.push((date, vec![vec![item]])),
        }
    }
    days.sort_by_key(|(date, _)| std::cmp::Reverse(*date));
    let day = |(date, groups): (Date, Vec<Vec<Item>>)| Day {
        date,
        title: title(date, today),
        summary: String::new(),
        rows: groups.into_iter().filter_map(|group| Row::of(narrator, group)).collect(),
    };
    days.into_iter().map(day).collect()
}

/// Adds the summaries of the days that the page shows whole. `is_first` and `is_last` say whether the page is the
/// first and the last of the list.
pub(super) fn summarise(
    narrator: &Narrator<'_>,
    days: &mut [Day],
    counts: &BTreeMap<Date, DayActors>,
    [is_first, is_last]: [bool; 2],
) {
    let last = days.len().saturating_sub(1);
    for (position, day) in days.iter_mut().enumerate() {
        let is_whole = (position > 0 || is_first) && (position < last || is_last);
        if let Some(counts) = counts.get(&day.date).filter(|_| is_whole) {
            day.summary = summary(narrator, counts);
        }
    }
}

/// Counts the items of each day by actor.
pub(super) fn count(items: &[Item]) -> BTreeMap<Date, DayActors> {
    let mut days: BTreeMap<Date, DayActors> = BTreeMap::new();
    for item in items {
        if let Some(actor) = &item.actor {
            let day = days.entry(item.at.to_offset(UtcOffset::UTC).date()).or_default();
            *day.counts.entry(actor.kind).or_default() += 1;
        }
    }
    days
}

/// Returns the counts of a day in words, the largest first.
pub(super) fn summary(narrator: &Narrator<'_>, day: &DayActors) -> String {
    let mut counts: Vec<_> = day.counts.iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let more = if day.is_partial { "more than " } else { "" };
    let part = |(position, (actor, count)): (usize, (&ActorKind, &u64))| {
        let noun = match (position, count) {
            (0, 1) => " change",
            (0, _) => " changes",
            _ => "",
        };
        format!("{}: {more}{count}{noun}", narrator.actor_of_kind(*actor))
    };
    counts.into_iter().enumerate().map(part).collect::<Vec<_>>().join(" · ")
}

impl Row {
    fn of(narrator: &Narrator<'_>, mut group: Vec<Item>) -> Option<Self> {
        let number = group.len();
        let first = group.first()?;
        let label = first.actor.as_ref().and_then(token_label);
        let (at, clock) = (When::new(first.at), clock(first.at));
        if number == 1 {
            let Item { sentence, person, .. } = group.pop()?;
            return Some(Self { at, clock, sentence, label, person, folded: Vec::new() });
        }
        let entries: Vec<_> =
            group.iter().filter_map(|item| Some(&item.fold.as_ref()?.1)).collect();
        let sentence = narrator.several(&entries)?;
        let folded = group.into_iter().map(|item| item.sentence).collect();
        Some(Self { at, clock, sentence, label, person: None, folded })
    }
}

/// Whether an item belongs to the row of a group. Each person is in a row once, because the row counts people.
fn folds(group: &[Item], item: &Item) -> bool {
    item.fold_key().is_some()
        && group.last().is_some_and(|last| last.fold_key() == item.fold_key())
        && group.iter().all(|other| other.person != item.person)
}

/// Names a day: today, yesterday or the date.
pub(super) fn title(date: Date, today: Date) -> String {
    if date == today {
        return "Today".to_owned();
    }
    if Some(date) == today.previous_day() {
        return "Yesterday".to_owned();
    }
    date.format(LONG_DAY).unwrap_or_default()
}

fn clock(at: OffsetDateTime) -> String {
    at.to_offset(UtcOffset::UTC).format(CLOCK).unwrap_or_default()
}
