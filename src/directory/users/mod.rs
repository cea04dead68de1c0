//! The use cases of an identity provider for users: create, get, replace, patch, delete.

pub mod change;
pub mod view;
pub mod administration;

use super::names::Attempt;
use super::{Directory, Error};
use crate::model::employee::Employee;
use crate::model::kind::Kind;
use crate::model::unfinished::{Unfinished, Work};
use crate::store::dynamodb::retry::Pauses;
use crate::store::names::Claim;
use crate::store::written::Written;
use change::{Change, Occasion};
use scim::document::Document;
use scim::patch::{self, PatchRequest};
use scim::undeclared_values;
use scim::version::TagCondition;
use serde_json::{Map, Value};
use uuid::Uuid;

/// The versions of a record from which a change may start (RFC 7644 §3.14, RFC 9110 §13.1).
///
/// For an identity provider this is the version of the SCIM resource. For an administrator it is the revision of the
/// record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Precondition {
    /// The change may start from these versions only.
    pub if_match: Option<TagCondition>,
    /// The change must not start from these versions.
    pub if_none_match: Option<TagCondition>,
}

impl Precondition {
    /// Checks the version from which a change starts.
    ///
    /// # Errors
    /// Fails with [`Error::VersionDiffers`].
    pub(super) fn check(&self, version: u64) -> Result<(), Error> {
        let holds = self.if_match.as_ref().is_none_or(|condition| condition.matches(version))
            && !self.if_none_match.as_ref().is_some_and(|condition| condition.matches(version));
        if holds { Ok(()) } else { Err(Error::VersionDiffers { current: version }) }
    }
}

impl Directory {
    /// Returns an employee that is visible to the identity provider.
    ///
    /// # Errors
    /// Fails with [`Error::NoEmployee`], or as every call of the store does.
    pub async fn get(&self, id: Uuid) -> Result<Employee, Error> {
        self.store.get_record(id).await?.ok_or(Error::NoEmployee(id))
    }

    /// Adds an employee, or makes a hidden employee visible again.
    ///
    /// A hidden employee is the same person when it was deleted under this userName and has the same externalId.
    ///
    /// `attributes` are canonical and complete, as [`scim::body::read_body`] returns them.
    ///
    /// # Errors
    /// Fails with [`Error::UserNameTaken`], even when the other employee is archived. Other failures are
    /// [`Error::Contention`] and the errors of the store.
    pub async fn create(&self, mut attributes: Document, by: &str) -> Result<Employee, Error> {
        let user_name = attributes.text("userName").unwrap_or_default();
        let mut attempt = Attempt::new(Kind::Employee, user_name);
        let occasion = Occasion { at: self.sources.now(), by };
        loop {
            let claim = attempt.claim()?;
            let same_person = self.find_same_person(claim, &attributes).await?;
            let Some(before) = same_person else {
                let id = self.sources.new_id();
                let change = change::created(&self.types.users, id, attributes, occasion);
                let Change { after, entry } = change;
                let written = self.store.create_employee(&after, claim, &entry).await?;
                if self.is_done(written, &mut attempt).await? {
                    return Ok(after);
                }
                attributes = after.attributes;
                continue;
            };
            let (_, aside) = self.declared(&before);
            let mut whole = attributes.clone();
            undeclared_values::put_back(&self.types.users, &mut whole, aside);
            let change = change::revived(&self.types.users, &before, whole, occasion);
            let written = self.bring_back(&before, &change, claim).await?;
            if self.is_done(written, &mut attempt).await? {
                return Ok(change.after);
            }
        }
    }

    /// Replaces all attributes of an employee (RFC 7644 §3.5.1).
    ///
    /// # Errors
    /// Fails with [`Error::NoEmployee`], [`Error::VersionDiffers`], [`Error::UserNameTaken`], [`Error::Contention`], or
    /// as every call of the store does.
    pub async fn replace(
        &self,
        id: Uuid,
        attributes: &Document,
        precondition: &Precondition,
        by: &str,
    ) -> Result<Employee, Error> {
        self.change(id, precondition, by, |before| {
            let (_, aside) = self.declared(before);
            let mut after = attributes.clone();
            undeclared_values::put_back(&self.types.users, &mut after, aside);
            Ok(after)
        })
        .await
    }

    /// Applies a PATCH to an employee (RFC 7644 §3.5.2). If one operation fails, the PATCH changes nothing.
    ///
    /// # Errors
    /// Fails as [`Directory::replace`] does, and with [`Error::Protocol`] when an operation cannot be applied.
    pub async fn patch(
        &self,
        id: Uuid,
        request: &PatchRequest,
        precondition: &Precondition,
        by: &str,
    ) -> Result<Employee, Error> {
        self.change(id, precondition, by, |before| {
            let (declared, aside) = self.declared(before);
            let mut after = patch::apply(&self.types.users, declared, request)?;
            undeclared_values::put_back(&self.types.users, &mut after, aside);
            Ok(after)
        })
        .await
    }

    /// Splits an employee's attributes into the declared attributes and the stored values that no table declares.
    fn declared(&self, employee: &Employee) -> (Document, Map<String, Value>) {
        let mut declared = employee.attributes.clone();
        let aside = undeclared_values::set_aside(&self.types.users, &mut declared);
        (declared, aside)
    }

    /// Archives and hides an employee, because the identity provider deletes the user (RFC 7644 §3.6).
    ///
    /// # Errors
    /// Fails with [`Error::NoEmployee`], [`Error::VersionDiffers`], [`Error::Contention`], or as every call of the
    /// store does.
    pub async fn delete(
        &self,
        id: Uuid,
        precondition: &Precondition,
        by: &str,
    ) -> Result<(), Error> {
        let mut pauses = Pauses::new();
        loop {
            let (before, memberships) =
                tokio::try_join!(self.get_if(id, precondition), self.memberships(id))?;
            let occasion = Occasion { at: self.sources.now(), by };
            let (claim, departure) = tokio::try_join!(
                self.claim_of(&before),
                self.departure((Work::Departure, id), memberships, false, occasion),
            )?;
            let Change { after, entry } = change::hidden(&self.types.users, &before, occasion);
            match self.store.hide_employee(&before, &after, &claim, &departure, &entry).await? {
                Written::Done => {
                    self.finish_begun(&departure).await;
                    return Ok(());
                }
                Written::Stale | Written::ClaimDiffers(_) => pauses.pause().await?,
            }
        }
    }

    /// Reads the claim on an employee's userName.
    pub(super) async fn claim_of(&self, employee: &Employee) -> Result<Claim, Error> {
        Ok(self.store.get_claim(Kind::Employee, employee.user_name()).await?)
    }

    /// Makes a hidden employee visible again, without memberships.
    ///
    /// Unfinished work is finished first: the rest of the departure, and older redo logs. Such a redo log could make
    /// the employee a member again.
    pub(super) async fn bring_back(
        &self,
        before: &Employee,
        Change { after, entry }: &Change,
        claim: &Claim,
    ) -> Result<Written, Error> {
        let unfinished = self.store.list_unfinished(Work::Change..=Work::Departure).await?;
        self.finish_changes(&unfinished).await?;
        let is_theirs = |entry: &&Unfinished| (entry.work, entry.id) == (Work::Departure, after.id);
        if let Some(departure) = unfinished.iter().find(is_theirs) {
            self.finish(departure).await?;
        }
        Ok(self.store.unhide_employee(before, after, claim, entry).await?)
    }

    /// Reads, decides and writes. Retries from the read when the write is stale.
    pub(super) async fn change(
        &self,
        id: Uuid,
        precondition: &Precondition,
        by: &str,
        decide: impl Fn(&Employee) -> Result<Document, Error>,
    ) -> Result<Employee, Error> {
        let mut pauses = Pauses::new();
        loop {
            let before = self.get_if(id, precondition).await?;
            let attributes = decide(&before)?;
            let occasion = Occasion { at: self.sources.now(), by };
            let change = change::changed(&self.types.users, &before, attributes, occasion);
            let Some(Change { after, entry }) = change else { return Ok(before) };
            let record = (Kind::Employee, id);
            let rename = self.rename(record, before.user_name(), after.user_name()).await?;
            let written =
                self.store.replace_employee(&before, &after, rename.as_ref(), &entry).await?;
            if self.is_changed(written, record, &mut pauses).await? {
                return Ok(after);
            }
        }
    }

    async fn get_if(&self, id: Uuid, precondition: &Precondition) -> Result<Employee, Error> {
        let employee = self.get(id).await?;
        precondition.check(employee.version)?;
        Ok(employee)
    }

    /// Finds the hidden employee that a create request means. Of several, returns the employee that was deleted last.
    async fn find_same_person(
        &self,
        claim: &Claim,
        attributes: &Document,
    ) -> Result<Option<Employee>, Error> {
        let external_id = attributes.text("externalId");
        if claim.former.is_empty() || external_id.is_none() {
            return Ok(None);
        }
        let last_first: Vec<Uuid> = claim.former.iter().rev().copied().collect();
        let hidden = self.store.get_hidden_employees(&last_first).await?;
        Ok(hidden.into_iter().find(|employee| employee.external_id() == external_id))
    }
}
