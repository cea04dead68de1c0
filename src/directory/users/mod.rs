//! The use cases of an identity provider for users: create, get, replace, patch, delete.

pub mod change;
pub mod view;
pub mod administration;
pub mod import;
pub mod groups_left;
pub mod past_values;
pub mod timeline;

use crate::directory::context::Context;
use crate::directory::error::Error;
use crate::directory::groups::departure::Departures;
use crate::directory::groups::pending_change::PendingChanges;
use crate::directory::groups::unfinished_work::UnfinishedWork;
use crate::directory::names::{NewName, UniqueNames, attempt_after_change};
use crate::directory::occasion::Occasion;
use crate::directory::precondition::Precondition;
use crate::model::actor::{ActorKind, ActorRecord};
use crate::model::claim::Claim;
use crate::model::employee::Employee;
use crate::model::kind::Kind;
use crate::model::unfinished::{Unfinished, Work};
use crate::store::dynamodb::retry::{Attempt, retry};
use crate::store::write_outcome::Written;
use change::Change;
use scim::document::Document;
use scim::patch::{self, PatchRequest};
use scim::undeclared_values;
use serde_json::{Map, Value};
use uuid::Uuid;

/// The use cases for users and employees.
#[derive(Debug, Clone, Copy)]
pub struct Users<'a>(pub(in crate::directory) &'a Context);

impl Users<'_> {
    /// Returns an employee that is visible to the identity provider.
    ///
    /// # Errors
    /// Fails with [`Error::NoEmployee`], or as every call of the store does.
    pub async fn get(self, id: Uuid) -> Result<Employee, Error> {
        self.0.store.records().get(id).await?.ok_or(Error::NoEmployee(id))
    }

    /// Adds an employee, or makes a hidden employee visible again.
    ///
    /// A hidden employee is the same person when it was deleted under this userName and has the same externalId. An
    /// active employee whom an import made is the same person when it has this userName and is not linked yet.
    ///
    /// `attributes` are canonical and complete, as [`scim::body::read_body`] returns them.
    ///
    /// # Errors
    /// Fails with [`Error::UserNameTaken`], even when the other employee is archived. Other failures are
    /// [`Error::Contention`] and the errors of the store.
    pub async fn create(
        self,
        mut attributes: Document,
        actor: &ActorRecord,
    ) -> Result<Employee, Error> {
        let mut name =
            NewName::new(Kind::Employee, attributes.text("userName").unwrap_or_default());
        let occasion = Occasion { at: self.0.sources.now(), actor };
        retry!({
            let claim = match UniqueNames(self.0).claim(&mut name).await {
                Err(Error::UserNameTaken { holder }) => {
                    return self.link(holder, &attributes, occasion).await;
                }
                claim => claim?,
            };
            let Some(before) = self.find_same_person(&claim, &attributes).await? else {
                let (id, given) = (self.0.sources.new_id(), std::mem::take(&mut attributes));
                let Change { after, entry } =
                    change::created(&self.0.types.users, id, given, occasion);
                let written = self.0.store.employees().create(&after, &claim, &entry).await?;
                return Ok(match name.attempt_after(written, &claim) {
                    Attempt::Done(()) => Attempt::Done(after),
                    Attempt::Again(next) => {
                        attributes = after.attributes;
                        Attempt::Again(next)
                    }
                });
            };
            let whole = self.with_undeclared(&before, &attributes);
            let change = change::revived(&self.0.types.users, &before, whole, occasion);
            let written = self.bring_back(&before, &change, &claim).await?;
            Ok(name.attempt_after(written, &claim).map(|()| change.after))
        })
    }

    /// Links the imported employee that a create request of the identity provider means. The attributes of the request
    /// replace the imported attributes.
    ///
    /// Fails with [`Error::UserNameTaken`] for an employee that is linked or archived.
    async fn link(
        self,
        holder: Uuid,
        attributes: &Document,
        occasion: Occasion<'_>,
    ) -> Result<Attempt<Employee>, Error> {
        let taken = || Error::UserNameTaken { holder };
        if occasion.actor.kind != ActorKind::IdentityProvider {
            return Err(taken());
        }
        let holding: Option<Employee> = self.0.store.records().get(holder).await?;
        let is_open = |one: &Employee| one.linked.is_none() && !one.is_archived();
        let before = holding.filter(is_open).ok_or_else(taken)?;
        let mut whole = self.with_undeclared(&before, attributes);
        whole.set_default("active", true.into());
        let change = change::changed(&self.0.types.users, &before, whole, occasion);
        let Change { after, entry } = change.ok_or_else(taken)?;
        let written = self.0.store.employees().replace(&before, &after, None, &entry).await?;
        Ok(written.attempt().map(|()| after))
    }

    /// Returns new attributes of an employee, together with the stored values that no table declares.
    fn with_undeclared(self, before: &Employee, attributes: &Document) -> Document {
        let (_, aside) = self.declared(before);
        let mut whole = attributes.clone();
        undeclared_values::put_back(&self.0.types.users, &mut whole, aside);
        whole
    }

    /// Replaces all attributes of an employee (RFC 7644 §3.5.1).
    ///
    /// # Errors
    /// Fails with [`Error::NoEmployee`], [`Error::VersionDiffers`], [`Error::UserNameTaken`], [`Error::Contention`], or
    /// as every call of the store does.
    pub async fn replace(
        self,
        id: Uuid,
        attributes: &Document,
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> Result<Employee, Error> {
        self.change(id, precondition, actor, |before| Ok(self.with_undeclared(before, attributes)))
            .await
    }

    /// Applies a PATCH to an employee (RFC 7644 §3.5.2). If one operation fails, the PATCH changes nothing.
    ///
    /// # Errors
    /// Fails as [`Users::replace`] does, and with [`Error::Protocol`] when an operation cannot be applied.
    pub async fn patch(
        self,
        id: Uuid,
        request: &PatchRequest,
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> Result<Employee, Error> {
        self.change(id, precondition, actor, |before| {
            let (declared, aside) = self.declared(before);
            let mut after = patch::apply(&self.0.types.users, declared, request)?;
            undeclared_values::put_back(&self.0.types.users, &mut after, aside);
            Ok(after)
        })
        .await
    }

    /// Splits an employee's attributes into the declared attributes and the stored values that no table declares.
    fn declared(self, employee: &Employee) -> (Document, Map<String, Value>) {
        let mut declared = employee.attributes.clone();
        let aside = undeclared_values::set_aside(&self.0.types.users, &mut declared);
        (declared, aside)
    }

    /// Archives and hides an employee, because the identity provider deletes the user (RFC 7644 §3.6).
    ///
    /// # Errors
    /// Fails with [`Error::NoEmployee`], [`Error::VersionDiffers`], [`Error::Contention`], or as every call of the
    /// store does.
    pub async fn delete(
        self,
        id: Uuid,
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> Result<(), Error> {
        let departure = retry!({
            let (before, memberships) = tokio::try_join!(
                self.get_if(id, precondition),
                Departures(self.0).memberships(id)
            )?;
            let occasion = Occasion { at: self.0.sources.now(), actor };
            let groups: Vec<Uuid> = memberships.seen().collect();
            let (claim, departure) = tokio::try_join!(
                self.claim_of(&before),
                Departures(self.0).plan((Work::Departure, id), memberships, false, occasion),
            )?;
            let Change { after, entry } =
                change::hidden(&self.0.types.users, &before, &groups, occasion);
            let employees = self.0.store.employees();
            let written = employees.hide(&before, &after, &claim, &departure, &entry).await?;
            Ok::<_, Error>(written.attempt().map(|()| departure))
        })?;
        UnfinishedWork(self.0).finish_begun(&departure).await;
        Ok(())
    }

    /// Reads the claim on an employee's userName.
    pub(super) async fn claim_of(self, employee: &Employee) -> Result<Claim, Error> {
        Ok(self.0.store.claims().get(Kind::Employee, employee.user_name()).await?)
    }

    /// Makes a hidden employee visible again, without memberships.
    ///
    /// Unfinished work is finished first: the rest of the departure, and older redo logs. Such a redo log could make
    /// the employee a member again.
    pub(super) async fn bring_back(
        self,
        before: &Employee,
        Change { after, entry }: &Change,
        claim: &Claim,
    ) -> Result<Written, Error> {
        let unfinished = self.0.store.unfinished().list(Work::Change..=Work::Departure).await?;
        PendingChanges(self.0).finish_all(&unfinished).await?;
        let is_theirs = |entry: &&Unfinished| (entry.work, entry.id) == (Work::Departure, after.id);
        if let Some(departure) = unfinished.iter().find(is_theirs) {
            UnfinishedWork(self.0).finish(departure).await?;
        }
        Ok(self.0.store.employees().unhide(before, after, claim, entry).await?)
    }

    /// Reads, decides and writes. Retries from the read when the write is stale.
    pub(super) async fn change(
        self,
        id: Uuid,
        precondition: &Precondition,
        actor: &ActorRecord,
        decide: impl Fn(&Employee) -> Result<Document, Error>,
    ) -> Result<Employee, Error> {
        retry!({
            let before = self.get_if(id, precondition).await?;
            let attributes = decide(&before)?;
            let occasion = Occasion { at: self.0.sources.now(), actor };
            let change = change::changed(&self.0.types.users, &before, attributes, occasion);
            let Some(Change { after, entry }) = change else { return Ok(Attempt::Done(before)) };
            let record = (Kind::Employee, id);
            let rename =
                UniqueNames(self.0).rename(record, before.user_name(), after.user_name()).await?;
            let written =
                self.0.store.employees().replace(&before, &after, rename.as_ref(), &entry).await?;
            Ok(attempt_after_change(written, record)?.map(|()| after))
        })
    }

    async fn get_if(self, id: Uuid, precondition: &Precondition) -> Result<Employee, Error> {
        let employee = self.get(id).await?;
        precondition.check(employee.version)?;
        Ok(employee)
    }

    /// Finds the hidden employee that a create request means. Of several, returns the employee that was deleted last.
    async fn find_same_person(
        self,
        claim: &Claim,
        attributes: &Document,
    ) -> Result<Option<Employee>, Error> {
        let external_id = attributes.text("externalId");
        if claim.former.is_empty() || external_id.is_none() {
            return Ok(None);
        }
        let last_first: Vec<Uuid> = claim.former.iter().rev().copied().collect();
        let hidden = self.0.store.employees().get_hidden(&last_first).await?;
        Ok(hidden.into_iter().find(|employee| employee.external_id() == external_id))
    }
}
