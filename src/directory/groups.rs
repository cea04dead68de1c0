//! What an identity provider does with groups: create, get, replace, patch, delete.

use super::change::Occasion;
use super::employees::Precondition;
use super::group_change::{self, split_members};
use super::membership::with_members;
use super::names::Attempt;
use super::tidy::tidy;
use super::{Directory, Error};
use crate::scim::document::Document;
use crate::scim::patch::{self, PatchRequest, Reach};
use crate::scim::schema::MAX_MEMBERS;
use crate::store::dynamodb::retry::Pauses;
use crate::store::group::Group;
use crate::store::keys::Kind;
use crate::store::member::Member;
use crate::store::membership::Presence;
use crate::store::written::Written;
use uuid::Uuid;

impl Directory {
    /// A group.
    ///
    /// # Errors
    /// [`Error::NoGroup`]; as for every call of the store.
    pub async fn get_group(&self, id: Uuid) -> Result<Group, Error> {
        self.store.get_record(id).await?.ok_or(Error::NoGroup(id))
    }

    /// The members of a group, in id order, as they were together at one time, and the group at that time.
    ///
    /// # Errors
    /// [`Error::NoGroup`], [`Error::Contention`], and as for every call of the store.
    pub async fn members_of(&self, mut group: Group) -> Result<(Group, Vec<Member>), Error> {
        let mut pauses = Pauses::new();
        loop {
            let members = self.store.list_members(&group).await?;
            if members.is_empty() && group.member_count == 0 {
                return Ok((group, members));
            }
            let now = self.get_group(group.id).await?;
            if now.revision == group.revision {
                return Ok((group, members));
            }
            pauses.pause().await?;
            group = now;
        }
    }

    /// Adds a group. Members that nobody here knows are left out.
    ///
    /// `attributes` are canonical and whole, as [`crate::scim::body::read_body`] returns them.
    ///
    /// # Errors
    /// [`Error::GroupNameTaken`], [`Error::Contention`]; as for every call of the store.
    pub async fn create_group(&self, attributes: Document, by: &str) -> Result<Group, Error> {
        let (attributes, wanted) = split_members(attributes);
        let name = attributes.text("displayName").unwrap_or_default();
        let occasion = Occasion { at: self.sources.now(), by };
        let id = self.sources.new_id();
        let mut attempt = Attempt::new(Kind::Group, name);
        loop {
            let claim = attempt.claim()?;
            let members = self.member_changes(id, &[], &wanted).await?;
            let (group, entry) = group_change::created(
                &self.types.groups,
                id,
                attributes.clone(),
                &members,
                occasion,
            );
            check_size(0, &group)?;
            let written = self.store.create_group(&group, claim, &members, &entry).await?;
            if self.is_done(written, &mut attempt).await? {
                self.memory.there_are_groups(self.store.tenant_id(), occasion.at);
                tidy(self.store.apply_journal(&group)).await;
                return Ok(group);
            }
        }
    }

    /// Puts other attributes and members in the place of all of a group's (RFC 7644 §3.5.1).
    ///
    /// # Errors
    /// [`Error::NoGroup`], [`Error::VersionDiffers`], [`Error::GroupNameTaken`], [`Error::Contention`], and as for every
    /// call of the store.
    pub async fn replace_group(
        &self,
        id: Uuid,
        attributes: &Document,
        precondition: &Precondition,
        by: &str,
    ) -> Result<Group, Error> {
        self.change_group(id, precondition, by, &Reach::All, |_| Ok(attributes.clone())).await
    }

    /// Applies a PATCH to a group (RFC 7644 §3.5.2), all of it or nothing. Reads no more of its members than it can touch.
    ///
    /// # Errors
    /// As [`Directory::replace_group`], and [`Error::Protocol`] when an operation cannot be applied.
    pub async fn patch_group(
        &self,
        id: Uuid,
        request: &PatchRequest,
        precondition: &Precondition,
        by: &str,
    ) -> Result<Group, Error> {
        let groups = &self.types.groups;
        let reach = patch::reach(groups, request);
        let decide = |before: Document| patch::apply(groups, before, request);
        self.change_group(id, precondition, by, &reach, decide).await
    }

    /// Removes a group (RFC 7644 §3.6). Its history stays.
    ///
    /// # Errors
    /// [`Error::NoGroup`], [`Error::VersionDiffers`], [`Error::Contention`], and as for every call of the store.
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
                self.departure((Kind::Group, id), Presence::Gone, memberships, occasion),
            )?;
            let entry = group_change::deleted(&self.types.groups, &group, occasion);
            match self.store.delete_group(&group, &claim, &departure, &entry).await? {
                Written::Done => {
                    tidy(async {
                        let followed = self.follow(&departure).await;
                        self.store.clear_graves().await?;
                        followed
                    })
                    .await;
                    return Ok(());
                }
                Written::Stale | Written::ClaimDiffers(_) => pauses.pause().await?,
            }
        }
    }

    /// Reads, decides and writes; again from the start when the write lost a race.
    async fn change_group(
        &self,
        id: Uuid,
        precondition: &Precondition,
        by: &str,
        reach: &Reach,
        decide: impl Fn(Document) -> Result<Document, crate::scim::Error>,
    ) -> Result<Group, Error> {
        let mut pauses = Pauses::new();
        loop {
            let before = self.get_group_if(id, precondition).await?;
            let known = self.reached(&before, reach).await?;
            let (attributes, wanted) = split_members(decide(with_members(&before, &known))?);
            let mut members = self.member_changes(id, &known, &wanted).await?;
            let awaited = self.awaited(id, reach, &known, &wanted).await?;
            if !awaited.is_empty() {
                // Those of them whom the request would take out if they were here.
                let away = awaited.iter().map(|awaited| awaited.member.clone());
                let here: Vec<Member> = known.iter().cloned().chain(away).collect();
                let (_, still) = split_members(decide(with_members(&before, &here))?);
                members.forget(&awaited, &still);
            }
            let occasion = Occasion { at: self.sources.now(), by };
            let groups = &self.types.groups;
            let change = group_change::changed(groups, &before, attributes, &members, occasion);
            let Some(change) = change else { return Ok(before) };
            check_size(before.member_count, &change.after)?;
            let (record, after) = ((Kind::Group, id), &change.after);
            let rename = self.rename(record, before.display_name(), after.display_name()).await?;
            let written = self.store.replace_group(&change, rename.as_ref(), &members).await?;
            if self.is_changed(written, record, &mut pauses).await? {
                tidy(self.store.apply_journal(&change.after)).await;
                return Ok(change.after);
            }
        }
    }

    async fn get_group_if(&self, id: Uuid, precondition: &Precondition) -> Result<Group, Error> {
        let group = self.settled_group(id).await?.ok_or(Error::NoGroup(id))?;
        precondition.check(group.version)?;
        Ok(group)
    }

    /// A group whose members are all written: what an earlier change left to do is done first.
    pub(super) async fn settled_group(&self, id: Uuid) -> Result<Option<Group>, Error> {
        let mut pauses = Pauses::new();
        loop {
            match self.store.get_record::<Group>(id).await? {
                Some(group) if group.journal.is_some() => {
                    self.store.apply_journal(&group).await?;
                    pauses.pause().await?;
                }
                settled => return Ok(settled),
            }
        }
    }
}

fn check_size(before: u64, group: &Group) -> Result<(), Error> {
    if group.journal.is_some_and(|journal| !journal.fits()) {
        let text = "The change has more members and names than one request can; send it in several";
        return Err(crate::scim::Error::new(crate::scim::ScimType::TooMany, text).into());
    }
    let most = u64::try_from(MAX_MEMBERS).unwrap_or(u64::MAX);
    // Who comes back can make it more: it can be called otherwise, and have fewer.
    if group.member_count <= most || group.member_count <= before {
        return Ok(());
    }
    let text =
        format!("The group would have {} members; at most {most} are kept", group.member_count);
    Err(crate::scim::Error::invalid_value(text).into())
}
