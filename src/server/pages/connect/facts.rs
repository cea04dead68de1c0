//! The facts that Connect shows: the tenant, the notes on the identity provider, and the counts of employees.

use super::guard::ConnectUser;
use super::step::{Step, StepLink};
use crate::directory::access::tokens::works;
use crate::directory::people::PeopleCounts;
use crate::directory::{Provider, Scope, SyncRecord, Tenant, TokenRecord};
use crate::server::context::Services;
use crate::server::error::ApiError;
use crate::server::pages::messages::explain;
use time::OffsetDateTime;

/// The facts of one view.
pub(super) struct Facts {
    pub(super) tenant: Tenant,
    pub(super) sync: SyncRecord,
    pub(super) counts: PeopleCounts,
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
        Ok(Self { tenant, sync, counts, now: services.tenants.now() })
    }

    /// Returns the identity provider whose screens the steps describe.
    pub(super) fn provider(&self) -> Provider {
        self.tenant.settings.provider_or_other()
    }

    /// Returns the valid Secret Token that the identity provider should have.
    pub(super) fn token(&self) -> Option<&TokenRecord> {
        self.tenant.current_token(Scope::Scim).filter(|token| works(token, self.now))
    }

    /// Whether a use of the current Secret Token is known.
    pub(super) fn is_token_used(&self) -> bool {
        self.token().is_some_and(|token| self.is_used(token))
    }

    /// Whether a use of any valid Secret Token is known.
    pub(super) fn is_connected(&self) -> bool {
        let tokens = self.tenant.tokens.iter();
        tokens
            .filter(|token| token.scope == Scope::Scim && works(token, self.now))
            .any(|token| self.is_used(token))
    }

    fn is_used(&self, token: &TokenRecord) -> bool {
        self.sync.used.contains_key(token.short_name())
    }

    /// Whether the identity provider sends location, department or manager of an active employee.
    pub(super) fn has_attributes(&self) -> bool {
        let counts = &self.counts;
        counts.sent_location + counts.sent_department + counts.sent_manager > 0
    }

    /// Whether a step is done.
    pub(super) fn is_done(&self, step: Step) -> bool {
        match step {
            Step::Choose => self.tenant.settings.provider.is_some(),
            Step::Token => self.token().is_some_and(|token| {
                // The first token of a tenant was shown to its operator only.
                token.created > self.tenant.created || self.is_used(token)
            }),
            Step::Paste => self.is_connected(),
            Step::Map => self.has_attributes(),
            Step::Assign => self.is_connected() && self.counts.active > 0,
        }
    }

    /// Returns the first step that is not done; the last step when all are done.
    pub(super) fn next_step(&self) -> Step {
        Step::ALL.into_iter().find(|step| !self.is_done(*step)).unwrap_or(Step::Assign)
    }

    /// Whether the identity provider connects and has sent the first employee.
    pub(super) fn is_set_up(&self) -> bool {
        self.is_done(Step::Assign)
    }

    /// Returns the links to the steps.
    pub(super) fn steps(&self, current: Option<Step>) -> [StepLink; 5] {
        Step::ALL.map(|step| step.link(current, self.is_done(step)))
    }
}
