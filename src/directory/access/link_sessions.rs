//! Sessions of links. Each request reads the item of the link, so the end of the link ends its session at once. A link of
//! an administrator of single sign-on works only while its maker may administer.

use super::Access;
use super::admission::Admission;
use super::sessions::{Claims, FormKey, Opener, Resumed};
use super::tenant_cache::{CacheLookup, CachedTenant};
use crate::directory::Directory;
use crate::directory::error::Error;
use crate::model::actor::ActorRecord;
use crate::model::link::{Link, LinkScope};
use crate::model::tenant::TenantId;
use crate::model::unfinished::Unfinished;
use std::sync::Arc;
use subtle::ConstantTimeEq;
use time::OffsetDateTime;

/// The session of a set-up link, resumed from its pass. It opens the pages of Connect only.
#[derive(Debug, Clone)]
pub struct Guest {
    /// The set-up link.
    pub link: Link,
    /// The tenant's employees, with the attributes that the tenant declared.
    pub directory: Directory,
    /// The name of the tenant, for people. It may be a minute old.
    pub tenant_name: Arc<str>,
    /// The name of the identity provider for people. It may be a minute old.
    pub idp: &'static str,
    /// The actor of the session's changes.
    pub actor: Arc<ActorRecord>,
    /// The key that each form of this session must carry.
    pub form_key: FormKey,
    /// The unfinished work that this request finishes; empty for most requests.
    pub unfinished: Vec<Unfinished>,
}

impl Access {
    /// Resumes the session of a set-up link; `None` when the link has ended, or the pass is of no set-up link.
    ///
    /// # Errors
    /// Fails with [`Error::NoPepper`], or as every call of the store does.
    pub async fn resume_guest(
        &self,
        tenant: &TenantId,
        passes: &[&str],
    ) -> Result<Option<Guest>, Error> {
        if passes.is_empty() {
            return Ok(None);
        }
        let now = self.tenants.sources.now();
        let claims = self.read_passes(tenant, passes, now).await?;
        let found = self.find_session(tenant, LinkScope::Connect, &claims, now).await?;
        let Some((link, claims)) = found else { return Ok(None) };
        let read = |known: &Arc<CachedTenant>| {
            Some(Guest {
                link: link.clone(),
                directory: known.directory.clone(),
                tenant_name: Arc::from(&*known.record.name),
                idp: known.record.settings.idp(),
                actor: Arc::new(link.scope.actor()),
                form_key: claims.form_key.clone(),
                unfinished: known.take_unfinished(),
            })
        };
        match self.cache.find(tenant, now, read).await? {
            CacheLookup::Found(guest) => Ok(Some(guest)),
            CacheLookup::JustRead(_) | CacheLookup::NotFound(_) => Ok(None),
        }
    }

    /// Resumes the session of a sign-in link.
    pub(super) async fn resume_link(
        &self,
        tenant: &TenantId,
        claims: &[Claims],
        now: OffsetDateTime,
    ) -> Result<Option<Resumed>, Error> {
        let found = self.find_session(tenant, LinkScope::Admin, claims, now).await?;
        let Some((link, claims)) = found else { return Ok(None) };
        let read = |known: &Arc<CachedTenant>| {
            let is_open = !known.signed_out.contains(&claims.session.id);
            is_open.then(|| known.resume(claims, link.scope.actor(), None))
        };
        match self.cache.find(tenant, now, read).await? {
            CacheLookup::Found(resumed) => Ok(Some(resumed)),
            CacheLookup::JustRead(_) | CacheLookup::NotFound(_) => Ok(None),
        }
    }

    /// Finds the first of these sessions whose link works and started this session.
    async fn find_session<'c>(
        &self,
        tenant: &TenantId,
        scope: LinkScope,
        claims: &'c [Claims],
        now: OffsetDateTime,
    ) -> Result<Option<(Link, &'c Claims)>, Error> {
        let links = self.tenants.store.tenant(tenant);
        for one in claims {
            let Opener::Link(id) = &one.opener else { continue };
            let Some(link) = links.links().get(id).await? else { continue };
            let session = link.opened.as_ref().map_or("", |opening| &opening.session);
            let is_own = bool::from(session.as_bytes().ct_eq(one.session.digest().as_bytes()));
            if is_own && link.scope == scope && self.link_works(tenant, &link, now).await? {
                return Ok(Some((link, one)));
            }
        }
        Ok(None)
    }

    /// Whether a link, and the session that it started, are valid. The maker of the link must still be an administrator,
    /// as a revoked admin token ends the links that it made. Only a maker with single sign-on is read.
    ///
    /// A link from before a return of its maker is void: a deleted employee gets no administration back.
    pub(super) async fn link_works(
        &self,
        tenant: &TenantId,
        link: &Link,
        now: OffsetDateTime,
    ) -> Result<bool, Error> {
        let Some(maker) = link.by.employee_id.filter(|_| link.works(now)) else {
            return Ok(link.works(now));
        };
        let has_sso =
            |known: &Arc<CachedTenant>| known.record.sso.is_some().then(|| Arc::clone(known));
        let CacheLookup::Found(known) = self.cache.find(tenant, now, has_sso).await? else {
            return Ok(false);
        };
        let Some(settings) = &known.record.sso else { return Ok(false) };
        let is_later = |found: &Admission| {
            let returned_at = found.employee.as_ref().and_then(|employee| employee.returned_at);
            returned_at.is_none_or(|returned| link.created > returned)
        };
        let context = &known.directory.context;
        let found = Admission::read(context, settings, maker, is_later).await?;
        Ok(found.is_some_and(|found| found.verdict().is_ok()))
    }
}
