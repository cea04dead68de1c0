//! The story of the demo: the steps of the past month, and their times.

use time::Duration;

/// The length of the story, in days.
pub const DAYS: i64 = 30;
/// The people whom Okta creates on the first day.
const FIRST_PEOPLE: usize = 150;
/// The first of the people whom the administrator imports before Okta is connected. Okta links two of them.
pub const FIRST_IMPORTED: usize = 193;
/// The imported people whom Okta links.
const LINKED: [usize; 2] = [193, 194];
/// The people who leave, with the day. Okta deactivates them.
const LEAVERS: [(usize, i64); 9] =
    [(23, 4), (41, 7), (58, 9), (77, 12), (84, 15), (96, 18), (103, 21), (119, 25), (132, 29)];
/// The person whom Okta deletes, with the day.
const DELETED: (usize, i64) = (65, 20);
/// The first minute of work in a day of the story. A day ends at the time of day at which the demo starts.
const WORK_BEGINS: i64 = 1_140;

/// One step of the story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The administrator imports people.
    Import,
    /// The administrator connects Okta: token, settings, test of the credentials.
    Connect,
    /// Okta looks a person up and creates the user.
    Hire(usize),
    /// Okta finds an imported person and links the user.
    Link(usize),
    /// Okta pushes a group with its members among the first people.
    PushGroup(usize),
    /// The administrator sets the person's city as the location.
    SetCity(usize),
    /// Okta changes a person's title.
    Promote(usize),
    /// Okta changes a person's location.
    Relocate(usize),
    /// Okta deactivates a person.
    Leave(usize),
    /// Okta deletes a user.
    Delete(usize),
    /// Okta sends a request that fails.
    Fail(Failure),
    /// The administrator replaces the Secret Token.
    ReplaceToken,
    /// A request comes with the replaced token.
    UseReplacedToken,
    /// A request comes with the admin token.
    UseAdminToken,
}

/// A request that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// A create of a userName that another user has.
    UserNameTaken(usize),
    /// An update with a status that is neither true nor false.
    WrongStatus(usize),
    /// A push of a group whose name another group has.
    GroupNameTaken(usize),
    /// A create without a userName.
    NoUserName,
}

/// Returns all steps, with their times since the start of the story.
pub fn steps() -> Vec<(Duration, Step)> {
    let mut steps = vec![
        (at(0, 0), Step::Import),
        (at(0, 10), Step::Connect),
        (at(26, 10), Step::ReplaceToken),
        (at(26, 12), Step::UseReplacedToken),
        (at(27, 30), Step::UseAdminToken),
        (at(DELETED.1, 95), Step::Delete(DELETED.0)),
        (at(DAYS - 1, 298), Step::Promote(12)),
    ];
    steps.extend((0..FIRST_PEOPLE).map(|person| (at(0, 20), Step::Hire(person))));
    steps.extend((0..super::groups::GROUPS.len()).map(|group| (at(0, 40), Step::PushGroup(group))));
    steps.extend(LINKED.map(|person| (at(1, 20), Step::Link(person))));
    let cities = (0..FIRST_PEOPLE).filter(|person| person % 3 != 0);
    steps.extend(cities.map(|person| (at(2, 15), Step::SetCity(person))));
    steps.extend(LEAVERS.map(|(person, day)| (at(day, 60 + day * 7), Step::Leave(person))));
    steps.extend(hires());
    steps.extend(changes());
    steps.extend(failures());
    steps.sort_by_key(|(at, _)| *at);
    steps
}

fn at(day: i64, minute: i64) -> Duration {
    Duration::days(day) + Duration::minutes(WORK_BEGINS + minute)
}

/// The hires after the first day.
fn hires() -> impl Iterator<Item = (Duration, Step)> {
    (FIRST_PEOPLE..FIRST_IMPORTED).zip(0_i64..).map(|(person, number)| {
        (at(2 + number * 27 / 42, 30 + number * 37 % 240), Step::Hire(person))
    })
}

/// The changes of people: fewer on two days of each week.
fn changes() -> impl Iterator<Item = (Duration, Step)> {
    (3..DAYS).flat_map(|day| {
        let count = if day % 7 > 4 { 1 } else { 2 + day % 4 };
        (0..count).filter_map(move |number| {
            let seed = usize::try_from(day * 31 + number * 47).unwrap_or_default();
            let person = 9 + seed % (FIRST_PEOPLE - 9);
            let stays = LEAVERS.iter().chain([&DELETED]).all(|(leaver, _)| *leaver != person);
            let step = if seed % 3 == 0 { Step::Relocate(person) } else { Step::Promote(person) };
            stays.then_some((at(day, 45 + number * 41), step))
        })
    })
}

/// The failed requests, all in the last week and none in the last day.
fn failures() -> impl Iterator<Item = (Duration, Step)> {
    let user_names =
        (0_i64..6).zip(10..).map(|(n, one)| (at(24, 100 + n * 9), Failure::UserNameTaken(one)));
    let statuses =
        (0_i64..4).zip(30..).map(|(n, one)| (at(25 + n, 140), Failure::WrongStatus(one)));
    let groups =
        (0_i64..2).zip(3..).map(|(n, one)| (at(24 + n * 2, 200), Failure::GroupNameTaken(one)));
    let unnamed = (0_i64..2).map(|n| (at(27, 120 + n), Failure::NoUserName));
    let all = user_names.chain(statuses).chain(groups).chain(unnamed);
    all.map(|(at, failure)| (at, Step::Fail(failure)))
}

#[cfg(test)]
mod tests {
    use super::super::people::PEOPLE;
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_person_comes_once_and_the_counts_are_the_promised_ones() {
        let steps = steps();
        let people = |pick: fn(&Step) -> Option<usize>| {
            let picked: Vec<usize> = steps.iter().filter_map(|(_, step)| pick(step)).collect();
            assert_eq!(picked.iter().collect::<BTreeSet<_>>().len(), picked.len());
            picked.len()
        };
        let hired = people(|step| if let Step::Hire(one) = step { Some(*one) } else { None });
        assert_eq!(hired + (PEOPLE - FIRST_IMPORTED), PEOPLE);
        let linked = people(|step| if let Step::Link(one) = step { Some(*one) } else { None });
        assert_eq!(PEOPLE - FIRST_IMPORTED - linked, 5, "imported and not linked");
        assert_eq!(people(|step| if let Step::Leave(one) = step { Some(*one) } else { None }), 9);
        assert_eq!(people(|step| if let Step::Delete(one) = step { Some(*one) } else { None }), 1);
        let failed = steps.iter().filter(|(_, step)| matches!(step, Step::Fail(_))).count();
        assert_eq!(failed, 14);
        assert_eq!(super::super::groups::GROUPS.len(), 12);
    }

    #[test]
    fn failures_are_in_the_last_week_and_older_than_a_day() {
        let end = Duration::days(DAYS);
        for (at, step) in steps() {
            assert!(at < end, "{step:?}");
            if matches!(step, Step::Fail(_) | Step::UseAdminToken | Step::UseReplacedToken) {
                assert!(at > end - Duration::days(7) && at < end - Duration::DAY, "{step:?}: {at}");
            }
        }
    }
}
