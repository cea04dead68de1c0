//! The arguments of `rollcall destination`.

use super::event::{cursor, type_pattern};
use super::settings::OnOff;
use super::value_parsers::tenant_id;
use clap::{Args, Subcommand, ValueEnum};
use rollcall::directory::TenantId;
use rollcall::directory::events::cursor::FeedCursor;
use rollcall::directory::events::types::TypePattern;
use std::path::PathBuf;
use std::time::Duration;
use uuid::Uuid;

#[derive(Debug, Subcommand)]
pub enum DestinationCommand {
    /// Create a destination for the events from now on. The signing secret of a webhook is shown only once
    Create(Create),
    /// List a tenant's destinations with their states
    List {
        /// The id of the tenant
        #[arg(value_parser = tenant_id)]
        tenant: TenantId,
    },
    /// Show a destination with its state. Its URL is never shown
    Show(Named),
    /// Change a destination. A new URL keeps the signing secrets
    Set(Set),
    /// Pause a destination. Its position stays
    Pause(Named),
    /// Resume a destination
    Resume {
        #[command(flatten)]
        destination: Named,
        /// The place at which the deliveries resume
        #[arg(long, value_enum)]
        from: ResumePlace,
    },
    /// Make a new signing secret of a webhook, and print it once. The secret before it also signs for the overlap
    ReplaceSecret {
        #[command(flatten)]
        destination: Named,
        /// The time for which the secret before it also signs: a duration such as 24h, 30m or 0s, at most 7d. 0s ends all
        /// older secrets at once
        #[arg(long, value_parser = humantime::parse_duration, default_value = "24h")]
        overlap: Duration,
    },
    /// Remove a destination with its waiting events and its delivery log
    Remove(Named),
    /// List the deliveries to a destination, newest first
    Deliveries {
        #[command(flatten)]
        destination: Named,
        /// The maximum number of deliveries [default: all of the log]
        #[arg(long)]
        limit: Option<u32>,
    },
    /// Send a test to a destination now, outside of the feed
    Test {
        #[command(flatten)]
        destination: Named,
        #[command(flatten)]
        addresses: AddressArguments,
    },
    /// Send an event to a webhook again now, under the same id
    Resend {
        #[command(flatten)]
        destination: Named,
        /// The id of the event, as in the delivery log, such as evt_acme_k7f2_412
        #[arg(long, value_name = "EVENT")]
        event: String,
        #[command(flatten)]
        addresses: AddressArguments,
    },
    /// Deliver all events after a cursor again
    Replay {
        #[command(flatten)]
        destination: Named,
        /// The cursor of the last event that is not delivered again, such as k7f2-300
        #[arg(long, value_name = "CURSOR", value_parser = cursor)]
        after: FeedCursor,
    },
}

impl DestinationCommand {
    /// Whether destinations may be on this machine.
    pub fn allows_this_machine(&self) -> bool {
        match self {
            Self::Create(Create { addresses, .. })
            | Self::Set(Set { addresses, .. })
            | Self::Test { addresses, .. }
            | Self::Resend { addresses, .. } => addresses.allow_private_destinations,
            _ => false,
        }
    }
}

/// The addresses that a destination may have.
#[derive(Debug, Args)]
pub struct AddressArguments {
    /// Let the destination be on this machine, also with http, for development
    #[arg(long, env = "ROLLCALL_ALLOW_PRIVATE_DESTINATIONS")]
    pub allow_private_destinations: bool,
}

/// One destination of a tenant.
#[derive(Debug, Args)]
pub struct Named {
    /// The id of the tenant
    #[arg(value_parser = tenant_id)]
    pub tenant: TenantId,
    /// The id of the destination
    pub id: Uuid,
}

#[derive(Debug, Args)]
pub struct Create {
    /// The id of the tenant
    #[arg(value_parser = tenant_id)]
    pub tenant: TenantId,
    /// The kind of the destination
    #[arg(long, value_enum)]
    pub kind: KindArgument,
    /// A name, for people
    #[arg(long)]
    pub name: String,
    /// The file with the URL; - reads the URL from standard input. A URL is a credential, so it is no argument
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub url_file: PathBuf,
    /// A type of events, such as employee.archived or employee.*; repeatable
    #[arg(long = "type", value_name = "TYPE", value_parser = type_pattern, required = true)]
    pub types: Vec<TypePattern>,
    /// For employee.updated: an attribute such as department of which a change counts; repeatable [default: any]
    #[arg(long = "attribute", value_name = "NAME")]
    pub attributes: Vec<String>,
    #[command(flatten)]
    pub options: OptionArguments,
    /// Do not deliver before the command resume
    #[arg(long)]
    pub paused: bool,
    #[command(flatten)]
    pub addresses: AddressArguments,
}

#[derive(Debug, Args)]
pub struct Set {
    #[command(flatten)]
    pub destination: Named,
    #[command(flatten)]
    pub changes: ChangeArguments,
    #[command(flatten)]
    pub addresses: AddressArguments,
}

#[derive(Debug, Args)]
pub struct ChangeArguments {
    /// A name, for people
    #[arg(long)]
    pub name: Option<String>,
    /// The file with the new URL; - reads the URL from standard input
    #[arg(long, value_name = "FILE")]
    pub url_file: Option<PathBuf>,
    /// A type of events, such as employee.archived or employee.*; repeatable. It replaces all types
    #[arg(long = "type", value_name = "TYPE", value_parser = type_pattern)]
    pub types: Vec<TypePattern>,
    /// For employee.updated: an attribute of which a change counts; repeatable. It replaces all attributes
    #[arg(long = "attribute", value_name = "NAME")]
    pub attributes: Vec<String>,
    /// Let changes of any attribute count
    #[arg(long, conflicts_with = "attributes")]
    pub any_attribute: bool,
    #[command(flatten)]
    pub options: OptionArguments,
}

/// The options of one kind of destination.
#[derive(Debug, Clone, Copy, Args)]
pub struct OptionArguments {
    /// The content of a webhook's events
    #[arg(long, value_enum)]
    pub payload: Option<PayloadArgument>,
    /// The time that one message in Slack or Teams covers
    #[arg(long, value_enum)]
    pub every: Option<EveryArgument>,
    /// The hour (UTC) of a daily message, 0 to 23
    #[arg(long)]
    pub hour: Option<u8>,
    /// Whether messages name people, or have counts only
    #[arg(long, value_enum)]
    pub names: Option<OnOff>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KindArgument {
    /// Signed HTTP requests, one for each event
    Webhook,
    /// Messages in a channel in Slack
    Slack,
    /// Messages in a channel in Microsoft Teams
    Teams,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PayloadArgument {
    /// The changes, and the current record
    Full,
    /// Ids and the names of attributes
    Ids,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EveryArgument {
    /// 60 seconds
    Minute,
    /// 15 minutes
    Quarter,
    /// An hour
    Hour,
    /// A day
    Day,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ResumePlace {
    /// Where they stopped: the destination gets everything that it missed
    Here,
    /// At the newest event: the destination gets nothing that it missed
    End,
}
