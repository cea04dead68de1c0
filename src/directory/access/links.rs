//! Links: made by an administrator or an operator, opened once, and ended at once.

use super::Access;
use super::link_text;
use super::sessions::{self, Opener, Pass};
use crate::directory::error::Error;
use crate::model::actor::ActorRecord;
use crate::model::history::{AttributeChange, EventKind, HistoryEntry};
use crate::model::link::{Link, LinkScope, Opening};
use crate::model::tenant::TenantId;
use crate::store::dynamodb::retry::{Attempt, NextAttempt, retry};
use crate::store::links::{LinkChange, MOST_REMOVED};
use secrecy::{ExposeSecret, SecretString};
use time::OffsetDateTime;

/// A new link. Its text can only be shown now.
#[derive(Debug)]
pub struct NewLink {
    /// The text, which ends the link's URL.
    pub text: SecretString,
    /// The time when the unopened link expires.
    pub expires: OffsetDateTime,
}

/// The result of opening a link.
#[derive(Debug)]
pub enum Opened {
    /// The link opened a session.
    Done {
        /// The pass of the session.
        pass: Pass,
        /// The end of the session.
        expires: OffsetDateTime,
    },
    /// The link was opened before.
    Before(OffsetDateTime),
    /// The link is unknown, expired or ended, or its maker may not administer any more.
    Unknown,
}

/// An action on a link, in the history.
#[derive(Debug, Clone, Copy)]
enum Action {
    Created,
    Opened,
    Revoked,
}

impl Access {
    /// Makes a link. A tenant has one set-up link: a new one ends the one before.
    ///
    /// # Errors
    /// [`Error::TokenEnded`], [`Error::TokenReplaced`], [`Error::NoTenant`], [`Error::NoPepper`],
    /// [`Error::NoRandomness`], [`Error::Contention`], and the errors of the store.
    pub async fn create_link(
        &self,
        tenant: &TenantId,
        scope: LinkScope,
        actor: &ActorRecord,
    ) -> Result<NewLink, Error> {
        let now = self.tenants.sources.now();
        let peppers = self.tenants.peppers().await?;
        let text = link_text::generate(scope, tenant).map_err(Error::NoRandomness)?;
        let id = link_text::ids(text.expose_secret(), &peppers).into_iter().next();
        let expires = now + scope.works_for();
        let link = Link {
            id: id.unwrap_or_default(),
            scope,
            created: now,
            expires,
            by: actor.clone(),
            opened: None,
            token: None,
        };
        let entry = self.entry(scope, Action::Created, None, actor);
        let store = self.tenants.store.tenant(tenant);
        retry!({
            let mut record = store.tenant_record().get().await?.ok_or(Error::NoTenant)?;
            actor.check(&record, now)?;
            record.revision += 1;
            let links = store.links().list().await?.into_iter();
            let is_replaced = |old: &Link| scope == LinkScope::Connect && old.scope == scope;
            let (replaced, others): (Vec<Link>, Vec<Link>) = links.partition(is_replaced);
            let expired = others.into_iter().filter(|old| !old.works(now));
            let removed: Vec<String> =
                replaced.into_iter().chain(expired).map(|old| old.id).collect();
            let change =
                LinkChange { new: Some(&link), removed: &removed, ..LinkChange::default() };
            let is_done = store.links().change(&record, &entry, change).await?;
            Ok::<_, Error>(Attempt::done_if(is_done))
        })?;
        self.cache.invalidate(tenant);
        Ok(NewLink { text, expires })
    }

    /// Finds a link by its text; `None` when it is unknown, expired or ended, or its maker may not administer any more.
    /// This never uses the link up.
    ///
    /// # Errors
    /// Fails with [`Error::NoPepper`], or as every call of the store does.
    pub async fn find_link(
        &self,
        tenant: &TenantId,
        scope: LinkScope,
        text: &str,
    ) -> Result<Option<Link>, Error> {
        if !link_text::has_form(text, scope, tenant) {
            return Ok(None);
        }
        let now = self.tenants.sources.now();
        let store = self.tenants.store.tenant(tenant);
        for id in link_text::ids(text, &*self.tenants.peppers().await?) {
            if let Some(link) = store.links().get(&id).await? {
                let is_open = link.scope == scope && self.link_works(tenant, &link, now).await?;
                return Ok(Some(link).filter(|_| is_open));
            }
        }
        Ok(None)
    }

    /// Opens a link: starts the only session that it can start. `browser` describes the browser for people.
    ///
    /// # Errors
    /// [`Error::NoPepper`], [`Error::NoRandomness`], [`Error::Contention`], and the errors of the store.
    pub async fn open_link(
        &self,
        tenant: &TenantId,
        scope: LinkScope,
        text: &str,
        browser: &str,
    ) -> Result<Opened, Error> {
        let now = self.tenants.sources.now();
        let peppers = self.tenants.peppers().await?;
        let store = self.tenants.store.tenant(tenant);
        let entry = self.entry(scope, Action::Opened, Some(browser), &scope.actor());
        let opened = retry!({
            let Some(link) = self.find_link(tenant, scope, text).await? else {
                return Ok(Attempt::Done(Opened::Unknown));
            };
            if let Some(opening) = link.opened {
                return Ok(Attempt::Done(Opened::Before(opening.at)));
            }
            let Some(mut record) = store.tenant_record().get().await? else {
                return Ok(Attempt::Done(Opened::Unknown));
            };
            record.revision += 1;
            let expires = match scope {
                LinkScope::Connect => link.expires,
                LinkScope::Admin => now + sessions::SESSION_LENGTH,
            };
            let opener = Opener::Link(link.id.clone());
            let (pass, session) = sessions::issue_until(tenant, opener, &peppers, expires)
                .map_err(Error::NoRandomness)?;
            let opening =
                Opening { at: now, browser: browser.to_owned(), session: session.digest() };
            let link = Link { opened: Some(opening), expires, ..link };
            let change = LinkChange { opened: Some(&link), ..LinkChange::default() };
            Ok::<_, Error>(match store.links().change(&record, &entry, change).await? {
                true => Attempt::Done(Opened::Done { pass, expires }),
                false => Attempt::Again(NextAttempt::AfterPause),
            })
        })?;
        self.cache.invalidate(tenant);
        Ok(opened)
    }

    /// Lists the links that work, in no particular order. A tenant has at most one set-up link.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn links(&self, tenant: &TenantId) -> Result<Vec<Link>, Error> {
        let now = self.tenants.sources.now();
        let links = self.tenants.store.tenant(tenant).links().list().await?;
        Ok(links.into_iter().filter(|link| link.works(now)).collect())
    }

    /// Ends all links of a scope, and their sessions. Returns the ended links. The end is in effect at the next request.
    ///
    /// # Errors
    /// [`Error::TokenEnded`], [`Error::TokenReplaced`], [`Error::NoTenant`], [`Error::Contention`], and the errors of
    /// the store.
    pub async fn revoke_links(
        &self,
        tenant: &TenantId,
        scope: LinkScope,
        actor: &ActorRecord,
    ) -> Result<Vec<Link>, Error> {
        let now = self.tenants.sources.now();
        let entry = self.entry(scope, Action::Revoked, None, actor);
        let store = self.tenants.store.tenant(tenant);
        let mut revoked = Vec::new();
        loop {
            let ended = retry!({
                let mut record = store.tenant_record().get().await?.ok_or(Error::NoTenant)?;
                actor.check(&record, now)?;
                let links = store.links().list().await?;
                let working =
                    links.into_iter().filter(|link| link.scope == scope && link.works(now));
                let ended: Vec<Link> = working.take(MOST_REMOVED).collect();
                if ended.is_empty() {
                    return Ok(Attempt::Done(ended));
                }
                let ids: Vec<String> = ended.iter().map(|link| link.id.clone()).collect();
                record.revision += 1;
                let change = LinkChange { removed: &ids, ..LinkChange::default() };
                let is_done = store.links().change(&record, &entry, change).await?;
                Ok::<_, Error>(Attempt::done_if(is_done).map(|()| ended))
            })?;
            if ended.is_empty() {
                break;
            }
            revoked.extend(ended);
        }
        self.cache.invalidate(tenant);
        Ok(revoked)
    }

    fn entry(
        &self,
        scope: LinkScope,
        action: Action,
        browser: Option<&str>,
        actor: &ActorRecord,
    ) -> HistoryEntry {
        let action = match action {
            Action::Created => "created",
            Action::Opened => "opened",
            Action::Revoked => "revoked",
        };
        let change = |attribute: &str, new: &str| AttributeChange {
            attribute: attribute.to_owned(),
            old: None,
            new: Some(new.into()),
        };
        let mut changes = vec![change("action", action), change("link", scope.as_str())];
        changes.extend(browser.map(|browser| change("browser", browser)));
        self.tenants.entry(EventKind::LinkChanged, changes, actor)
    }
}
