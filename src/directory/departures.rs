//! Who goes leaves the groups, and who comes back joins them again: some with the write that decides it, the others after
//! it.

use super::change::Occasion;
use super::group_change;
use super::membership::member_name;
use super::{Directory, Error};
use crate::store::departure::{Move, Mover};
use crate::store::dynamodb::retry::Pauses;
use crate::store::employee::Employee;
use crate::store::group::Group;
use crate::store::group_write::GroupChange;
use crate::store::keys::Kind;
use crate::store::member::{Member, MemberChanges};
use crate::store::membership::{Memberships, Presence};
use crate::store::written::Written;
use std::collections::BTreeSet;
use time::Duration;
use uuid::Uuid;

/// How many groups one transaction leaves or joins: four items each, beside an employee with many addresses; a
/// transaction takes 100.
const MOST_AT_ONCE: usize = 12;

/// After how long others go on with what a request began: by then it has ended. An erasure can take longer; then both go on
/// with it, and each step is written once.
const LEFT_OVER_AFTER: Duration = Duration::minutes(1);

/// How long a request goes on with what others left over.
const LONGEST_HELP: std::time::Duration = std::time::Duration::from_secs(2);

impl Directory {
    /// Decides the departure of a record. An employee becomes [`Presence::Away`], a deleted record [`Presence::Gone`].
    pub(super) async fn departure(
        &self,
        (kind, id): (Kind, Uuid),
        presence: Presence,
        memberships: Memberships,
        occasion: Occasion<'_>,
    ) -> Result<Move, Error> {
        let member = Member { id, kind, display: None };
        self.step(mover(member, presence, occasion), memberships, occasion).await
    }

    /// How an employee comes back.
    pub(super) async fn comeback(
        &self,
        employee: &Employee,
        occasion: Occasion<'_>,
    ) -> Result<Move, Error> {
        let display = Some(member_name(employee));
        let member = Member { id: employee.id, kind: Kind::Employee, display };
        let before = self.memberships(employee.id).await?;
        self.step(mover(member, Presence::Here, occasion), before, occasion).await
    }

    /// Has the groups follow that the write of `begun` left over; when it touched any, also those that interrupted requests
    /// left over.
    pub(super) async fn follow(&self, begun: &Move) -> Result<(), Error> {
        let followed = match begun.after.is_settled() {
            true => Ok(()),
            false => self.finish(&begun.mover).await,
        };
        if begun.groups.is_empty() {
            return followed;
        }
        // What is too much for one request is for several.
        match tokio::time::timeout(LONGEST_HELP, self.follow_left_over()).await {
            Ok(left_over) => followed.and(left_over),
            Err(_) => followed,
        }
    }

    async fn follow_left_over(&self) -> Result<(), Error> {
        let latest = self.sources.now() - LEFT_OVER_AFTER;
        self.finish_moves_where(|mover| mover.since < latest).await
    }

    /// Finishes all departures and returns, also those that a request works on.
    pub(super) async fn finish_moves(&self) -> Result<(), Error> {
        self.finish_moves_where(|_| true).await
    }

    async fn finish_moves_where(&self, wanted: impl Fn(&Mover) -> bool) -> Result<(), Error> {
        let mut finished = Ok(());
        for mover in self.store.list_movers().await?.iter().filter(|mover| wanted(mover)) {
            // One that cannot be finished is no reason to leave the others.
            finished = finished.and(self.finish(mover).await);
        }
        finished
    }

    /// Has all groups follow that somebody who is gone has not left yet, whoever began it.
    pub(super) async fn finish_departure(
        &self,
        id: Uuid,
        occasion: Occasion<'_>,
    ) -> Result<(), Error> {
        let member = Member { id, kind: Kind::Employee, display: None };
        self.finish(&mover(member, Presence::Gone, occasion)).await
    }

    async fn finish(&self, mover: &Mover) -> Result<(), Error> {
        let mut pauses = Pauses::new();
        loop {
            let before = self.memberships(mover.member.id).await?;
            if before.presence != mover.presence && !before.is_settled() {
                // They came or went again, and somebody else goes on with that.
                return Ok(());
            }
            let occasion = Occasion { at: self.sources.now(), by: &mover.by };
            let now = Mover { presence: before.presence, ..mover.clone() };
            let step = self.step(now, before, occasion).await?;
            match self.store.write_step(&step).await? {
                Written::Done if step.after.is_settled() => return Ok(()),
                Written::Done => pauses = Pauses::new(),
                Written::Stale | Written::ClaimDiffers(_) => pauses.pause().await?,
            }
        }
    }

    /// As much of a move as one transaction takes.
    async fn step(
        &self,
        mover: Mover,
        before: Memberships,
        occasion: Occasion<'_>,
    ) -> Result<Move, Error> {
        let presence = mover.presence;
        let touched = touched(&before, presence);
        let mut members = MemberChanges::default();
        match presence {
            Presence::Here => members.joined.push(mover.member.clone()),
            Presence::Away | Presence::Gone => members.left.push(mover.member.id),
        }
        let groups = self.group_changes(&touched, &members, occasion).await?;
        let there = groups.iter().map(|change| change.after.id).collect();
        let after = moved(&before, presence, &touched, &there);
        Ok(Move { mover, before, after, groups })
    }

    /// Where somebody is a member.
    pub(super) async fn memberships(&self, id: Uuid) -> Result<Memberships, Error> {
        Ok(self.store.get_memberships(&[id]).await?.remove(&id).unwrap_or_default())
    }

    /// Those of the groups that are still there, with a change of members.
    async fn group_changes(
        &self,
        ids: &BTreeSet<Uuid>,
        members: &MemberChanges,
        occasion: Occasion<'_>,
    ) -> Result<Vec<GroupChange>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<Uuid> = ids.iter().copied().collect();
        let mut groups = Vec::with_capacity(ids.len());
        for group in self.store.get_records::<Group>(&ids).await? {
            match group.journal {
                None => groups.push(group),
                Some(_) => groups.extend(self.settled_group(group.id).await?),
            }
        }
        let types = &self.types.groups;
        let changes = groups.iter().filter_map(|group| {
            let attributes = group.attributes.clone();
            group_change::changed(types, group, attributes, members, occasion)
        });
        Ok(changes.collect())
    }
}

fn mover(member: Member, presence: Presence, occasion: Occasion<'_>) -> Mover {
    Mover { member, by: occasion.by.to_owned(), since: occasion.at, presence }
}

/// The groups that the next step joins or leaves.
fn touched(before: &Memberships, presence: Presence) -> BTreeSet<Uuid> {
    let all = match presence {
        Presence::Here => &before.former - &before.groups,
        Presence::Away | Presence::Gone => before.groups.clone(),
    };
    all.into_iter().take(MOST_AT_ONCE).collect()
}

/// Where somebody is a member after a step: of the groups that it touches, those that are `there` still.
fn moved(
    before: &Memberships,
    presence: Presence,
    touched: &BTreeSet<Uuid>,
    there: &BTreeSet<Uuid>,
) -> Memberships {
    let Memberships { groups, former, .. } = before;
    // What is only forgotten with it counts like a group that is touched.
    let room = MOST_AT_ONCE.saturating_sub(touched.len());
    let (groups, former) = match presence {
        Presence::Here => {
            // Others may have made them a member meanwhile.
            let joined: BTreeSet<Uuid> = former.intersection(groups).copied().take(room).collect();
            (groups | there, &(former - touched) - &joined)
        }
        Presence::Away => (groups - touched, former | there),
        Presence::Gone => (groups - touched, former.iter().copied().skip(room).collect()),
    };
    Memberships { groups, former, presence }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(numbers: impl IntoIterator<Item = u128>) -> BTreeSet<Uuid> {
        numbers.into_iter().map(Uuid::from_u128).collect()
    }

    /// Steps until it is settled, with groups that are all there but for those with a number above 100.
    fn steps(mut before: Memberships, presence: Presence) -> Vec<Memberships> {
        let mut steps = Vec::new();
        loop {
            let touched = touched(&before, presence);
            let there = touched.iter().copied().filter(|id| id.as_u128() <= 100).collect();
            before = moved(&before, presence, &touched, &there);
            steps.push(before.clone());
            if before.is_settled() {
                return steps;
            }
        }
    }

    #[test]
    fn who_goes_away_leaves_some_groups_at_a_time_and_remembers_those_that_are_there() {
        let before =
            Memberships { groups: ids(1..=20), former: ids([50]), ..Memberships::default() };
        let steps = steps(before, Presence::Away);
        let away = |groups, former| Memberships { groups, former, presence: Presence::Away };
        let remembered = |last| ids((1..=last).chain([50]));
        assert_eq!(steps, [away(ids(13..=20), remembered(12)), away(ids([]), remembered(20))]);
        let before = Memberships { groups: ids([1, 101]), ..Memberships::default() };
        let left = &moved(&before, Presence::Away, &before.groups, &ids([1]));
        assert_eq!(*left, away(ids([]), ids([1])));
    }

    #[test]
    fn who_comes_back_joins_some_groups_at_a_time_and_none_twice() {
        let before = Memberships {
            groups: ids([3, 4]),
            former: ids((3..=20).chain([101])),
            presence: Presence::Away,
        };
        let steps = steps(before, Presence::Here);
        let here = |groups, former| Memberships { groups, former, presence: Presence::Here };
        let first = here(ids(3..=16), ids([3, 4, 17, 18, 19, 20, 101]));
        assert_eq!(steps, [first, here(ids(3..=20), ids([]))]);
    }

    #[test]
    fn who_is_gone_is_in_no_group_and_comes_back_to_none() {
        let before =
            Memberships { groups: ids(1..=8), former: ids(20..=30), presence: Presence::Away };
        let steps = steps(before, Presence::Gone);
        let gone = |groups, former| Memberships { groups, former, presence: Presence::Gone };
        assert_eq!(steps, [gone(ids([]), ids(24..=30)), gone(ids([]), ids([]))]);
    }

    #[test]
    fn a_step_is_no_more_than_a_transaction_takes() {
        let before =
            Memberships { groups: ids(1..=99), former: ids(1..=50), ..Memberships::default() };
        for presence in [Presence::Here, Presence::Away, Presence::Gone] {
            let touched = touched(&before, presence);
            let after = moved(&before, presence, &touched, &touched);
            let differences = [&before.groups ^ &after.groups, &before.former ^ &after.former];
            let items: usize = differences.iter().map(BTreeSet::len).sum();
            assert!(touched.len() * 2 + items <= MOST_AT_ONCE * 4, "{presence:?}");
        }
    }
}
