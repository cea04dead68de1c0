//! Reads the events that start the Deliver function: a batch of the table's stream, or the event of each minute.
//!
//! The events carry no data. A batch only names the tenants with new events or due work. A run finds its work in the
//! table, so a lost, repeated or unreadable event loses nothing.

use crate::model::tenant::TenantId;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeSet;

/// The work of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// These tenants have new events, or work that is due at once. There is at least one tenant.
    Tenants(BTreeSet<TenantId>),
    /// The work that is due. Each quarter of an hour, also the outboxes whose trigger was lost.
    Minute,
    /// Everything, after an event that cannot be read.
    Everything,
}

impl Trigger {
    /// The name in the log line of the run.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Tenants(_) => "stream",
            Self::Minute => "minute",
            Self::Everything => "unknown",
        }
    }
}

/// An event of the Deliver function. Every JSON value is an event, so the runtime never refuses one.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum TriggerEvent {
    /// A batch of the table's stream (AWS Lambda Developer Guide, *Using AWS Lambda with Amazon DynamoDB*).
    Stream {
        /// The changes of items.
        #[serde(rename = "Records")]
        records: Vec<StreamRecord>,
    },
    /// An event of a schedule (Amazon EventBridge User Guide, *Scheduled events*).
    Schedule {
        /// The kind of the event.
        #[serde(rename = "detail-type")]
        detail_type: String,
    },
    /// Any other value.
    Unknown(IgnoredAny),
}

/// A change of an item. The run needs the keys only.
#[derive(Debug, Deserialize)]
pub struct StreamRecord {
    dynamodb: ChangedItem,
}

#[derive(Debug, Deserialize)]
struct ChangedItem {
    #[serde(rename = "Keys")]
    keys: ItemKeys,
}

#[derive(Debug, Deserialize)]
struct ItemKeys {
    #[serde(rename = "PK")]
    partition: TextAttribute,
    #[serde(rename = "SK")]
    sort: TextAttribute,
}

#[derive(Debug, Deserialize)]
struct TextAttribute {
    #[serde(rename = "S")]
    text: String,
}

impl TriggerEvent {
    /// Returns the work that the event asks for; `None` when the event is malformed.
    pub fn trigger(&self) -> Option<Trigger> {
        match self {
            Self::Stream { records } => {
                let tenants = records.iter().map(StreamRecord::tenant);
                let tenants: BTreeSet<TenantId> = tenants.collect::<Option<_>>()?;
                (!tenants.is_empty()).then_some(Trigger::Tenants(tenants))
            }
            Self::Schedule { detail_type } if detail_type == "Scheduled Event" => {
                Some(Trigger::Minute)
            }
            Self::Schedule { .. } | Self::Unknown(_) => None,
        }
    }
}

impl StreamRecord {
    /// Returns the tenant of the changed item. An item of the outbox has the tenant in its partition key, as
    /// `TENANT#{t}#OUTBOX`. An item of due work has it in its sort key, as `{time}#{t}#{id}`.
    fn tenant(&self) -> Option<TenantId> {
        let ItemKeys { partition, sort } = &self.dynamodb.keys;
        let tenant = match partition.text.as_str() {
            "DUE" => sort.text.split('#').nth(1)?,
            outbox => outbox.strip_prefix("TENANT#")?.strip_suffix("#OUTBOX")?,
        };
        TenantId::parse(tenant)
    }
}

#[cfg(test)]
mod tests {
    use super::{Trigger, TriggerEvent};
    use crate::model::tenant::TenantId;
    use serde_json::{Value, json};

    fn trigger(event: Value) -> Option<Trigger> {
        let event: TriggerEvent = serde_json::from_value(event).expect("every value is an event");
        event.trigger()
    }

    fn record(partition: &str, sort: &str) -> Value {
        json!({
            "eventName": "INSERT",
            "dynamodb": {"Keys": {"PK": {"S": partition}, "SK": {"S": sort}}, "SizeBytes": 90},
        })
    }

    fn tenants(ids: &[&str]) -> Option<Trigger> {
        let ids = ids.iter().map(|id| TenantId::parse(id).expect("an id"));
        Some(Trigger::Tenants(ids.collect()))
    }

    #[test]
    fn the_sample_events_are_a_batch_and_a_minute() {
        let sample = |text: &str| trigger(serde_json::from_str(text).expect("JSON"));
        let batch = sample(include_str!("../../events/deliver/stream.json"));
        assert_eq!(batch, tenants(&["demo"]));
        let minute = sample(include_str!("../../events/deliver/minute.json"));
        assert_eq!(minute, Some(Trigger::Minute));
    }

    #[test]
    fn a_batch_names_each_tenant_once() {
        let records = [
            record("TENANT#globex#OUTBOX", "E#5a3b1e00-0000-4000-8000-000000000001#000000000007"),
            record("TENANT#acme#OUTBOX", "S#5a3b1e00-0000-4000-8000-000000000002"),
            record("TENANT#acme#OUTBOX", "T#acme#000000000002"),
            record("DUE", "2026-11-29T12:00:00.123Z#initech#5a3b1e00-0000-4000-8000-000000000003"),
        ];
        assert_eq!(trigger(json!({"Records": records})), tenants(&["acme", "globex", "initech"]));
    }

    #[test]
    fn a_malformed_event_names_no_work() {
        let good = record("TENANT#acme#OUTBOX", "T#acme#000000000002");
        let bad_records = [
            json!({}),
            json!({"dynamodb": {"Keys": {}}}),
            json!({"dynamodb": {"Keys": {"PK": {"S": "DUE"}}}}),
            json!({"dynamodb": {"Keys": {"PK": {"N": "1"}, "SK": {"S": "x"}}}}),
            record("TENANT#acme#EMPLOYEE", "x"),
            record("TENANT#No Id#OUTBOX", "x"),
            record("TENANT##OUTBOX", "x"),
            record("DUE", "2026-11-29T12:00:00.123Z"),
        ];
        for bad in bad_records {
            assert_eq!(trigger(json!({"Records": [good, bad]})), None, "{bad}");
        }
        for event in [
            json!(null),
            json!(7),
            json!("minute"),
            json!([]),
            json!([[]]),
            json!({}),
            json!({"Records": []}),
            json!({"Records": "all"}),
            json!({"detail-type": "EC2 Instance State-change Notification"}),
            json!({"detail-type": ["Scheduled Event"]}),
        ] {
            assert_eq!(trigger(event.clone()), None, "{event}");
        }
    }
}
