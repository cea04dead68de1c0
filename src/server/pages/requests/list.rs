//! The list of requests.

use super::chart::Chart;
use super::entry::{About, Entry, Joined, entries, joined};
use super::filter::Filter;
use super::unauthorized::UnauthorizedRow;
use crate::model::cause_texts::grouped;
use crate::server::context::Services;
use crate::server::error::Answer;
use crate::server::pages::fragment;
use crate::server::pages::frame::{Frame, Section, When};
use crate::server::pages::guard::Visitor;
use crate::server::pages::messages::explain;
use crate::server::pages::pager::Pager;
use crate::server::query::Pairs;
use askama::Template;
use axum::extract::State;
use http::HeaderMap;

/// The rows of a page.
const ROWS: usize = 50;

/// The list of requests.
#[derive(Template)]
#[template(path = "requests.html", blocks = ["part"])]
struct RequestsPage {
    frame: Frame,
    show: Show,
    chart: Chart,
    failed: String,
    unauthorized_count: String,
    /// The end of the recording.
    record_until: Option<When>,
    /// The words of the filter; empty without one.
    filter: String,
    rows: Vec<Entry>,
    unauthorized: Vec<UnauthorizedRow>,
    pager: Pager,
    /// The path of the list that refreshes itself; `None` on a page that is not the first.
    live: Option<String>,
}

/// The tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Show {
    Failed,
    Unauthorized,
    Recorded,
}

impl Show {
    /// Reads the tab. Another value shows the failed requests.
    fn read(query: &Pairs) -> Self {
        match query.get("show") {
            Some("unauthorized") => Self::Unauthorized,
            Some("recorded") => Self::Recorded,
            _ => Self::Failed,
        }
    }

    /// The name in the query.
    fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Unauthorized => "unauthorized",
            Self::Recorded => "recorded",
        }
    }

    fn is_failed(self) -> bool {
        self == Self::Failed
    }

    fn is_unauthorized(self) -> bool {
        self == Self::Unauthorized
    }

    fn is_recorded(self) -> bool {
        self == Self::Recorded
    }
}

/// Shows the list.
pub(in crate::server::pages) async fn list(
    State(services): State<Services>,
    visitor: Visitor,
    headers: HeaderMap,
    query: Pairs,
) -> Answer {
    let (show, filter) = (Show::read(&query), Filter::read(&query));
    let (sync, id) = (&services.sync, &visitor.tenant);
    let read = tokio::try_join!(sync.requests(id), sync.traffic(id));
    let (log, traffic) = read.map_err(explain)?;
    let listed = log.failed.iter().map(|placed| placed.request.count).sum();
    let requests = match show {
        Show::Failed => log.failed,
        Show::Unauthorized => Vec::new(),
        Show::Recorded => sync.recorded_requests(id).await.map_err(explain)?,
    };
    let requests: Vec<_> = requests.into_iter().filter(|placed| filter.fits(placed)).collect();
    let groups = match show == Show::Failed && !filter.is_set() {
        true => joined(requests),
        false => requests.into_iter().map(Joined::of).collect(),
    };
    let offset = query.cursor().and_then(|cursor| cursor.parse::<usize>().ok()).unwrap_or(0);
    let total = groups.len();
    let of_page = groups.into_iter().skip(offset).take(ROWS).collect();
    let rows = entries(&visitor.directory, of_page).await.map_err(explain)?;
    let path = visitor.site.path(&format!("requests?show={}{}", show.name(), filter.query()));
    let pager = pager(&path, offset, rows.len(), total);
    let now = services.tenants.now();
    let unauthorized = &log.record.unauthorized;
    let page = RequestsPage {
        chart: Chart::of(traffic),
        // The ring has fewer rows after many failures, and the counts are by day.
        failed: grouped(log.record.failed().max(listed)),
        unauthorized_count: grouped(unauthorized.iter().map(|requests| requests.count).sum()),
        record_until: log.record.record_until.filter(|until| *until > now).map(When::new),
        filter: filter.words(),
        rows,
        unauthorized: match show {
            Show::Unauthorized => unauthorized
                .iter()
                .map(|one| UnauthorizedRow::of(one, visitor.provider()))
                .collect(),
            _ => Vec::new(),
        },
        pager,
        live: (offset == 0).then_some(path),
        frame: Frame::of(&visitor, Section::Requests).with_notice(&query),
        show,
    };
    fragment::answer(&headers, &page, &page.as_part())
}

fn pager(list: &str, offset: usize, rows: usize, total: usize) -> Pager {
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let next = offset.saturating_add(rows);
    let next = (next < total).then(|| next.to_string());
    let previous = (offset > 0).then(|| offset.saturating_sub(ROWS).to_string());
    let pager = Pager::new(list, previous.as_deref(), next.as_deref());
    pager.with_place(number(offset).saturating_add(1), rows, Some(number(total)))
}
