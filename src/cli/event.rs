//! `rollcall event`.

use super::actor::ACTOR;
use super::arguments::Deployment;
use super::arguments::event::{EventCommand, Restarted};
use super::exit::Refused;
use super::open::{self, Purpose, enter};
use super::output;
use rollcall::app::App;
use rollcall::directory::events::body::{EventBody, FeedSource};
use rollcall::directory::events::cursor::FeedCursor;
use rollcall::directory::events::types::{EventType, TypePattern};
use rollcall::directory::{Directory, Tenant, TenantId};
use rollcall::server::tenant_urls::tenant_root;
use serde_json::{Value, json};
use std::time::Duration;

/// The events of one read.
const PAGE_EVENTS: usize = 200;
/// The pause between two reads that wait for more events.
const PAUSE: Duration = Duration::from_millis(500);

pub async fn run(deployment: &Deployment, command: EventCommand, json: bool) -> anyhow::Result<()> {
    let app = open::open(deployment, Purpose::Use).await?;
    match command {
        EventCommand::List { tenant, after, types, follow } => {
            let (tenant, directory) = enter(&app, &tenant).await?;
            let start = start(&tenant, after)?;
            let list = EventList { app: &app, tenant, directory, types, json };
            match follow {
                true => list.follow(start).await,
                false => list.print_all(start).await,
            }
        }
        EventCommand::Restarted(Restarted { tenant, .. }) => restart(&app, tenant, json).await,
    }
}

/// The number after which a list begins.
fn start(tenant: &Tenant, after: Option<FeedCursor>) -> anyhow::Result<u64> {
    let Some(cursor) = after else { return Ok(0) };
    cursor.number_in(tenant).ok_or_else(|| {
        let text = format!(
            "the cursor {cursor} belongs to another feed: the epoch of this feed is {}",
            tenant.feed_epoch
        );
        Refused(text).into()
    })
}

/// The events of a tenant that a command prints.
struct EventList<'a> {
    app: &'a App,
    tenant: Tenant,
    directory: Directory,
    types: Vec<TypePattern>,
    json: bool,
}

impl EventList<'_> {
    /// Prints all events after a number.
    async fn print_all(&self, mut after: u64) -> anyhow::Result<()> {
        let mut events = Vec::new();
        loop {
            let (page, last, more) = self.read(after).await?;
            events.extend(page);
            if !more || last == after {
                break;
            }
            after = last;
        }
        if self.json {
            return output::print_json(&serde_json::to_value(&events)?);
        }
        let rows = events.iter().map(|event| row(event).to_vec()).collect();
        let header = ["number", "time", "type", "subject", "by", "attributes"];
        output::print_table(&header, rows, "There are no events.")
    }

    /// Prints events as they come, a line for each, until the process is stopped or nobody reads its output.
    async fn follow(&self, mut after: u64) -> anyhow::Result<()> {
        loop {
            let (page, last, more) = self.read(after).await?;
            for event in &page {
                let line = match self.json {
                    true => serde_json::to_string(event)?,
                    false => row(event).join("  "),
                };
                if !output::print_bytes(format!("{line}\n").as_bytes())? {
                    return Ok(());
                }
            }
            after = last;
            if !more {
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Reads a page: the events of the wanted types, the number of the last event, and whether there are more.
    async fn read(&self, after: u64) -> anyhow::Result<(Vec<EventBody>, u64, bool)> {
        let events = self.directory.events();
        let page = events.list_after(after, PAGE_EVENTS).await?;
        let resolved = events.resolve(page.events).await?;
        let last = resolved.events.last().map_or(after, |event| event.number);
        let url = tenant_root(&self.app.public_url, &self.tenant.id);
        let source = FeedSource { tenant: &self.tenant, url: &url };
        let is_wanted =
            |kind| self.types.is_empty() || self.types.iter().any(|one| one.matches(kind));
        let wanted = resolved.events.iter();
        let wanted = wanted.filter(|event| is_wanted(EventType::of(&event.reference)));
        let bodies = wanted.map(|event| source.body(event)).collect();
        Ok((bodies, last, page.more && !resolved.is_cut))
    }
}

/// The cells of an event.
fn row(event: &EventBody) -> [String; 6] {
    let attributes = event.data.get("attributes").and_then(Value::as_array);
    let attributes: Vec<&str> =
        attributes.into_iter().flatten().filter_map(Value::as_str).collect();
    let actor = event.actor.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
    [
        event.sequence.to_string(),
        event.timestamp.clone(),
        event.kind.as_str().to_owned(),
        event.subject.clone(),
        output::printable(&actor),
        output::printable(&attributes.join(", ")),
    ]
}

/// Gives feeds a new epoch.
async fn restart(app: &App, tenant: Option<TenantId>, json: bool) -> anyhow::Result<()> {
    let tenants = match tenant {
        Some(tenant) => vec![tenant],
        None => app.tenants.list().await?,
    };
    let mut restarted = Vec::new();
    for id in tenants {
        let tenant = app.tenants.restart_feed(&id, &ACTOR).await?;
        restarted.push((id, tenant.feed_epoch));
    }
    if json {
        let tenants =
            restarted.iter().map(|(id, epoch)| json!({"id": id.as_str(), "epoch": epoch}));
        return output::print_json(&tenants.collect());
    }
    let rows = restarted.into_iter().map(|(id, epoch)| vec![id.to_string(), epoch]).collect();
    output::print_table(&["tenant", "epoch"], rows, "There are no tenants.")
}
