//! The filter of the list of requests.

use crate::directory::tenants::requests::PlacedRequest;
use crate::model::cause::Cause;
use crate::model::meaning::Meaning;
use crate::model::noted_request::NotedRequest;
use crate::server::pages::frame::encoded;
use crate::server::query::Pairs;
use strum::IntoEnumIterator;

/// The filter of the requests. A request must fit each part that is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter {
    cause: Option<Cause>,
    meaning: Option<Meaning>,
    status: Option<u16>,
    /// The attribute; empty for requests without one.
    attribute: Option<String>,
}

impl Filter {
    /// Reads the filter. A name that does not exist is no filter.
    pub(super) fn read(query: &Pairs) -> Self {
        let cause =
            query.get("cause").and_then(|name| Cause::iter().find(|one| one.name() == name));
        let meaning = query.get("meaning").and_then(|name| name.parse().ok());
        let status = query.get("status").and_then(|status| status.parse().ok());
        let attribute = query.get("attribute").map(str::to_owned);
        Self { cause, meaning, status, attribute }
    }

    /// The filter of the requests that share a row with this one.
    pub(super) fn like(request: &NotedRequest) -> Self {
        Self {
            cause: request.cause,
            meaning: Some(request.meaning),
            status: Some(request.status),
            attribute: Some(attribute_of(request).to_owned()),
        }
    }

    pub(super) fn is_set(&self) -> bool {
        self.cause.is_some()
            || self.meaning.is_some()
            || self.status.is_some()
            || self.attribute.is_some()
    }

    pub(super) fn fits(&self, placed: &PlacedRequest) -> bool {
        let request = &placed.request;
        let cause = request.cause.map(Cause::name);
        self.cause.is_none_or(|wanted| cause == Some(wanted.name()))
            && self.meaning.is_none_or(|wanted| request.meaning == wanted)
            && self.status.is_none_or(|wanted| request.status == wanted)
            && self.attribute.as_deref().is_none_or(|wanted| attribute_of(request) == wanted)
    }

    /// The words for an administrator; empty without a filter.
    pub(super) fn words(&self) -> String {
        let meaning = self.meaning.map(Meaning::words);
        let cause = self.cause.map(|cause| cause.text().title);
        let words: Vec<&str> = meaning.into_iter().chain(cause).collect();
        let status = self.status.map(|status| status.to_string());
        let attribute = self.attribute.clone().filter(|attribute| !attribute.is_empty());
        let words = [words.join(": ")].into_iter().chain(attribute).chain(status);
        words.filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" · ")
    }

    /// The parameters after `show`, each with a leading `&`.
    pub(super) fn query(&self) -> String {
        let cause = self.cause.map(|cause| format!("&cause={}", cause.name()));
        let meaning = self.meaning.map(|meaning| format!("&meaning={meaning}"));
        let status = self.status.map(|status| format!("&status={status}"));
        let attribute = self.attribute.as_deref();
        let attribute = attribute.map(|name| format!("&attribute={}", encoded(name)));
        [cause, meaning, status, attribute].into_iter().flatten().collect()
    }
}

fn attribute_of(request: &NotedRequest) -> &str {
    request.attributes.first().map(String::as_str).unwrap_or_default()
}
