//! The labels of new tokens: the proposed one, and the check that no two valid tokens have the same.

use crate::directory::access::tokens::{default_label, works};
use crate::directory::{Provider, Scope, Stage, Tenant, TokenRecord};
use crate::server::pages::words::{day_and_year, month_and_year};
use time::OffsetDateTime;

/// The most characters of a label.
const MOST_CHARS: usize = 100;
/// The error beside the field for a label that another token has.
pub(in crate::server::pages) const LABEL_TAKEN: &str =
    "Another token has this label. Enter a different one.";

/// The valid tokens of a scope that stay beside a new token.
pub(in crate::server::pages) struct Others<'a> {
    tenant: &'a Tenant,
    scope: Scope,
    now: OffsetDateTime,
    /// Whether the current token is one of them. A token that was never used ends when another is created.
    with_current: bool,
}

impl<'a> Others<'a> {
    /// Returns the tokens beside a created token.
    pub(in crate::server::pages) fn of_created(
        tenant: &'a Tenant,
        scope: Scope,
        now: OffsetDateTime,
    ) -> Self {
        Self { tenant, scope, now, with_current: false }
    }

    /// Returns the tokens beside a token that replaces the current one. The old token keeps its label.
    pub(super) fn of_replaced(tenant: &'a Tenant, scope: Scope, now: OffsetDateTime) -> Self {
        Self { tenant, scope, now, with_current: true }
    }

    /// Whether one of these tokens has a label.
    pub(in crate::server::pages) fn have(&self, label: &str) -> bool {
        self.tenant.tokens.iter().any(|token| {
            token.scope == self.scope
                && works(token, self.now)
                && (self.with_current || token.stage != Stage::Current)
                && token.label == label
        })
    }

    /// Returns the label that a form proposes: the name of the identity provider or the old label, with the month if
    /// another token has the name. Empty without a name.
    pub(in crate::server::pages) fn proposed_label(&self, provider: Provider) -> String {
        let current = self.tenant.current_token(self.scope).filter(|_| self.with_current);
        let name = match (self.scope, provider) {
            (Scope::Scim, provider @ (Provider::Okta | Provider::Entra)) => {
                provider.label().to_owned()
            }
            _ => current.map(|token| name_of(token, self.scope)).unwrap_or_default(),
        };
        if name.is_empty() {
            return name;
        }
        let [month, day] = [month_and_year(self.now), day_and_year(self.now)];
        let dated = [format!("{name} {month}"), format!("{name} {day}")];
        let plain = (!self.with_current).then_some(name);
        let mut labels = plain.into_iter().chain(dated);
        let is_free = |label: &String| label.chars().count() <= MOST_CHARS && !self.have(label);
        labels.find(is_free).unwrap_or_default()
    }
}

/// Returns the label of a token without the month or the day that a form added. A default label is a name of the service, and gives
/// an empty text.
fn name_of(token: &TokenRecord, scope: Scope) -> String {
    let label = &*token.label;
    let dates = [day_and_year(token.created), month_and_year(token.created)];
    let without = |date: String| label.strip_suffix(&format!(" {date}"));
    let name = dates.into_iter().find_map(without).unwrap_or(label);
    if label == default_label(scope) { String::new() } else { name.to_owned() }
}
