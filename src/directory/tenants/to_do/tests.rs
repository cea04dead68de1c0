//! Tests of each rule of the to-do list.

use super::*;
use crate::model::tenant::{Scope, Stage};
use crate::model::unauthorized::UnauthorizedReason;
use scim::json_shape::JsonShape;
use time::macros::datetime;

const NOON: OffsetDateTime = datetime!(2026-11-29 12:00 UTC);

fn token(expires: Option<OffsetDateTime>) -> TokenRecord {
    TokenRecord {
        scope: Scope::Scim,
        stage: Stage::Current,
        label: "Okta 2027".to_owned(),
        digest: "digest".to_owned(),
        created: NOON - Duration::days(3),
        expires,
        form: None,
    }
}

/// Calls `check` with facts that give no entry.
fn with_facts(check: impl FnOnce(ToDoFacts<'_>)) {
    let dismissed = Dismissals::default();
    let token = token(None);
    check(ToDoFacts {
        now: NOON,
        state: &SyncState::Healthy,
        token: Some(&token),
        active: 454,
        not_used: &[(GovernedAttribute::Location, 0)],
        failed: &[],
        ignored: &[],
        not_linked: 0,
        link_expires: None,
        dismissed: &dismissed,
    });
}

fn failed(cause: &str, count: u64) -> FailedRequests {
    FailedRequests { cause: cause.to_owned(), sentence: format!("About {cause}."), count }
}

fn ignored(name: &str) -> UnknownAttribute {
    UnknownAttribute {
        resource_type: "User".to_owned(),
        name: name.to_owned(),
        day: "2026-11-29".to_owned(),
        shape: JsonShape::TEXT,
    }
}

#[test]
fn a_sync_that_works_has_nothing_to_do() {
    with_facts(|facts| {
        assert_eq!(facts.entries(), []);
        for state in [
            SyncState::Waiting,
            SyncState::NotConnected,
            SyncState::Quiet { last_request: NOON },
            SyncState::SomeRequestsFail { last_failure: NOON },
        ] {
            assert_eq!(ToDoFacts { state: &state, ..facts.clone() }.entries(), [], "{state:?}");
        }
    });
}

#[test]
fn a_failing_sync_comes_first_and_stays() {
    with_facts(|facts| {
        let mut dismissed = Dismissals::default();
        dismissed.set("failing", true, NOON);
        for state in [
            SyncState::Failing { last_success: None },
            SyncState::Unauthorized(UnauthorizedReason::UnknownToken),
        ] {
            let facts =
                ToDoFacts { state: &state, not_linked: 5, dismissed: &dismissed, ..facts.clone() };
            assert_eq!(facts.entries(), [ToDo::Failing, ToDo::NotLinked { people: 5 }]);
            assert_eq!(ToDo::Failing.cause(), None);
        }
    });
}

#[test]
fn a_token_is_an_entry_14_days_before_it_expires() {
    with_facts(|facts| {
        let of = |expires| {
            let token = token(Some(expires));
            ToDoFacts { token: Some(&token), ..facts.clone() }.entries()
        };
        let expires = NOON + Duration::days(14);
        assert_eq!(of(expires), [ToDo::TokenExpires { label: "Okta 2027".to_owned(), expires }]);
        assert_eq!(of(expires + Duration::SECOND), []);
    });
}

#[test]
fn an_attribute_that_is_sent_and_not_used_is_an_entry() {
    with_facts(|facts| {
        let not_used = [
            (GovernedAttribute::Department, 3),
            (GovernedAttribute::Location, 449),
            (GovernedAttribute::Manager, 0),
        ];
        let entry = |attribute, sent| ToDo::SentAndNotUsed { attribute, sent, active: 454 };
        let expected =
            [entry(GovernedAttribute::Location, 449), entry(GovernedAttribute::Department, 3)];
        assert_eq!(ToDoFacts { not_used: &not_used, ..facts }.entries(), expected);
    });
}

#[test]
fn failed_requests_are_an_entry_for_each_cause() {
    with_facts(|facts| {
        let causes = [failed("bad-value", 2), failed("user-name-taken", 12), failed("none", 0)];
        let expected = [
            ToDo::FailedRequests(failed("user-name-taken", 12)),
            ToDo::FailedRequests(failed("bad-value", 2)),
        ];
        assert_eq!(ToDoFacts { failed: &causes, ..facts }.entries(), expected);
    });
}

#[test]
fn ignored_attributes_are_one_entry() {
    with_facts(|facts| {
        let attributes = [ignored("urn:x:y:badge"), ignored("tshirtSize")];
        let facts = ToDoFacts { ignored: &attributes, ..facts };
        assert_eq!(facts.entries(), [ToDo::Ignored { attributes: attributes.to_vec() }]);
    });
}

#[test]
fn imported_people_and_an_open_link_come_last() {
    with_facts(|facts| {
        let expires = NOON + Duration::days(7);
        let facts = ToDoFacts { not_linked: 1, link_expires: Some(expires), ..facts };
        let expected = [ToDo::NotLinked { people: 1 }, ToDo::LinkOpen { expires }];
        assert_eq!(facts.entries(), expected);
    });
}

#[test]
fn a_dismissed_cause_is_hidden_for_30_days_and_makes_room_for_others() {
    with_facts(|facts| {
        let causes: Vec<_> = (1..=6).map(|n| failed(&format!("cause-{n}"), 10 - n)).collect();
        let facts = ToDoFacts { failed: &causes, not_linked: 1, ..facts };
        let names = |facts: &ToDoFacts<'_>| {
            facts.entries().iter().filter_map(ToDo::cause).collect::<Vec<_>>().join(" ")
        };
        let five = "failed-cause-1 failed-cause-2 failed-cause-3 failed-cause-4 not-linked";
        assert_eq!(names(&facts), five, "at most five, and each rule has one");
        // The counts are 9, 8, 7, 6, 5 and 4.
        let more = ToDo::MoreFailed { requests: 5 + 4, causes: 2 };
        assert_eq!(facts.entries().last(), Some(&more), "the rest is one more entry");
        let mut dismissed = Dismissals::default();
        for n in 1..=4 {
            dismissed.set(&format!("failed-cause-{n}"), true, NOON);
        }
        let facts = ToDoFacts { dismissed: &dismissed, ..facts };
        assert_eq!(names(&facts), "failed-cause-5 failed-cause-6 not-linked");
        let later = ToDoFacts { now: NOON + Duration::days(30), ..facts };
        assert_eq!(names(&later), five);
    });
}

#[test]
fn each_rule_has_an_entry_before_a_rule_has_two() {
    with_facts(|facts| {
        let not_used = [(GovernedAttribute::Location, 9), (GovernedAttribute::Department, 8)];
        let causes = [failed("bad-value", 2), failed("user-name-taken", 12)];
        let attributes = [ignored("tshirtSize")];
        let (failed, ignored, link_expires) = (&causes, &attributes, Some(NOON));
        let facts = ToDoFacts { not_used: &not_used, failed, ignored, link_expires, ..facts };
        let names = |facts: &ToDoFacts<'_>| {
            facts.entries().iter().filter_map(ToDo::cause).collect::<Vec<_>>().join(" ")
        };
        let (source, failed) = ("source-location", "failed-user-name-taken");
        let last = "ignored-attributes not-linked link-open";
        let full = ToDoFacts { not_linked: 1, ..facts.clone() };
        let rest = "failed-bad-value";
        assert_eq!(names(&full), format!("{source} {failed} {last} {rest}"));
        let last = "ignored-attributes link-open";
        assert_eq!(names(&facts), format!("{source} source-department {failed} {last} {rest}"));
    });
}

#[test]
fn every_cause_of_an_entry_can_be_dismissed() {
    let entries = [
        ToDo::TokenExpires { label: String::new(), expires: NOON },
        ToDo::SentAndNotUsed { attribute: GovernedAttribute::Manager, sent: 1, active: 1 },
        ToDo::FailedRequests(failed("user-name-taken", 1)),
        ToDo::Ignored { attributes: Vec::new() },
        ToDo::NotLinked { people: 1 },
        ToDo::LinkOpen { expires: NOON },
    ];
    for entry in entries {
        let cause = entry.cause().unwrap();
        assert!(is_cause(&cause), "{cause}");
    }
    for wrong in ["", "Failed", "failed_x", "-x", "9x", &"a".repeat(101)] {
        assert!(!is_cause(wrong), "{wrong}");
    }
}
