//! The JSON of an event, for the API and for webhooks.

use super::cursor::{EVENT_ID_PREFIX, FeedCursor};
use super::resolve::{Details, Event};
use super::subject::{attribute_names, subject_of};
use super::types::EventType;
use crate::directory::users::view::{Effective, employee_number};
use crate::model::actor::ActorRecord;
use crate::model::employee::Employee;
use crate::model::event::{ChangeRef, EventRef, SyncFinding};
use crate::model::group::Group;
use crate::model::history::{EventKind, HistoryEntry};
use crate::model::provider::PROVIDER;
use crate::model::sync::RECORD_UNTIL;
use crate::model::tenant::{SILENT_AFTER_HOURS, Tenant};
use scim::date_time;
use serde::Serialize;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

/// The most bytes of an event in JSON.
const MOST_BYTES: usize = 64 * 1024;

/// An event.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventBody {
    /// The id of the event: `evt_{tenant}_{epoch}_{number}`.
    pub id: String,
    /// The type.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// The time of the change.
    pub timestamp: String,
    /// The number of the event in the feed.
    pub sequence: u64,
    /// The URL of the tenant.
    pub source: String,
    /// The path of the changed record in the API.
    pub subject: String,
    /// The revision of the record that the change made. An erasure has none: it removes the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    /// The actor of the change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<ActorRecord>,
    /// The details of the change.
    pub data: Map<String, Value>,
    /// The event URI of RFC 9967, for information.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scim: Vec<&'static str>,
}

/// A test of a webhook.
#[derive(Debug, Clone, Serialize)]
pub struct TestBody {
    /// The id of the test.
    pub id: String,
    /// Always `destination.test`.
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: String,
    source: String,
    data: Map<String, Value>,
}

/// The place of a feed: its tenant, and the URL of the tenant.
#[derive(Debug, Clone, Copy)]
pub struct FeedSource<'a> {
    /// The tenant.
    pub tenant: &'a Tenant,
    /// The URL of the tenant, without a slash at the end.
    pub url: &'a str,
}

impl EventBody {
    /// Removes the values: only the id, the revision and the names of the changed attributes stay.
    #[must_use]
    pub fn without_values(mut self) -> Self {
        self.data.remove("changes");
        if let Some(actor) = &mut self.actor {
            actor.label = None;
        }
        for record in ["employee", "group"] {
            let Some(Value::Object(values)) = self.data.get_mut(record) else { continue };
            values.retain(|name, _| name == "id" || name == "revision");
        }
        self
    }

    /// Removes the changes of an event that is longer than [`MOST_BYTES`]. `truncated` then says so.
    #[must_use]
    fn shortened(mut self) -> Self {
        let is_long =
            |body: &Self| serde_json::to_vec(body).is_ok_and(|json| json.len() > MOST_BYTES);
        if is_long(&self) {
            self.data.insert("changes".to_owned(), Value::Null);
            self.data.insert("truncated".to_owned(), true.into());
        }
        if is_long(&self) { self.without_values() } else { self }
    }
}

impl FeedSource<'_> {
    /// The cursor after the event with a number.
    pub fn cursor(&self, number: u64) -> FeedCursor {
        FeedCursor { epoch: self.tenant.feed_epoch.clone(), number }
    }

    /// The id of the event with a number.
    pub fn event_id(&self, number: u64) -> String {
        format!("{EVENT_ID_PREFIX}{}_{}_{number}", self.tenant.id, self.tenant.feed_epoch)
    }

    /// Makes the JSON of a test. It is in no feed, so its number is 0.
    pub fn test_body(&self, id: Uuid, at: OffsetDateTime) -> TestBody {
        TestBody {
            id: format!("{EVENT_ID_PREFIX}{}_test_{}", self.tenant.id, id.simple()),
            kind: "destination.test",
            timestamp: date_time::format(at),
            source: self.url.to_owned(),
            data: Map::new(),
        }
    }

    /// Reads the id of an event of this tenant; `None` for another text.
    pub fn parse_event_id(&self, text: &str) -> Option<FeedCursor> {
        let (tenant, cursor) = FeedCursor::parse_event_id(text)?;
        (tenant == self.tenant.id.as_str()).then_some(cursor)
    }

    /// Makes the JSON of an event.
    pub fn body(&self, event: &Event) -> EventBody {
        let (kind, entry) = (EventType::of(&event.reference), event.details.entry());
        let change = match &event.reference {
            EventRef::Change(change) => Some(change),
            EventRef::Sync(_) => None,
        };
        let after_deletion =
            matches!(event.details, Details::Employee { after_deletion: true, .. });
        let body = EventBody {
            id: self.event_id(event.number),
            kind,
            timestamp: date_time::format(event.reference.at()),
            sequence: event.number,
            source: self.url.to_owned(),
            subject: subject_of(&event.reference, entry),
            revision: change.filter(|one| one.erased.is_none()).map(|one| one.revision),
            actor: entry.map(|entry| entry.actor.clone()),
            data: self.data(event),
            scim: kind.scim_uri(after_deletion).into_iter().collect(),
        };
        body.shortened()
    }

    fn data(&self, event: &Event) -> Map<String, Value> {
        match (&event.details, &event.reference) {
            (_, EventRef::Sync(sync)) => sync_data(&sync.finding),
            (Details::Erased, _) | (_, EventRef::Change(ChangeRef { erased: Some(_), .. })) => {
                object([
                    ("changes", Value::Null),
                    ("employee", Value::Null),
                    ("erased", true.into()),
                ])
            }
            (details, EventRef::Change(_)) => {
                let changes = details.entry().map(|entry| entry.changes.as_slice());
                let changes = changes.unwrap_or_default();
                let mut data = object([
                    ("attributes", attribute_names(changes).into()),
                    ("changes", json!(changes)),
                ]);
                data.extend(self.record(details));
                data
            }
        }
    }

    /// The record of a change, as it is now.
    fn record(&self, details: &Details) -> Map<String, Value> {
        match details {
            Details::Employee { employee, .. } => object([("employee", self.employee(employee))]),
            Details::Group { group, .. } => {
                object([("group", group.as_deref().map_or(Value::Null, group_body))])
            }
            // The settings decide effective values, so a follower reads all employees again.
            Details::Tenant { entry: Some(entry) }
                if entry.kind == EventKind::SettingsChanged
                    && entry.changes.iter().any(|change| {
                        ![SILENT_AFTER_HOURS, PROVIDER, RECORD_UNTIL].contains(&&*change.attribute)
                    }) =>
            {
                object([("reread", true.into())])
            }
            Details::Tenant { entry: Some(entry) } => {
                let action = entry.changes.iter().find(|change| change.attribute == "action");
                let action = action.and_then(|change| change.new.clone());
                action.map(|action| object([("action", action)])).unwrap_or_default()
            }
            Details::Tenant { entry: None } | Details::Erased | Details::Sync => Map::new(),
        }
    }

    fn employee(&self, employee: &Employee) -> Value {
        let effective = Effective::of(employee, self.tenant.settings);
        let text = |text: Option<&str>| text.map(Value::from);
        let optional = [
            ("externalId", text(employee.external_id())),
            ("employeeNumber", employee_number(employee).map(Value::from)),
            ("displayName", employee.display_name().map(Value::from)),
            ("email", text(employee.primary_email())),
            ("title", text(employee.text("title"))),
            ("location", effective.location.value.map(Value::from)),
            ("department", effective.department.value.map(Value::from)),
            ("manager", effective.manager.value.map(|manager| json!({ "value": manager }))),
        ];
        let mut body = object([
            ("id", json!(employee.id)),
            ("revision", employee.revision.into()),
            ("archived", employee.is_archived().into()),
            ("deletedInIdp", employee.hidden.into()),
            ("userName", employee.user_name().into()),
        ]);
        body.extend(
            optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))),
        );
        Value::Object(body)
    }
}

impl Details {
    /// The history entry, if there is one.
    pub fn entry(&self) -> Option<&HistoryEntry> {
        match self {
            Self::Employee { entry, .. } | Self::Group { entry, .. } | Self::Tenant { entry } => {
                entry.as_ref()
            }
            Self::Erased | Self::Sync => None,
        }
    }
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn sync_data(finding: &SyncFinding) -> Map<String, Value> {
    match finding {
        SyncFinding::Refused { count, status, operation } => object([
            ("count", (*count).into()),
            ("status", (*status).into()),
            ("operation", operation.as_str().into()),
        ]),
        SyncFinding::Silent | SyncFinding::Resumed => Map::new(),
    }
}

fn group_body(group: &Group) -> Value {
    json!({
        "id": group.id,
        "revision": group.revision,
        "displayName": group.display_name(),
        "externalId": group.external_id(),
        "memberCount": group.member_count,
    })
}
