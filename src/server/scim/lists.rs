//! Answers queries by GET and POST, for one kind of resource or all (RFC 7644 §3.4.2, §3.4.3; RFC 9865).

use super::extensions::caller_of;
use super::projections::Projections;
use crate::directory::lists::cursor::CURSOR_TIMEOUT_SECS;
use crate::directory::lists::{Query, Start};
use crate::directory::{Kind, Scope};
use crate::limits::LIMITS;
use crate::model::meaning::Meaning;
use crate::server::body::JsonObject;
use crate::server::context::{Caller, Services, TenantPath};
use crate::server::error::{Answer, ApiError};
use crate::server::query::Params;
use crate::server::response;
use axum::Extension;
use axum::extract::FromRequestParts;
use axum::routing::{MethodRouter, get, post};
use http::request::Parts;
use scim::cursor::{CursorState, Paging, Position};
use scim::filter::Filter;
use scim::list_response::ListResponse;
use scim::search::SearchParams;

/// The kinds of resource that an endpoint lists.
#[derive(Debug, Clone, Copy)]
struct Kinds(&'static [Kind]);

fn only(kind: Kind) -> Kinds {
    match kind {
        Kind::Employee => Kinds(&[Kind::Employee]),
        Kind::Group => Kinds(&[Kind::Group]),
    }
}

/// Routes `GET` of the resources of one kind.
pub(in crate::server) fn by_query(kind: Kind) -> MethodRouter<Services> {
    get(list).layer(Extension(only(kind)))
}

/// Routes `POST` to `/.search` below one kind (§3.4.3).
pub(in crate::server) fn by_body(kind: Kind) -> MethodRouter<Services> {
    post(search).layer(Extension(only(kind)))
}

/// Routes `GET` of the resources of all kinds (§3.4.2.1).
pub(in crate::server) fn all_by_query() -> MethodRouter<Services> {
    get(list).layer(Extension(Kinds(Kind::ALL)))
}

/// Routes `POST` to `/.search` (§3.4.3).
pub(in crate::server) fn all_by_body() -> MethodRouter<Services> {
    post(search).layer(Extension(Kinds(Kind::ALL)))
}

/// The caller of a query, and the kinds of resource that it lists.
struct Listing {
    services: Services,
    caller: Caller,
    path: TenantPath,
    kinds: Kinds,
}

impl FromRequestParts<Services> for Listing {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, services: &Services) -> Result<Self, ApiError> {
        let (caller, path) = caller_of(parts)?;
        let kinds = parts.extensions.get().copied();
        let kinds = kinds.ok_or_else(|| ApiError::unauthorized(Scope::Scim))?;
        Ok(Self { services: services.clone(), caller, path, kinds })
    }
}

async fn list(listing: Listing, Params(params): Params) -> Answer {
    listing.answer(&params).await
}

async fn search(listing: Listing, JsonObject(body): JsonObject) -> Answer {
    listing.answer(&SearchParams::from_body(&body, &LIMITS)?).await
}

impl Listing {
    async fn answer(&self, params: &SearchParams) -> Answer {
        self.trace_meaning(params);
        let projection = params.projection()?;
        let filter =
            params.filter.as_deref().map(|text| Filter::parse(text, &LIMITS)).transpose()?;
        let sort = params.sort()?;
        let paging = Paging::read(params, &LIMITS)?;
        let query = |start, count| Query {
            kinds: self.kinds.0,
            filter: filter.as_ref(),
            sort: sort.as_ref(),
            start,
            count,
            base_url: &self.path.base_url,
        };
        let directory = &self.caller.directory;
        let projections = Projections::new(&self.caller, &projection);
        let view = projections.view();
        let position = match &paging {
            Paging::Index(_) => None,
            Paging::Cursor { cursor, count } => {
                self.read(cursor.as_deref(), params, *count).await?
            }
        };
        let found = directory.lists().list(match &paging {
            Paging::Index(page) => query(Start::Index(page.offset()), page.count),
            Paging::Cursor { count, .. } => query(Start::Cursor(position.as_ref()), *count),
        });
        let found = found.await?;
        let relations = directory.related().of_list(&found, view).await?;
        let next = match &paging {
            Paging::Index(_) => None,
            Paging::Cursor { count, .. } => self.write(found.next, params, *count).await?,
        };
        let records = directory.related().settled(found.records, &relations, view).await?;
        let _turn = directory.related().turn_to_show(&records, view).await?;
        let records = directory.related().with_relations(records, &relations, view).await?;
        let rows = projections.rows(&records, &self.path);
        response::json_page(&match &paging {
            Paging::Index(page) => ListResponse::by_index(found.total, page.start_index, &rows),
            Paging::Cursor { .. } => {
                ListResponse::by_cursor(found.total, next.as_deref(), None, &rows)
            }
        })
    }

    /// Notes what the query means. *Test API Credentials* in Okta asks for two users without a filter.
    fn trace_meaning(&self, params: &SearchParams) {
        let [kind] = self.kinds.0 else { return };
        let page = (params.start_index.as_deref(), params.count.as_deref());
        let is_test = *kind == Kind::Employee && page == (Some("1"), Some("2"));
        let meaning = match &params.filter {
            Some(_) => Meaning::list(*kind, true),
            None if is_test => Meaning::TestCredentials,
            None => Meaning::list(*kind, false),
        };
        self.caller.trace.means(meaning);
    }

    /// Reads the position in a cursor, which must have been issued for this query (RFC 9865 §2).
    async fn read(
        &self,
        cursor: Option<&str>,
        params: &SearchParams,
        count: usize,
    ) -> Result<Option<Position>, ApiError> {
        let Some(cursor) = cursor else { return Ok(None) };
        let state = self.services.tenants.open_cursor(&self.caller.tenant, cursor).await?;
        state.check(params.digest(self.endpoint()), count, self.now_secs(), CURSOR_TIMEOUT_SECS)?;
        Ok(Some(state.position))
    }

    async fn write(
        &self,
        position: Option<Position>,
        params: &SearchParams,
        count: usize,
    ) -> Result<Option<String>, ApiError> {
        let Some(position) = position else { return Ok(None) };
        let state = CursorState {
            position,
            query: params.digest(self.endpoint()),
            count: u16::try_from(count).unwrap_or(u16::MAX),
            issued_at_secs: self.now_secs(),
        };
        Ok(Some(self.services.tenants.seal_cursor(&self.caller.tenant, &state).await?))
    }

    fn endpoint(&self) -> &str {
        match self.kinds.0 {
            [kind] => &self.caller.directory.resource_type(*kind).endpoint,
            _ => "/",
        }
    }

    fn now_secs(&self) -> u64 {
        u64::try_from(self.services.tenants.now().unix_timestamp()).unwrap_or_default()
    }
}
