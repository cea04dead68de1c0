//! The use cases of an identity provider for groups: create, get, replace, patch, delete.

pub(crate) mod change;
pub(crate) mod members;
pub(crate) mod departure;
pub(crate) mod finish;
pub mod relations;
pub mod memory;
pub mod view;

use super::names::Attempt;
use super::related_record::Wanted;
use super::users::Precondition;
use super::users::change::Occasion;
use super::{Directory, Error};
use crate::limits::LIMITS;
use crate::model::group::Group;
use crate::model::kind::Kind;
use crate::model::member::{Member, MemberChanges};
use crate::model::unfinished::Work;
use crate::store::dynamodb::retry::Pauses;
use crate::store::written::Written;
use change::split_members;
use finish::finish_committed;
use members::{GroupToChange, MemberRequest, ReadOrder, is_whole, with_members};
use scim::document::Document;
use scim::patch::{self, AffectedValues, Op, PatchRequest};
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

impl ChangedGroup {
    fn unread(group: Group) -> Self {
        Self { group, members: None }
    }
}

impl Directory {
    /// Returns a group.
    ///
    /// # Errors
    /// Fails with [`Error::NoGroup`], or as every call of the store does.
    pub async fn get_group(&self, id: Uuid) -> Result<Group, Error> {
        self.store.get_record(id).await?.ok_or(Error::NoGroup(id))
    }

    /// Returns a group and its members in id order, both from the same time.
    ///
    /// # Errors
    /// Fails with [`Error::NoGroup`], [`Error::Contention`], or as every call of the store does.
    pub async fn members_of(&self, group: Group) -> Result<(Group, Vec<Member>), Error> {
        self.members_shown(self.settled_for_reading(group).await?).await
    }

    /// Does the same for a settled group.
    pub(super) async fn members_shown(
        &self,
        mut group: Group,
    ) -> Result<(Group, Vec<Member>), Error> {
        let mut pauses = Pauses::new();
        let rows = loop {
            let rows = match group.member_count {
                0 => Vec::new(),
                _ => self.store.list_member_rows(group.id).await?,
            };
            if is_whole(&group, &rows) {
                break rows;
            }
            let before = group.revision;
            group = self.settled_group(group.id).await?.ok_or(Error::NoGroup(group.id))?;
            if group.revision == before {
                break rows;
            }
            pauses.pause().await?;
        };
        Ok((group, rows.into_iter().map(|row| row.member).collect()))
    }

    /// Adds a group. Unknown members are ignored.
    ///
    /// `attributes` are canonical and complete, as [`scim::body::read_body`] returns them.
    ///
    /// # Errors
    /// Fails with [`Error::GroupNameTaken`], [`Error::Protocol`] for too many members, [`Error::Contention`], or as
    /// every call of the store does.
    pub async fn create_group(
        &self,
        attributes: Document,
        by: &str,
    ) -> Result<ChangedGroup, Error> {
        let (attributes, wanted) = split_members(attributes);
        let name = attributes.text("displayName").unwrap_or_default();
        let occasion = Occasion { at: self.sources.now(), by };
        let id = self.sources.new_id();
        let mut attempt = Attempt::new(Kind::Group, name);
        loop {
            let claim = attempt.claim()?;
            let members = self.member_changes(id, &[], &wanted, None).await?;
            let (group, entry) =
                change::created(&self.types.groups, id, attributes.clone(), &members, occasion);
            check_size(0, &group)?;
            let written = self.store.create_group(&group, claim, &members, &entry).await?;
            if self.is_done(written, &mut attempt).await? {
                self.memory.there_are_groups(self.store.tenant_id(), occasion.at);
                if group.redo_log.is_some() {
                    return Ok(self.with_members_written(group, &members).await);
                }
                let mut members = members.joined;
                members.sort_unstable_by_key(|member| member.id);
                return Ok(ChangedGroup { group, members: Some(members) });
            }
        }
    }

    /// Replaces all attributes and members of a group (RFC 7644 §3.5.1).
    ///
    /// # Errors
    /// Fails with [`Error::NoGroup`], [`Error::VersionDiffers`], [`Error::GroupNameTaken`], [`Error::Protocol`] for too
    /// many members, [`Error::Contention`], or as every call of the store does.
    pub async fn replace_group(
        &self,
        id: Uuid,
        attributes: &Document,
        precondition: &Precondition,
        by: &str,
    ) -> Result<ChangedGroup, Error> {
        let request =
            MemberRequest { reach: AffectedValues::Any, may_add: true, members: Wanted::No };
        self.change_group(id, precondition, by, &request, |_| Ok(attributes.clone())).await
    }

    /// Applies a PATCH to a group (RFC 7644 §3.5.2). If one operation fails, the PATCH changes nothing.
    ///
    /// Reads only the members that the request can touch. If the response shows the members, the others are read during
    /// the write.
    ///
    /// # Errors
    /// Fails as [`Directory::replace_group`] does, and with [`Error::Protocol`] when an operation cannot be applied.
    pub async fn patch_group(
        &self,
        id: Uuid,
        request: &PatchRequest,
        precondition: &Precondition,
        members: Wanted,
        by: &str,
    ) -> Result<ChangedGroup, Error> {
        let groups = &self.types.groups;
        let reach = patch::affected_values(groups, request);
        let may_add = request.operations.iter().any(|operation| operation.op != Op::Remove);
        let members = MemberRequest { reach, may_add, members };
        let decide = |before: Document| patch::apply(groups, before, request);
        self.change_group(id, precondition, by, &members, decide).await
    }

    /// Deletes a group (RFC 7644 §3.6). Its history stays.
    ///
    /// # Errors
    /// Fails with [`Error::NoGroup`], [`Error::VersionDiffers`], [`Error::Contention`], or as every call of the store
    /// does.
    pub async fn delete_group(
        &self,
        id: Uuid,
        precondition: &Precondition,
        by: &str,
    ) -> Result<(), Error> {
        let mut pauses = Pauses::new();
        loop {
            let (group, memberships) =
                tokio::try_join!(self.get_group_if(id, precondition), self.memberships(id))?;
            let occasion = Occasion { at: self.sources.now(), by };
            let claim =
                async { Ok(self.store.get_claim(Kind::Group, group.display_name()).await?) };
            let (claim, departure) = tokio::try_join!(
                claim,
                self.departure((Work::Deletion, id), memberships, group.member_count > 0, occasion),
            )?;
            let entry = change::deleted(&self.types.groups, &group, occasion);
            match self.store.delete_group(&group, &claim, &departure, &entry).await? {
                Written::Done => {
                    self.finish_begun(&departure).await;
                    return Ok(());
                }
                Written::Stale | Written::ClaimDiffers(_) => pauses.pause().await?,
            }
        }
    }

    /// Reads, decides and writes. Retries from the read when the write is stale.
    async fn change_group(
        &self,
        id: Uuid,
        precondition: &Precondition,
        by: &str,
        request: &MemberRequest,
        decide: impl Fn(Document) -> Result<Document, scim::Error>,
    ) -> Result<ChangedGroup, Error> {
        let mut pauses = Pauses::new();
        let mut next = ReadOrder::AtOnce;
        loop {
            let GroupToChange { group: before, known, employees, may_be_stale } =
                self.group_to_change(id, request, next).await?;
            next = ReadOrder::GroupFirst;
            precondition.check(before.version)?;
            let decided = match decide(with_members(&before, &known)) {
                // The error may come from a stale row.
                Err(_) if may_be_stale => continue,
                decided => decided?,
            };
            let (attributes, wanted) = split_members(decided);
            let members = self.member_changes(id, &known, &wanted, employees).await?;
            if may_be_stale && !members.covers(&request.reach) {
                continue;
            }
            let occasion = Occasion { at: self.sources.now(), by };
            let groups = &self.types.groups;
            let change = change::changed(groups, &before, attributes, &members, occasion);
            let Some(change) = change else { return Ok(ChangedGroup::unread(before)) };
            check_size(before.member_count, &change.after)?;
            let (record, after) = ((Kind::Group, id), &change.after);
            let rename = self.rename(record, before.display_name(), after.display_name()).await?;
            let is_shown = request.members == Wanted::Yes
                && after.member_count <= MOST_MEMBERS_ANSWERED
                && after.redo_log.is_none();
            // Reads the members for the response during the write.
            let rows =
                async { if is_shown { self.store.list_member_rows(id).await.ok() } else { None } };
            let (written, rows) =
                tokio::join!(self.store.replace_group(&change, rename.as_ref(), &members), rows);
            if self.is_changed(written?, record, &mut pauses).await? {
                if change.after.redo_log.is_some() {
                    return Ok(self.with_members_written(change.after, &members).await);
                }
                let members = rows.and_then(|rows| members.over(rows, &change));
                return Ok(ChangedGroup { group: change.after, members });
            }
        }
    }

    /// Writes the members of a group after the commit, for a limited time, and returns the group.
    async fn with_members_written(&self, group: Group, members: &MemberChanges) -> ChangedGroup {
        let apply = async {
            if !self.store.apply_redo_log(&group, members).await? {
                self.settled_group(group.id).await?;
            }
            Ok(())
        };
        let is_applied = finish_committed(apply).await;
        let redo_log = group.redo_log.filter(|_| !is_applied);
        ChangedGroup::unread(Group { redo_log, ..group })
    }

    async fn get_group_if(&self, id: Uuid, precondition: &Precondition) -> Result<Group, Error> {
        let group = self.settled_group(id).await?.ok_or(Error::NoGroup(id))?;
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
    Err(scim::Error::invalid_value(text).into())
}
