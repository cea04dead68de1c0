//! Changes tokens together with the links that depend on them, in one transaction.

use super::tokens::works;
use crate::directory::error::Error;
use crate::directory::tenants::Tenants;
use crate::model::actor::ActorRecord;
use crate::model::history::HistoryEntry;
use crate::model::link::Link;
use crate::model::tenant::{Scope, Tenant, TenantId, TokenRecord};
use crate::store::dynamodb::retry::{Attempt, retry};
use crate::store::links::LinkChange;
use time::OffsetDateTime;

impl Tenants {
    /// Reads, changes and writes a tenant. An admin token that this change ends also ends the links that were made with
    /// it: the token may have leaked. A token that only expires ends no link.
    ///
    /// `noted` is the id of a set-up link and the short name of the Secret Token that is made through it. Accepts a
    /// previous admin token. Writes nothing when `change` fails or returns no history entry.
    ///
    /// # Errors
    /// Fails with [`Error::TokenEnded`] when the noted link has ended.
    pub(super) async fn update_tokens(
        &self,
        id: &TenantId,
        actor: &ActorRecord,
        noted: Option<(&str, &str)>,
        mut change: impl FnMut(&mut Tenant) -> Result<Option<HistoryEntry>, Error>,
    ) -> Result<(), Error> {
        let store = self.store.tenant(id);
        let now = self.sources.now();
        retry!({
            let mut tenant = store.tenant_record().get().await?.ok_or(Error::NoTenant)?;
            actor.check_validity(&tenant, now)?;
            let before = tenant.tokens.clone();
            let Some(entry) = change(&mut tenant)? else { return Ok(Attempt::Done(())) };
            tenant.revision += 1;
            let noted = match noted {
                Some((link, token)) => {
                    let link = store.links().get(link).await?.filter(|link| link.works(now));
                    let link = link.ok_or(Error::TokenEnded)?;
                    Some(Link { token: Some(token.to_owned()), ..link })
                }
                None => None,
            };
            let ended = ended_admin_tokens(&before, &tenant.tokens, now);
            let links = match ended.is_empty() {
                true => Vec::new(),
                false => store.links().list().await?,
            };
            let is_ended =
                |link: &Link| link.by.token_id.as_ref().is_some_and(|by| ended.contains(by));
            let removed: Vec<String> =
                links.into_iter().filter(is_ended).map(|link| link.id).collect();
            let links =
                LinkChange { noted: noted.as_ref(), removed: &removed, ..LinkChange::default() };
            let is_done = store.links().change(&tenant, &entry, links).await?;
            Ok::<_, Error>(Attempt::done_if(is_done))
        })
    }
}

/// The short names of the admin tokens that were valid before a change and are gone after it.
fn ended_admin_tokens(
    before: &[TokenRecord],
    after: &[TokenRecord],
    now: OffsetDateTime,
) -> Vec<String> {
    let is_left = |token: &TokenRecord| after.iter().any(|left| left.digest == token.digest);
    let admin = before.iter().filter(|token| token.scope == Scope::Admin && works(token, now));
    admin.filter(|token| !is_left(token)).map(|token| token.short_name().to_owned()).collect()
}
