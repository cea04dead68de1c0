use super::*;
use std::collections::HashSet;

fn peppers(current: &str, previous: Option<&str>) -> Peppers {
    let secret = |text: &str| SecretString::from(text.to_owned());
    Peppers { current: secret(current), previous: previous.map(secret) }
}

fn id(id: &str) -> TenantId {
    TenantId::parse(id).expect("an id")
}

const START: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

/// Resumes an attempt from the cookie of another or of the same one.
fn resumed(
    (tenant, epoch): (&str, u64),
    state: &str,
    (name, value): (&str, &str),
    peppers: &Peppers,
    now: OffsetDateTime,
) -> Option<OpenAttempt> {
    let cookies = [("other", "cookie"), (name, value)];
    resume(&id(tenant), epoch, state, &cookies, peppers, now)
}

#[test]
fn an_attempt_comes_back_with_its_page_and_its_secrets() {
    let peppers = peppers("pepper", None);
    let new = begin(&id("acme"), 7, "settings?tab=a", true, &peppers, START).expect("an attempt");
    let start: String = new.state.chars().take(8).collect();
    assert_eq!(new.cookie_name, format!("rollcall_attempt_{start}"));
    let cookie = (&*new.cookie_name, new.cookie_value.expose_secret());
    let open = resumed(("acme", 7), &new.state, cookie, &peppers, START).expect("the attempt");
    assert_eq!((&*open.next, open.is_try), ("settings?tab=a", true));
    assert_eq!(open.nonce, new.nonce);
    assert_eq!(open.cookie_name, new.cookie_name);
    assert_eq!(code_challenge(open.verifier.expose_secret()), new.challenge);
    assert_eq!(open.verifier.expose_secret().len(), 43);
}

/// Mistake 1: the state is not bound to the browser.
#[test]
fn an_attempt_is_good_for_its_tenant_epoch_time_state_and_peppers_only() {
    let old = peppers("old", None);
    let new = begin(&id("acme"), 7, "", false, &old, START).expect("an attempt");
    let other = begin(&id("acme"), 7, "", false, &old, START).expect("an attempt");
    let value = new.cookie_value.expose_secret();
    let cookie = (&*new.cookie_name, value);
    let good = |place, state: &str, cookie, peppers: &Peppers, now| {
        resumed(place, state, cookie, peppers, now).is_some()
    };
    let last = START + ATTEMPT_LENGTH - Duration::seconds(1);
    let rotated = peppers("new", Some("old"));
    assert!(good(("acme", 7), &new.state, cookie, &old, last));
    assert!(good(("acme", 7), &new.state, cookie, &rotated, START));
    assert!(!good(("acme", 7), &new.state, cookie, &old, START + ATTEMPT_LENGTH));
    assert!(!good(("acme", 8), &new.state, cookie, &old, START));
    assert!(!good(("other", 7), &new.state, cookie, &old, START));
    assert!(!good(("acme", 7), &new.state, cookie, &peppers("new", None), START));
    // Another attempt's state and cookie, under each other's names too.
    assert!(!good(("acme", 7), &other.state, cookie, &old, START));
    assert!(!good(("acme", 7), &other.state, (&other.cookie_name, value), &old, START));
    let moved = (&*new.cookie_name, other.cookie_value.expose_secret());
    assert!(!good(("acme", 7), &new.state, moved, &old, START));
    let changed = [format!("{value}A"), value.replacen('.', "A.", 1)];
    for bad in ["", ".", "a.b", &changed[0], &changed[1]] {
        assert!(!good(("acme", 7), &new.state, (&new.cookie_name, bad), &old, START), "{bad}");
    }
    let changed = [format!("{}A", new.state), "ä".repeat(43)];
    for bad in ["", "short", &changed[0], &changed[1]] {
        assert!(!good(("acme", 7), bad, cookie, &old, START), "{bad}");
    }
}

/// Mistake 2: state, nonce or verifier can be guessed.
#[test]
fn a_thousand_starts_are_all_distinct() {
    let peppers = peppers("pepper", None);
    let mut seen = HashSet::new();
    for _ in 0..1_000 {
        let new = begin(&id("acme"), 1, "", false, &peppers, START).expect("an attempt");
        let cookie = new.cookie_value.expose_secret().to_owned();
        for text in [new.state, new.nonce, new.challenge, cookie] {
            assert!(seen.insert(text));
        }
    }
}

/// The cookie goes through the browser, so it must not contain the verifier, the state or the nonce.
#[test]
fn the_cookie_tells_neither_state_nor_nonce_nor_verifier() {
    let peppers = peppers("pepper", None);
    let new = begin(&id("acme"), 1, "", false, &peppers, START).expect("an attempt");
    let value = new.cookie_value.expose_secret();
    let cookie = (&*new.cookie_name, value);
    let open = resumed(("acme", 1), &new.state, cookie, &peppers, START).expect("the attempt");
    for secret in [open.verifier.expose_secret(), &*new.state, &new.nonce] {
        assert!(!value.contains(secret));
    }
    assert_eq!(format!("{new:?} {open:?}"), "NewAttempt OpenAttempt");
}

#[test]
fn a_page_that_is_too_long_counts_as_none() {
    let peppers = peppers("pepper", None);
    for (length, kept) in [(MAX_NEXT_BYTES, MAX_NEXT_BYTES), (MAX_NEXT_BYTES + 1, 0)] {
        let next = "n".repeat(length);
        let new = begin(&id("acme"), 1, &next, false, &peppers, START).expect("an attempt");
        let cookie = (&*new.cookie_name, new.cookie_value.expose_secret());
        let open = resumed(("acme", 1), &new.state, cookie, &peppers, START).expect("it");
        assert_eq!(open.next.len(), kept);
    }
}
