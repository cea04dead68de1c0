//! Shows the page.

use super::chart::Chart;
use super::latest::{LatestRow, rows};
use super::state_card::StateCard;
use super::to_do_rows::ToDoRow;
use crate::directory::tenants::sync_state::SyncFacts;
use crate::directory::tenants::to_do::{FailedRequests, ToDoFacts};
use crate::directory::{Error, Tenant};
use crate::model::cause::Cause;
use crate::model::governed::GovernedAttribute;
use crate::model::link::{Link, LinkScope};
use crate::model::noted_request::NotedRequest;
use crate::model::people_counts::PeopleCounts;
use crate::model::sync::{SyncRecord, UnknownAttribute};
use crate::server::context::Services;
use crate::server::error::Answer;
use crate::server::page_urls::Site;
use crate::server::pages::fragment::{answer, wants_fragment};
use crate::server::pages::frame::{Frame, Section, StateBadge, When, show as show_page};
use crate::server::pages::guard::Visitor;
use crate::server::pages::messages::explain;
use crate::server::pages::requests::sentence;
use crate::server::pages::sentences::Part;
use crate::server::pages::toast::Toast;
use crate::server::pages::words::grouped;
use crate::server::path::FinalSlash;
use crate::server::query::Pairs;
use crate::server::response::redirect;
use askama::Template;
use axum::Extension;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderMap;
use std::collections::BTreeSet;
use strum::IntoEnumIterator;
use time::OffsetDateTime;

/// The changes below the to-do list.
const LATEST: usize = 5;

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewPage {
    frame: Frame,
    card: StateCard,
    numbers: Numbers,
    chart: Chart,
    to_do: Vec<ToDoRow>,
    /// The time of the last failed request, for an empty to-do list.
    last_failure: Option<When>,
    latest: Vec<LatestRow>,
}

#[derive(Template)]
#[template(path = "overview_state.html")]
struct StatePart {
    /// The path of the tenant's pages.
    root: String,
    card: StateCard,
}

/// The numbers on the page.
struct Numbers {
    active: String,
    archived: String,
    groups: String,
    /// The failed requests of the last seven days.
    failed: String,
    has_people: bool,
}

/// Redirects the path without its final slash, because the cookie is valid only below the slash.
pub(in crate::server::pages) async fn with_final_slash(
    Extension(site): Extension<Site>,
    slash: Option<Extension<FinalSlash>>,
    request: Request,
    next: Next,
) -> Response {
    match slash {
        None if site.tenant().is_some() => redirect(&site.root()),
        _ => next.run(request).await,
    }
}

/// Shows the page, or the state alone for a script. An empty tenant without a request leads to *Connect*, unless the
/// administrator skipped it.
pub(in crate::server::pages) async fn show(
    State(services): State<Services>,
    visitor: Visitor,
    headers: HeaderMap,
    query: Pairs,
) -> Answer {
    if wants_fragment(&headers) {
        return show_state(&services, &visitor, &headers).await;
    }
    let toast = query.get("done").and_then(Toast::of_action);
    let is_skipped = query.get("skip").is_some() || toast.is_some();
    render(&services, &visitor, toast, is_skipped).await
}

/// Shows the state alone, with one consistent read.
async fn show_state(services: &Services, visitor: &Visitor, headers: &HeaderMap) -> Answer {
    let record = services.sync.latest_record(&visitor.tenant).await.map_err(explain)?;
    let now = services.tenants.now();
    let facts = SyncFacts::of(&visitor.record, &record, now);
    let part =
        StatePart { root: visitor.site.root(), card: StateCard::of(&facts, visitor.provider()) };
    answer(headers, &part, &part)
}

/// Renders the page with a notice.
pub(super) async fn render(
    services: &Services,
    visitor: &Visitor,
    toast: Option<Toast>,
    is_skipped: bool,
) -> Answer {
    let (tenant, record, counts, newest, links) = tokio::try_join!(
        services.tenants.get(&visitor.tenant),
        visitor.known_record(services, &visitor.record),
        visitor.directory.counts(),
        visitor.directory.events().newest_with_days(LATEST),
        services.access.links(&visitor.tenant),
    )
    .map_err(explain)?;
    let people = counts.people;
    let is_empty = record.last_request.is_none() && people.active + people.archived == 0;
    if is_empty && !is_skipped {
        return Ok(redirect(&visitor.site.path("connect")));
    }
    let latest = rows(visitor, &newest.events).await?;
    let now = services.tenants.now();
    let facts = SyncFacts::of(&tenant, &record, now);
    let is_open = |link: &&Link| link.scope == LinkScope::Connect && link.expires > now;
    let link_expires = links.iter().filter(is_open).map(|link| link.expires).max();
    let failed = failed_requests(services, &tenant, &record).await.map_err(explain)?;
    let to_do = to_do(visitor, &tenant, (&record, &failed), &facts, people, link_expires);
    let mut frame = Frame::of(visitor, Section::Overview);
    frame.state = Some(StateBadge::of(&facts.state()));
    if let Some(toast) = toast {
        frame = frame.with_toast(toast);
    }
    show_page(&OverviewPage {
        card: StateCard::of(&facts, visitor.provider()),
        numbers: Numbers {
            active: grouped(people.active),
            archived: grouped(people.archived),
            groups: grouped(counts.groups),
            failed: grouped(record.failures.values().flat_map(|causes| causes.values()).sum()),
            has_people: people.active + people.archived > 0,
        },
        chart: Chart::of(&newest.days),
        to_do,
        last_failure: facts.last_failure.map(When::new),
        latest,
        frame,
    })
}

/// Makes the to-do list.
fn to_do(
    visitor: &Visitor,
    tenant: &Tenant,
    (record, failed): (&SyncRecord, &[FailedRequests]),
    facts: &SyncFacts<'_>,
    people: PeopleCounts,
    link_expires: Option<OffsetDateTime>,
) -> Vec<ToDoRow> {
    let (state, now) = (facts.state(), facts.now);
    let is_own = |attribute: &&GovernedAttribute| !attribute.is_from_idp(tenant.settings);
    let own = GovernedAttribute::ALL.iter().filter(is_own);
    let not_used: Vec<_> = own.map(|attribute| (*attribute, people.sent(*attribute))).collect();
    let ignored: Vec<UnknownAttribute> = record.shown_unknown(now).cloned().collect();
    let to_do = ToDoFacts {
        now,
        state: &state,
        token: facts.token,
        active: people.active,
        not_used: &not_used,
        failed,
        ignored: &ignored,
        not_linked: people.unlinked,
        link_expires,
        dismissed: &record.dismissed_causes,
    };
    let row = |entry| ToDoRow::of(visitor, tenant, &state, entry);
    to_do.entries().iter().map(row).collect()
}

/// Returns the failed requests of the last seven days, by cause. When all of a cause are about one attribute, the
/// sentence names it, as *Requests* does.
async fn failed_requests(
    services: &Services,
    tenant: &Tenant,
    record: &SyncRecord,
) -> Result<Vec<FailedRequests>, Error> {
    if record.failed() == 0 {
        return Ok(Vec::new());
    }
    let log = services.sync.requests(&tenant.id).await?;
    let of_cause = |cause: Cause| {
        let is_about = |request: &&NotedRequest| {
            request.cause.is_some_and(|other| other.name() == cause.name())
        };
        let requests = log.failed.iter().map(|placed| &placed.request).filter(is_about);
        let mut sentences: BTreeSet<String> = requests.map(sentence).collect();
        let only = sentences.pop_first().filter(|_| sentences.is_empty());
        FailedRequests {
            cause: cause.name().to_owned(),
            sentence: only.unwrap_or_else(|| cause.text().title.to_owned()),
            count: record.failed_with(cause),
        }
    };
    Ok(Cause::iter().map(of_cause).filter(|failed| failed.count > 0).collect())
}
