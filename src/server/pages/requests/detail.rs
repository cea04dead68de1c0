//! The page of one request.

use super::entry::{NamedRecord, sentence};
use crate::directory::tenants::requests::Place;
use crate::model::cause_texts::grouped;
use crate::model::noted_request::{AttributeResult, NotedRequest};
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::pages::frame::{Frame, Section, When, show as show_page};
use crate::server::pages::guard::Visitor;
use crate::server::pages::messages::explain;
use askama::Template;
use axum::extract::{Path, State};

#[derive(Template)]
#[template(path = "request.html")]
struct RequestPage {
    frame: Frame,
    meaning: &'static str,
    sentence: String,
    /// The name of the cause, for the list of requests with it.
    cause: Option<&'static str>,
    what_to_do: Option<String>,
    record: Option<NamedRecord>,
    /// The label of the token; `None` for a token that ended long ago.
    token: Option<String>,
    count: String,
    first: When,
    last: When,
    request: NotedRequest,
}

impl RequestPage {
    /// The results of the attributes, with their words.
    fn results(&self) -> impl Iterator<Item = (&str, &'static str)> {
        let results = self.request.results.iter();
        results.map(|AttributeResult { name, result }| (&**name, result.words()))
    }
}

/// Shows a request.
pub(in crate::server::pages) async fn show(
    State(services): State<Services>,
    visitor: Visitor,
    Path((_, page, row)): Path<(String, String, String)>,
) -> Answer {
    let not_found = || {
        ApiError::not_found(
            "Rollcall does not keep this request any more. Open the list of requests",
        )
    };
    let place = Place { page, row: row.parse().map_err(|_| not_found())? };
    let (tenant, found) = tokio::try_join!(
        services.tenants.get(&visitor.tenant),
        services.sync.find_request(&visitor.tenant, &place)
    )
    .map_err(explain)?;
    let request = found.ok_or_else(not_found)?;
    let id = request.record.map(|record| record.id);
    let names = visitor.directory.history().names(id).await.map_err(explain)?;
    let provider = tenant.settings.provider_or_other();
    let token = tenant.label_of(&request.token);
    let attribute = request.attributes.first().map(String::as_str);
    show_page(&RequestPage {
        frame: Frame::of(&visitor, Section::Requests),
        meaning: request.meaning.words(),
        sentence: sentence(&request),
        cause: request.cause.map(|cause| cause.name()),
        what_to_do: request.cause.map(|cause| cause.what_to_do(attribute, provider)),
        record: request.record.map(|record| NamedRecord::of(record, &names)),
        token: token.map(str::to_owned),
        count: grouped(request.count),
        first: When::new(request.first),
        last: When::new(request.last),
        request,
    })
}
