//! References to changes. The outbox and the feed hold them instead of the changes, so they hold no personal data.

use super::actor::ActorKind;
use super::history::EventKind;
use super::kind::Kind;
use scim::date_time;
use serde_json::Value;
use std::fmt;
use time::OffsetDateTime;
use uuid::Uuid;

/// The owner of a history: a record, or the tenant itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An employee.
    Employee(Uuid),
    /// A group.
    Group(Uuid),
    /// The tenant: its settings, tokens and destinations, and erasures.
    Tenant,
}

impl Subject {
    /// The id of the employee or group; `None` for the tenant.
    pub fn id(self) -> Option<Uuid> {
        match self {
            Self::Employee(id) | Self::Group(id) => Some(id),
            Self::Tenant => None,
        }
    }

    /// Makes the subject of a record.
    pub fn of_record(kind: Kind, id: Uuid) -> Self {
        match kind {
            Kind::Employee => Self::Employee(id),
            Kind::Group => Self::Group(id),
        }
    }
}

/// A reference to one event: to an entry of a history, or a finding about the sync.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventRef {
    /// A change. Its history entry has the details.
    Change(ChangeRef),
    /// A finding about the identity provider's requests. It has no history entry.
    Sync(SyncRef),
}

/// A reference to an entry of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRef {
    /// The owner of the history.
    pub subject: Subject,
    /// The revision that the change made.
    pub revision: u64,
    /// The kind of the change.
    pub kind: EventKind,
    /// The kind of the actor.
    pub actor: ActorKind,
    /// The time of the change.
    pub at: OffsetDateTime,
    /// The erased employee. Only the tenant's entry of an erasure has one.
    pub erased: Option<Uuid>,
}

/// A finding about the identity provider's requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncRef {
    /// The finding.
    pub finding: SyncFinding,
    /// The time of the finding.
    pub at: OffsetDateTime,
}

/// The findings about an identity provider's requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyncFinding {
    /// Requests fail, after an hour without failed requests.
    Refused {
        /// The number of failed requests in the note.
        count: u64,
        /// The HTTP status of the newest failed request.
        status: u16,
        /// The method and the route of the newest failed request.
        operation: String,
    },
    /// No request came for longer than usual.
    Silent,
    /// Requests came again after a silence.
    Resumed,
}

impl EventRef {
    /// The subject that the event is about: an erasure is about the employee, and a finding about the tenant.
    pub fn subject(&self) -> Subject {
        match self {
            Self::Change(change) => change.erased.map_or(change.subject, Subject::Employee),
            Self::Sync(_) => Subject::Tenant,
        }
    }

    /// The time of the event.
    pub fn at(&self) -> OffsetDateTime {
        match self {
            Self::Change(change) => change.at,
            Self::Sync(sync) => sync.at,
        }
    }

    /// Reads a reference; `None` for a text that this program does not write.
    pub fn parse(text: &str) -> Option<Self> {
        let (letter, rest) = text.split_once('#')?;
        if letter == "S" {
            return SyncRef::parse(rest).map(Self::Sync);
        }
        let mut parts = rest.split('#');
        let id = parts.next()?;
        let subject = match letter {
            "E" => Subject::Employee(id.parse().ok()?),
            "G" => Subject::Group(id.parse().ok()?),
            "T" => Subject::Tenant,
            _ => return None,
        };
        let revision = parts.next()?.parse().ok()?;
        let kind = serde_json::from_value(Value::from(parts.next()?)).ok()?;
        let actor = parts.next()?.parse().ok()?;
        let at = date_time::parse(parts.next()?)?;
        let erased = parts.next().map(str::parse).transpose().ok()?;
        Some(Self::Change(ChangeRef { subject, revision, kind, actor, at, erased }))
    }
}

/// Writes `E#{id}#{revision}#{kind}#{actor}#{time}`, with `G` for groups. `T##{revision}#{kind}#{actor}#{time}` is a
/// change of the tenant; that of an erasure ends with `#{employee}`.
impl fmt::Display for ChangeRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.subject {
            Subject::Employee(id) => write!(formatter, "E#{id}")?,
            Subject::Group(id) => write!(formatter, "G#{id}")?,
            Subject::Tenant => formatter.write_str("T#")?,
        }
        let (kind, actor) = (self.kind.as_str(), self.actor.as_str());
        let at = date_time::format(self.at);
        write!(formatter, "#{}#{kind}#{actor}#{at}", self.revision)?;
        match self.erased {
            Some(employee) => write!(formatter, "#{employee}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for EventRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Change(change) => change.fmt(formatter),
            Self::Sync(sync) => sync.fmt(formatter),
        }
    }
}

impl SyncRef {
    fn parse(text: &str) -> Option<Self> {
        let (rest, at) = text.rsplit_once('#')?;
        let at = date_time::parse(at)?;
        let finding = match rest.split_once('#') {
            None if rest == "silent" => SyncFinding::Silent,
            None if rest == "resumed" => SyncFinding::Resumed,
            Some(("refused", details)) => {
                let mut details = details.splitn(3, '#');
                SyncFinding::Refused {
                    count: details.next()?.parse().ok()?,
                    status: details.next()?.parse().ok()?,
                    operation: details.next()?.to_owned(),
                }
            }
            _ => return None,
        };
        Some(Self { finding, at })
    }
}

/// Writes `S#refused#{count}#{status}#{operation}#{time}`, `S#silent#{time}` or `S#resumed#{time}`.
impl fmt::Display for SyncRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = date_time::format(self.at);
        match &self.finding {
            SyncFinding::Refused { count, status, operation } => {
                write!(formatter, "S#refused#{count}#{status}#{operation}#{at}")
            }
            SyncFinding::Silent => write!(formatter, "S#silent#{at}"),
            SyncFinding::Resumed => write!(formatter, "S#resumed#{at}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_reference_reads_back_as_it_was_written() {
        let at = datetime!(2026-11-29 12:00:00.123 UTC);
        let id = Uuid::from_u128(7);
        let change = |subject, kind, erased| {
            let actor = ActorKind::Administrator;
            EventRef::Change(ChangeRef { subject, revision: 12, kind, actor, at, erased })
        };
        let sync = |finding| EventRef::Sync(SyncRef { finding, at });
        let operation = "PATCH /Users/{id}".to_owned();
        for (reference, text) in [
            (
                change(Subject::Employee(id), EventKind::Archived, None),
                "E#00000000-0000-0000-0000-000000000007#12#archived#administrator#2026-11-29T12:00:00.123Z",
            ),
            (
                change(Subject::Group(id), EventKind::Updated, None),
                "G#00000000-0000-0000-0000-000000000007#12#updated#administrator#2026-11-29T12:00:00.123Z",
            ),
            (
                change(Subject::Tenant, EventKind::SettingsChanged, None),
                "T##12#settingsChanged#administrator#2026-11-29T12:00:00.123Z",
            ),
            (
                change(Subject::Tenant, EventKind::Erased, Some(id)),
                "T##12#erased#administrator#2026-11-29T12:00:00.123Z#00000000-0000-0000-0000-000000000007",
            ),
            (
                sync(SyncFinding::Refused { count: 3, status: 400, operation }),
                "S#refused#3#400#PATCH /Users/{id}#2026-11-29T12:00:00.123Z",
            ),
            (sync(SyncFinding::Silent), "S#silent#2026-11-29T12:00:00.123Z"),
            (sync(SyncFinding::Resumed), "S#resumed#2026-11-29T12:00:00.123Z"),
        ] {
            assert_eq!(reference.to_string(), text);
            assert_eq!(EventRef::parse(text), Some(reference));
        }
    }

    #[test]
    fn another_text_is_no_reference() {
        for text in [
            "",
            "E",
            "E#7#1#created#operator#2026-11-29T12:00:00Z",
            "T##1#created#2026-11-29T12:00:00Z",
            "T##1#created#nobody#2026-11-29T12:00:00Z",
            "X##1#created#operator#now",
            "S#lost#now",
        ] {
            assert_eq!(EventRef::parse(text), None, "{text}");
        }
    }
}
