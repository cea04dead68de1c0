//! The facts that Connect shows: the tenant, the notes on the identity provider, and the counts of employees.

use super::guard::ConnectUser;
use super::ignored::Ignored;
use super::step::{Step, StepLink};
use crate::directory::access::tokens::works;
use crate::directory::people::PeopleCounts;
use crate::directory::{Provider, Scope, Stage, SyncRecord, Tenant, TokenRecord};
use crate::model::governed::GovernedAttribute;
use crate::model::sync::LatestRequest;
use crate::server::context::Services;
use crate::server::error::ApiError;
use crate::server::pages::access::Others;
use crate::server::pages::messages::explain;
use std::sync::Arc;
use time::OffsetDateTime;

/// The facts of one view.
pub(super) struct Facts {
    pub(super) tenant: Tenant,
    pub(super) sync: SyncRecord,
    pub(super) counts: PeopleCounts,
    /// The ignored attributes, look-alikes of location, department and manager first.
    pub(super) ignored: Arc<[Ignored]>,
    pub(super) now: OffsetDateTime,
}

impl Facts {
    /// Reads the facts: the tenant and the notes 1 read unit each, the counts at most 6. The notes are those of the last
    /// seven days.
    pub(super) async fn read(services: &Services, user: &ConnectUser) -> Result<Self, ApiError> {
        let people = user.directory.people();
        let notes = async {
            let tenant = services.tenants.get(&user.tenant).await?;
            let sync = match user.administrator() {
                Some(visitor) => visitor.known_record(services, &tenant).await?,
                None => services.sync.known_record(&tenant).await?,
            };
            Ok((tenant, sync))
        };
        let ((tenant, sync), counts) = tokio::try_join!(notes, people.counts()).map_err(explain)?;
        let now = services.tenants.now();
        let ignored = Ignored::all(user, &tenant, (&sync, &counts), now);
        Ok(Self { tenant, sync, counts, ignored, now })
    }

    /// Returns the identity provider whose screens the steps describe.
    pub(super) fn provider(&self) -> Provider {
        self.tenant.settings.provider_or_other()
    }

    /// Returns the older Secret Token while it works beside the current one.
    pub(super) fn older_token(&self) -> Option<&TokenRecord> {
        let is_older = |token: &&TokenRecord| {
            token.scope == Scope::Scim && token.stage == Stage::Previous && works(token, self.now)
        };
        self.tenant.tokens.iter().find(is_older)
    }

    /// Returns the valid Secret Token that the identity provider should have.
    pub(super) fn token(&self) -> Option<&TokenRecord> {
        self.tenant.current_token(Scope::Scim).filter(|token| works(token, self.now))
    }

    /// Whether a use of the current Secret Token is known.
    pub(super) fn is_token_used(&self) -> bool {
        self.token().is_some_and(|token| self.is_used(token))
    }

    /// Returns the tokens that stay beside a token of step 2.
    pub(super) fn others(&self) -> Others<'_> {
        Others::of_created(&self.tenant, Scope::Scim, self.now)
    }

    /// Whether a use of any valid Secret Token is known.
    pub(super) fn is_connected(&self) -> bool {
        let tokens = self.tenant.tokens.iter();
        tokens
            .filter(|token| token.scope == Scope::Scim && works(token, self.now))
            .any(|token| self.is_used(token))
    }

    fn is_used(&self, token: &TokenRecord) -> bool {
        self.sync.is_used(token.short_name())
    }

    /// Whether a request succeeded.
    pub(super) fn has_succeeded(&self) -> bool {
        let is_success = |latest: &LatestRequest| latest.status < 400;
        self.sync.succeeded_at.is_some() || self.sync.latest.as_ref().is_some_and(is_success)
    }

    /// Whether the identity provider sends location, department or manager of an active employee, and sends none of them
    /// by a look-alike of its name.
    fn has_attributes(&self) -> bool {
        let is_sent = |attribute: &GovernedAttribute| self.counts.sent(*attribute) > 0;
        GovernedAttribute::ALL.iter().any(is_sent)
            && !self.ignored.iter().any(|ignored| ignored.is_look_alike)
    }

    /// Whether the identity provider ever sent an employee. Employees of an import alone do not count.
    fn has_arrived(&self) -> bool {
        let counts = &self.counts;
        self.has_succeeded() && counts.active.saturating_add(counts.archived) > counts.unlinked
    }

    /// Whether a step is done.
    pub(super) fn is_done(&self, step: Step) -> bool {
        match step {
            Step::Choose => self.tenant.settings.provider.is_some(),
            Step::Token => self.token().is_some_and(|token| {
                // The first token of a tenant was shown to its operator only.
                token.created > self.tenant.created || self.is_used(token)
            }),
            Step::Paste => self.is_connected() && self.has_succeeded(),
            Step::Map => self.has_attributes(),
            Step::Assign => self.has_arrived(),
        }
    }

    /// Returns the first step that is not done; the last step when all are done.
    pub(super) fn next_step(&self) -> Step {
        Step::ALL.into_iter().find(|step| !self.is_done(*step)).unwrap_or(Step::Assign)
    }

    /// Whether the identity provider has sent the first employee. A new token does not change it.
    pub(super) fn is_set_up(&self) -> bool {
        self.is_done(Step::Assign)
    }

    /// Returns the links to the steps.
    pub(super) fn steps(&self, current: Option<Step>) -> [StepLink; 5] {
        Step::ALL.map(|step| step.link(current, self.is_done(step)))
    }
}
