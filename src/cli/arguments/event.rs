//! The arguments of `rollcall event`.

use super::value_parsers::tenant_id;
use clap::{Args, Subcommand};
use rollcall::directory::TenantId;
use rollcall::directory::events::cursor::FeedCursor;
use rollcall::directory::events::types::{EventType, TypePattern};

#[derive(Debug, Subcommand)]
pub enum EventCommand {
    /// List a tenant's events, oldest first: every change, once
    List {
        /// The id of the tenant
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
        /// List only events after this cursor, such as k7f2-412 [default: all events]
        #[arg(long, value_name = "CURSOR", value_parser = cursor)]
        after: Option<FeedCursor>,
        /// List only events of this type, such as employee.archived or employee.*; repeatable
        #[arg(long = "type", value_name = "TYPE", value_parser = type_pattern)]
        types: Vec<TypePattern>,
        /// Wait for more events until Ctrl-C. With --json, each event is one line
        #[arg(long)]
        follow: bool,
    },
    /// Give the feed a new epoch after a restore from a backup, so that old cursors fail instead of missing events
    Restarted(Restarted),
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Restarted {
    /// The id of the tenant
    #[arg(value_parser = tenant_id)]
    pub tenant: Option<TenantId>,
    /// All tenants of the deployment
    #[arg(long)]
    pub all: bool,
}

pub fn cursor(text: &str) -> Result<FeedCursor, String> {
    let of_event = || FeedCursor::parse_event_id(text).map(|(_, cursor)| cursor);
    let why = || "a cursor is such as k7f2-412, or the id of an event".to_owned();
    FeedCursor::parse(text).or_else(of_event).ok_or_else(why)
}

pub fn type_pattern(text: &str) -> Result<TypePattern, String> {
    TypePattern::parse(text).ok_or_else(|| {
        format!("the types are {}; employee.* names all of a kind", EventType::list())
    })
}
