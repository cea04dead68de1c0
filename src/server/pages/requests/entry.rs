//! The rows of the list: failed requests, joined by meaning, status and cause.

use super::filter::Filter;
use crate::directory::record_names::{NameOf, RecordName, RecordNames};
use crate::directory::tenants::requests::PlacedRequest;
use crate::directory::{Directory, Error, Kind};
use crate::model::cause_texts::grouped;
use crate::model::noted_request::{NotedRequest, RecordRef};
use crate::server::pages::frame::When;
use std::collections::BTreeSet;
use uuid::Uuid;

/// A row of the list.
pub(super) struct Entry {
    pub(super) meaning: &'static str,
    pub(super) status: u16,
    /// The problem, as a sentence; empty for a successful request.
    pub(super) sentence: String,
    /// The path of the details, below the root; `None` while a single request waits to be written.
    pub(super) link: Option<String>,
    /// The number of requests, such as `×1,204`.
    pub(super) times: String,
    pub(super) about: About,
    pub(super) last: When,
}

/// The records that requests are about.
pub(super) enum About {
    Nobody,
    One(NamedRecord),
    Many(String),
}

/// A record by its name.
#[derive(Debug, Clone)]
pub(super) struct NamedRecord {
    pub(super) name: String,
    /// The path of its page below the root; `None` for a record that does not exist any more.
    pub(super) page: Option<String>,
    pub(super) is_group: bool,
}

/// Requests with one meaning, status, cause and attribute.
pub(super) struct Joined {
    newest: PlacedRequest,
    rows: usize,
    count: u64,
    records: BTreeSet<RecordRef>,
}

/// Joins requests by meaning, status, cause and attributes. The order of the newest requests stays.
pub(super) fn joined(requests: Vec<PlacedRequest>) -> Vec<Joined> {
    let mut groups: Vec<Joined> = Vec::new();
    for placed in requests {
        let request = &placed.request;
        let found = groups.iter_mut().find(|group| is_alike(&group.newest.request, request));
        match found {
            Some(group) => {
                group.rows += 1;
                group.count = group.count.saturating_add(request.count);
                group.records.extend(request.record);
            }
            None => groups.push(Joined::of(placed)),
        }
    }
    groups
}

impl Joined {
    /// One request alone.
    pub(super) fn of(placed: PlacedRequest) -> Self {
        Self {
            rows: 1,
            count: placed.request.count,
            records: placed.request.record.into_iter().collect(),
            newest: placed,
        }
    }
}

/// Makes the rows of a page.
pub(super) async fn entries(
    directory: &Directory,
    groups: Vec<Joined>,
) -> Result<Vec<Entry>, Error> {
    let alone = groups.iter().filter(|group| group.records.len() == 1);
    let alone: Vec<Uuid> = alone.flat_map(|group| &group.records).map(|record| record.id).collect();
    let names = directory.history().names(alone).await?;
    Ok(groups.into_iter().map(|group| Entry::of(group, &names)).collect())
}

impl NamedRecord {
    /// Names a record.
    pub(super) fn of(RecordRef { kind, id }: RecordRef, names: &RecordNames) -> Self {
        let is_group = kind == Kind::Group;
        let (path, gone, nameless) = match kind {
            Kind::Employee => ("employees", "an erased employee", "an employee without a name"),
            Kind::Group => ("groups", "a deleted group", "a group without a name"),
        };
        match names.get(id) {
            NameOf::Known(RecordName { name, exists, .. }) => {
                let name = if name.is_empty() { nameless } else { name };
                let page = exists.then(|| format!("{path}/{id}"));
                Self { name: name.to_owned(), page, is_group }
            }
            NameOf::Erased | NameOf::NotRead => {
                Self { name: gone.to_owned(), page: None, is_group }
            }
        }
    }
}

impl Entry {
    fn of(group: Joined, names: &RecordNames) -> Self {
        let Joined { newest, rows, count, records } = group;
        let PlacedRequest { place, request } = newest;
        let link = match rows {
            1 => place.map(|place| format!("requests/{}/{}", place.page, place.row)),
            _ => Some(format!("requests?show=failed{}", Filter::like(&request).query())),
        };
        let mut those = records.iter().copied();
        let about = match (those.next(), those.next()) {
            (None, _) => About::Nobody,
            (Some(record), None) => About::One(NamedRecord::of(record, names)),
            (Some(RecordRef { kind, .. }), Some(_)) => {
                let word = if kind == Kind::Group { "groups" } else { "people" };
                About::Many(format!("{} {word}", records.len()))
            }
        };
        Self {
            meaning: request.meaning.words(),
            status: request.status,
            sentence: sentence(&request),
            link,
            times: format!("×{}", grouped(count)),
            about,
            last: When::new(request.last),
        }
    }
}

/// The sentence about the cause of a request; empty without a failure.
pub(in crate::server::pages) fn sentence(request: &NotedRequest) -> String {
    let attribute = request.attributes.first().map(String::as_str);
    request.cause.map(|cause| cause.sentence(attribute)).unwrap_or_default()
}

fn is_alike(left: &NotedRequest, right: &NotedRequest) -> bool {
    (left.meaning, left.status, left.cause, &left.attributes)
        == (right.meaning, right.status, right.cause, &right.attributes)
}
