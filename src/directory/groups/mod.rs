//! The use cases of an identity provider for groups: create, get, replace, patch, delete.

pub(crate) mod change;
pub(crate) mod members;
pub(crate) mod departure;
pub mod unfinished_work;
pub mod member_list;
pub(crate) mod pending_change;
pub mod presence;
pub mod view;
pub mod by_name;

use crate::directory::context::Context;
use crate::directory::error::Error;
use crate::directory::groups::departure::Departures;
use crate::directory::groups::pending_change::PendingChanges;
use crate::directory::groups::unfinished_work::UnfinishedWork;
use crate::directory::names::{NewName, UniqueNames, attempt_after_change};
use crate::directory::occasion::Occasion;
use crate::directory::precondition::Precondition;
use crate::directory::related::view::Wanted;
use crate::limits::LIMITS;
use crate::model::actor::ActorRecord;
use crate::model::group::Group;
use crate::model::kind::Kind;
use crate::model::member::{Member, MemberChanges};
use crate::model::unfinished::Work;
use crate::store::dynamodb::retry::{Attempt, NextAttempt, retry};
use crate::store::groups::change::GroupChange;
use crate::store::items::member::MemberRow;
use change::split_members;
use members::{GroupToChange, MemberRequest, MemberRequests, ReadOrder, with_members};
use scim::document::Document;
use scim::patch::{self, AffectedValues, Op, PatchRequest};
use scim::problem::Problem;
use unfinished_work::finish_committed;
use uuid::Uuid;

/// The response to a PATCH leaves out the members of a group with more members than this. A request that adds 1 member
/// to a group of 50,000 must not read 50,000.
pub const MOST_MEMBERS_ANSWERED: u64 = 1_000;

/// A group after a change, with its members if they are known.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangedGroup {
    /// The group.
    pub group: Group,
    /// All members, in id order; `None` when they must be read.
    pub members: Option<Vec<Member>>,
}

/// The outcome of a change of a group.
enum ChangeOutcome {
    /// The change changes nothing.
    Unchanged(Group),
    /// The change is committed. The rows are those that were read during the write.
    Committed(Box<GroupChange>, MemberChanges, Option<Vec<MemberRow>>),
}

impl ChangedGroup {
    fn unread(group: Group) -> Self {
        Self { group, members: None }
    }
}

/// The use cases for groups.
#[derive(Debug, Clone, Copy)]
pub struct Groups<'a>(pub(in crate::directory) &'a Context);

impl Groups<'_> {
    /// Returns a group.
    ///
    /// # Errors
    /// Fails with [`Error::NoGroup`], or as every call of the store does.
    pub async fn get(self, id: Uuid) -> Result<Group, Error> {
        self.0.store.records().get(id).await?.ok_or(Error::NoGroup(id))
    }

    /// Adds a group. Unknown members are ignored.
    ///
    /// `attributes` are canonical and complete, as [`scim::body::read_body`] returns them.
    ///
    /// # Errors
    /// Fails with [`Error::GroupNameTaken`], [`Error::Protocol`] for too many members, [`Error::Contention`], or as
    /// every call of the store does.
    pub async fn create(
        self,
        attributes: Document,
        actor: &ActorRecord,
    ) -> Result<ChangedGroup, Error> {
        let (attributes, wanted) = split_members(attributes);
        let name = attributes.text("displayName").unwrap_or_default();
        let occasion = Occasion { at: self.0.sources.now(), actor };
        let id = self.0.sources.new_id();
        let mut name = NewName::new(Kind::Group, name);
        let (group, members) = retry!({
            let claim = UniqueNames(self.0).claim(&mut name).await?;
            let members = MemberRequests(self.0).member_changes(id, &[], &wanted, None).await?;
            let (group, entry) =
                change::created(&self.0.types.groups, id, attributes.clone(), &members, occasion);
            check_size(0, &group)?;
            let written = self.0.store.groups().create(&group, &claim, &members, &entry).await?;
            Ok::<_, Error>(name.attempt_after(written, &claim).map(|()| (group, members)))
        })?;
        self.0.group_presence.there_are_groups(self.0.store.tenant_id(), occasion.at);
        if group.redo_log.is_some() {
            return Ok(self.with_members_written(group, &members).await);
        }
        let mut members = members.joined;
        members.sort_unstable_by_key(|member| member.id);
        Ok(ChangedGroup { group, members: Some(members) })
    }

    /// Replaces all attributes and members of a group (RFC 7644 §3.5.1).
    ///
    /// # Errors
    /// Fails with [`Error::NoGroup`], [`Error::VersionDiffers`], [`Error::GroupNameTaken`], [`Error::Protocol`] for too
    /// many members, [`Error::Contention`], or as every call of the store does.
    pub async fn replace(
        self,
        id: Uuid,
        attributes: &Document,
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> Result<ChangedGroup, Error> {
        let request =
            MemberRequest { affected: AffectedValues::Any, may_add: true, members: Wanted::No };
        self.change(id, precondition, actor, &request, |_| Ok(attributes.clone())).await
    }

    /// Applies a PATCH to a group (RFC 7644 §3.5.2). If one operation fails, the PATCH changes nothing.
    ///
    /// Reads only the members that the request can touch. If the response shows the members, the others are read during
    /// the write.
    ///
    /// # Errors
    /// Fails as [`Groups::replace`] does, and with [`Error::Protocol`] when an operation cannot be applied.
    pub async fn patch(
        self,
        id: Uuid,
        request: &PatchRequest,
        precondition: &Precondition,
        members: Wanted,
        actor: &ActorRecord,
    ) -> Result<ChangedGroup, Error> {
        let groups = &self.0.types.groups;
        let affected = patch::affected_values(groups, request);
        let may_add = request.operations.iter().any(|operation| operation.op != Op::Remove);
        let members = MemberRequest { affected, may_add, members };
        let decide = |before: Document| patch::apply(groups, before, request);
        self.change(id, precondition, actor, &members, decide).await
    }

    /// Deletes a group (RFC 7644 §3.6). Its history stays.
    ///
    /// # Errors
    /// Fails with [`Error::NoGroup`], [`Error::VersionDiffers`], [`Error::Contention`], or as every call of the store
    /// does.
    pub async fn delete(
        self,
        id: Uuid,
        precondition: &Precondition,
        actor: &ActorRecord,
    ) -> Result<(), Error> {
        let departure = retry!({
            let (group, memberships) = tokio::try_join!(
                self.get_if(id, precondition),
                Departures(self.0).memberships(id)
            )?;
            let occasion = Occasion { at: self.0.sources.now(), actor };
            let claim =
                async { Ok(self.0.store.claims().get(Kind::Group, group.display_name()).await?) };
            let (claim, departure) = tokio::try_join!(
                claim,
                Departures(self.0).plan(
                    (Work::Deletion, id),
                    memberships,
                    group.member_count > 0,
                    occasion
                ),
            )?;
            let entry = change::deleted(&self.0.types.groups, &group, occasion);
            let groups = self.0.store.groups();
            let written = groups.delete(&group, &claim, &departure, &entry).await?;
            Ok::<_, Error>(written.attempt().map(|()| departure))
        })?;
        UnfinishedWork(self.0).finish_begun(&departure).await;
        Ok(())
    }

    /// Reads, decides and writes. Retries from the read when the write is stale.
    async fn change(
        self,
        id: Uuid,
        precondition: &Precondition,
        actor: &ActorRecord,
        request: &MemberRequest,
        decide: impl Fn(Document) -> Result<Document, scim::Error>,
    ) -> Result<ChangedGroup, Error> {
        let mut next = ReadOrder::AtOnce;
        let outcome = retry!({
            let GroupToChange { group: before, known, employees, may_be_stale } =
                MemberRequests(self.0).read_to_change(id, request, next).await?;
            next = ReadOrder::GroupFirst;
            precondition.check(before.version)?;
            let decided = match decide(with_members(&before, &known)) {
                // The error may come from a stale row.
                Err(_) if may_be_stale => return Ok(Attempt::Again(NextAttempt::AtOnce)),
                decided => decided?,
            };
            let (attributes, wanted) = split_members(decided);
            let members =
                MemberRequests(self.0).member_changes(id, &known, &wanted, employees).await?;
            if may_be_stale && !members.covers(&request.affected) {
                return Ok(Attempt::Again(NextAttempt::AtOnce));
            }
            let occasion = Occasion { at: self.0.sources.now(), actor };
            let groups = &self.0.types.groups;
            let change = change::changed(groups, &before, attributes, &members, occasion);
            let Some(change) = change else {
                return Ok(Attempt::Done(ChangeOutcome::Unchanged(before)));
            };
            check_size(before.member_count, &change.after)?;
            let (record, after) = ((Kind::Group, id), &change.after);
            let rename = UniqueNames(self.0)
                .rename(record, before.display_name(), after.display_name())
                .await?;
            let is_shown = request.members == Wanted::Yes
                && after.member_count <= MOST_MEMBERS_ANSWERED
                && after.redo_log.is_none();
            // Reads the members for the response during the write.
            let rows = async {
                if is_shown { self.0.store.members().list_rows(id).await.ok() } else { None }
            };
            let (written, rows) = tokio::join!(
                self.0.store.groups().replace(&change, rename.as_ref(), &members),
                rows
            );
            let attempt = attempt_after_change(written?, record)?;
            Ok::<_, Error>(
                attempt.map(|()| ChangeOutcome::Committed(Box::new(change), members, rows)),
            )
        })?;
        let (change, members, rows) = match outcome {
            ChangeOutcome::Unchanged(group) => return Ok(ChangedGroup::unread(group)),
            ChangeOutcome::Committed(change, members, rows) => (*change, members, rows),
        };
        if change.after.redo_log.is_some() {
            return Ok(self.with_members_written(change.after, &members).await);
        }
        let members = rows.and_then(|rows| members.over(rows, &change));
        Ok(ChangedGroup { group: change.after, members })
    }

    /// Writes the members of a group after the commit, for a limited time, and returns the group.
    async fn with_members_written(self, group: Group, members: &MemberChanges) -> ChangedGroup {
        let apply = async {
            if !self.0.store.redo_logs().apply(&group, members).await? {
                PendingChanges(self.0).settled(group.id).await?;
            }
            Ok(())
        };
        let is_applied = finish_committed(apply).await;
        let redo_log = group.redo_log.filter(|_| !is_applied);
        ChangedGroup::unread(Group { redo_log, ..group })
    }

    async fn get_if(self, id: Uuid, precondition: &Precondition) -> Result<Group, Error> {
        let group = PendingChanges(self.0).settled(id).await?.ok_or(Error::NoGroup(id))?;
        precondition.check(group.version)?;
        Ok(group)
    }
}

fn check_size(before: u64, group: &Group) -> Result<(), Error> {
    if group.redo_log.is_some_and(|log| !log.fits()) {
        let text = "The change has more members and names than one request can; send it in several";
        return Err(scim::Error::new(scim::ScimType::TooMany, text).into());
    }
    let most = u64::try_from(LIMITS.members).unwrap_or(u64::MAX);
    if group.member_count <= most || group.member_count <= before {
        return Ok(());
    }
    let text =
        format!("The group would have {} members; at most {most} are kept", group.member_count);
    let problem = Problem::TooManyMembers { limit: LIMITS.members };
    Err(scim::Error::invalid_value(text).because(problem).into())
}
