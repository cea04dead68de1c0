//! `rollcall destination`.

use super::actor::ACTOR;
use super::arguments::Deployment;
use super::arguments::destination::{
    ChangeArguments, Create, DestinationCommand, EveryArgument, KindArgument, Named,
    OptionArguments, PayloadArgument, ResumePlace, Set,
};
use super::arguments::settings::OnOff;
use super::destination_output::{
    deliveries_json, print_deliveries, print_list, print_outcome, show, view_json,
};
use super::exit::Refused;
use super::input::Input;
use super::open::Purpose;
use super::{input, open, output, paging};
use rollcall::app::App;
use rollcall::directory::destinations::calls::DestinationCalls;
use rollcall::directory::destinations::{
    DestinationChanges, DestinationKind, Every, NewDestination, Options, Payload, ResumeFrom,
};
use rollcall::directory::precondition::Precondition;
use rollcall::outbound::AddressPolicy;
use secrecy::SecretString;
use serde_json::{Value, json};
use std::path::Path;

/// The most bytes that a command reads for a URL.
const MOST_URL_BYTES: u64 = 4_096;

pub async fn run(
    deployment: &Deployment,
    command: DestinationCommand,
    json: bool,
) -> anyhow::Result<()> {
    let mut app = open::open(deployment, Purpose::Use).await?;
    if command.allows_this_machine() {
        let policy = AddressPolicy::allowing_loopback(Some(&app.public_url));
        app = app.with_addresses(policy);
    }
    let (all, any) = (&app.destinations, Precondition::default());
    match command {
        DestinationCommand::Create(arguments) => create(&app, arguments, json).await,
        DestinationCommand::List { tenant } => {
            let listed = all.list(&tenant).await?;
            match json {
                true => output::print_json(&listed.iter().map(view_json).collect::<Value>()),
                false => print_list(&listed),
            }
        }
        DestinationCommand::Show(named) => show_one(&app, &named, None, json).await,
        DestinationCommand::Set(Set { destination: named, changes, .. }) => {
            let changes = read_changes(changes)?;
            all.change(&named.tenant, named.id, &changes, &any, &ACTOR).await?;
            show_one(&app, &named, None, json).await
        }
        DestinationCommand::Pause(named) => {
            all.pause(&named.tenant, named.id, &any, &ACTOR).await?;
            show_one(&app, &named, None, json).await
        }
        DestinationCommand::Resume { destination: named, from } => {
            let from = match from {
                ResumePlace::Here => ResumeFrom::Here,
                ResumePlace::End => ResumeFrom::End,
            };
            all.resume(&named.tenant, named.id, from, &any, &ACTOR).await?;
            show_one(&app, &named, None, json).await
        }
        DestinationCommand::ReplaceSecret { destination: named, overlap } => {
            let overlap = overlap.try_into().unwrap_or(time::Duration::MAX);
            let replaced =
                all.replace_secret(&named.tenant, named.id, overlap, &any, &ACTOR).await?;
            show_one(&app, &named, replaced.signing_secret.as_ref(), json).await
        }
        DestinationCommand::Remove(named) => {
            all.remove(&named.tenant, named.id, &any, &ACTOR).await?;
            match json {
                true => output::print_json(&json!({"removed": named.id})),
                false => output::print("The destination is removed."),
            }
        }
        DestinationCommand::Test { destination: named, .. } => {
            print_outcome(&app.runner().send_test(&named.tenant, named.id).await?, json)
        }
        DestinationCommand::Resend { destination: named, event, .. } => {
            print_outcome(&app.runner().resend(&named.tenant, named.id, &event).await?, json)
        }
        DestinationCommand::Deliveries { destination: named, limit } => {
            let read = async |cursor: Option<&str>, count| {
                all.deliveries(&named.tenant, named.id, cursor, count).await
            };
            let rows = paging::read_rows(limit, read).await?;
            match json {
                true => output::print_json(&deliveries_json(&rows)),
                false => print_deliveries(&rows),
            }
        }
        DestinationCommand::Replay { destination: named, after } => {
            all.replay(&named.tenant, named.id, &after, &ACTOR).await?;
            show_one(&app, &named, None, json).await
        }
    }
}

async fn create(app: &App, arguments: Create, json: bool) -> anyhow::Result<()> {
    let new = NewDestination {
        kind: arguments.kind.into(),
        name: arguments.name,
        url: read_url(&arguments.url_file)?,
        types: arguments.types.iter().map(ToString::to_string).collect(),
        attributes: arguments.attributes,
        options: arguments.options.into(),
        enabled: !arguments.paused,
    };
    let created = app.destinations.create(&arguments.tenant, &new, &ACTOR).await?;
    let named = Named { tenant: arguments.tenant, id: created.destination.id };
    show_one(app, &named, created.signing_secret.as_ref(), json).await
}

async fn show_one(
    app: &App,
    named: &Named,
    secret: Option<&SecretString>,
    json: bool,
) -> anyhow::Result<()> {
    let view = app.destinations.get(&named.tenant, named.id).await?;
    show(&view, secret, json)
}

fn read_changes(arguments: ChangeArguments) -> anyhow::Result<DestinationChanges> {
    let types: Vec<String> = arguments.types.iter().map(ToString::to_string).collect();
    let attributes = Some(arguments.attributes);
    let are_set = |list: &Vec<String>| !list.is_empty();
    Ok(DestinationChanges {
        name: arguments.name,
        url: arguments.url_file.as_deref().map(read_url).transpose()?,
        types: Some(types).filter(are_set),
        attributes: attributes.filter(|list| arguments.any_attribute || are_set(list)),
        options: arguments.options.into(),
        enabled: None,
    })
}

/// Reads a URL from a file; from standard input for `-`.
fn read_url(file: &Path) -> anyhow::Result<SecretString> {
    let Input { place, bytes } = input::read(file, MOST_URL_BYTES)?;
    let text = String::from_utf8(bytes);
    let text = text.map_err(|_| Refused(format!("the URL in {place} is not UTF-8 text")))?;
    match text.trim() {
        "" => Err(Refused(format!("there is no URL in {place}")).into()),
        url => Ok(SecretString::from(url)),
    }
}

impl From<OptionArguments> for Options {
    fn from(arguments: OptionArguments) -> Self {
        Self {
            payload: arguments.payload.map(|payload| match payload {
                PayloadArgument::Full => Payload::Full,
                PayloadArgument::Ids => Payload::Ids,
            }),
            every: arguments.every.map(|every| match every {
                EveryArgument::Minute => Every::Minute,
                EveryArgument::Quarter => Every::Quarter,
                EveryArgument::Hour => Every::Hour,
                EveryArgument::Day => Every::Day,
            }),
            hour: arguments.hour,
            names: arguments.names.map(|names| names == OnOff::On),
        }
    }
}

impl From<KindArgument> for DestinationKind {
    fn from(kind: KindArgument) -> Self {
        match kind {
            KindArgument::Webhook => Self::Webhook,
            KindArgument::Slack => Self::Slack,
            KindArgument::Teams => Self::Teams,
        }
    }
}
