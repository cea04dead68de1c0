use super::*;
use crate::model::employee::LocalValues;
use scim::document::Document;
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

fn employee(attributes: Value) -> Employee {
    Employee {
        id: Uuid::nil(),
        revision: 1,
        version: 1,
        created: OffsetDateTime::UNIX_EPOCH,
        last_modified: OffsetDateTime::UNIX_EPOCH,
        archived_at: None,
        archived_by: None,
        hidden: false,
        imported: false,
        linked: None,
        returned_at: None,
        attributes: Document::from_text(&attributes.to_string()).unwrap(),
        local: LocalValues::default(),
    }
}

fn ada() -> Employee {
    let mut ada = employee(json!({
        "userName": "ada.l@example.com", "displayName": "Ada Lovelace", "title": "Countess",
        "emails": [{"value": "lovelace@home.example"}],
        scim::urn::ENTERPRISE_USER: {
            "employeeNumber": "42", "department": "R&D", "location": "GB",
            "manager": {"value": "grace.hopper@example.com"},
        },
    }));
    ada.local.department = Some("Research".to_owned());
    ada
}

#[test]
fn the_fold_removes_accents_case_and_width_and_splits_at_everything_else() {
    for (text, words) in [
        ("García Márquez", "garcia marquez"),
        ("STRASSE Straße", "strasse strasse"),
        ("İpek", "ipek"),
        ("ＡＤＡ", "ada"),
        ("O'Brien-Smith, Ph.D.", "o brien smith ph d"),
        ("Nguyễn Văn", "nguyen van"),
        ("Σίσυφος", "σισυφοσ"),
        ("山田 太郎", "山田 太郎"),
        ("Jørgensen Łuk ÆRØ Đức", "jorgensen luk aero duc"),
        ("R&D 7", "r d 7"),
        (" -- ", ""),
    ] {
        assert_eq!(fold_words(text).join(" "), words, "{text}");
        assert_eq!(fold_words(words).join(" "), words, "{text} folded twice");
    }
}

#[test]
fn the_index_has_each_word_once_and_no_start_of_another_word() {
    // `l` of the userName starts `lovelace`, and `r` of the department starts `research`, which follows it.
    assert_eq!(index_words(&ada()), "ada lovelace 42 m:gracehopperexamp l:gb d research countess");
}

#[test]
fn a_search_compares_the_starts_of_all_its_words() {
    let ada = ada();
    let words = index_words(&ada);
    for (text, found) in [
        ("love ada", true),
        ("42", true),
        ("count", true),
        ("r&d", true),
        ("resea", true),
        ("velace", false),
        ("ada grace", false),
        ("example", false),
        ("m", false),
        ("gb", false),
    ] {
        let wanted = WantedWords { starts: spellings(text), tags: Vec::new() };
        assert_eq!(wanted.may_match(&words), found, "{text} in the index");
        assert_eq!(
            has_words(&ada, &wanted.starts, Addresses::LocalParts),
            found,
            "{text} in the record"
        );
    }
    assert!(has_words(&ada, &spellings("ada example"), Addresses::Whole));
}

#[test]
fn a_tag_is_compared_whole() {
    let words = index_words(&ada());
    let has = |tags: &[String]| {
        WantedWords { starts: Vec::new(), tags: vec![tags.iter().cloned().collect()] }
            .may_match(&words)
    };
    assert!(has(&["m:x".to_owned(), Tag::Manager.word("Grace.Hopper@example.com")]));
    assert!(has(&[Tag::Location.word("gb")]));
    assert!(!has(&[Tag::Manager.word("Grace")]));
    assert!(!has(&[Tag::Location.word("G")]));
    assert!(!has(&[Tag::Location.word("grace.hopper@example.com")]));
}

#[test]
fn too_many_words_stay_within_the_limit_and_may_always_match() {
    let title: String = (0..200).map(|n| format!("word{n} ")).collect();
    let long = employee(json!({"userName": "ada", "title": title}));
    let words = index_words(&long);
    assert!(words.len() <= MOST_BYTES, "{}", words.len());
    let wanted = WantedWords { starts: spellings("word199"), tags: Vec::new() };
    assert!(wanted.may_match(&words));
    assert!(has_words(&long, &wanted.starts, Addresses::LocalParts));
    assert!(!has_words(&long, &spellings("word200"), Addresses::LocalParts));
}

#[test]
fn a_long_word_is_found_by_its_whole_text() {
    let name = "x".repeat(100);
    let long = employee(json!({"userName": name}));
    let wanted = WantedWords { starts: spellings(&name), tags: Vec::new() };
    assert!(wanted.may_match(&index_words(&long)));
    assert!(has_words(&long, &wanted.starts, Addresses::LocalParts));
    let longer = format!("{name}y");
    assert!(!has_words(&long, &spellings(&longer), Addresses::LocalParts));
}

#[test]
fn german_and_nordic_letters_are_found_in_both_spellings() {
    let found = |name: &str, text: &str| {
        let person = employee(json!({"userName": "x", "displayName": name}));
        let wanted = WantedWords { starts: spellings(text), tags: Vec::new() };
        let in_record = has_words(&person, &wanted.starts, Addresses::LocalParts);
        assert_eq!(wanted.may_match(&index_words(&person)), in_record, "{name}: {text}");
        assert_eq!(name_has_words(&person, &wanted.starts), in_record, "{name}: {text}");
        in_record
    };
    for [with, transcribed] in [
        ["Müller", "Mueller"],
        ["MU\u{308}LLER", "mueller"],
        ["Jørgensen", "Joergensen"],
        ["Jørgensen", "Jorgensen"],
        ["Ångström", "Aangstroem"],
        ["Ångström", "Angstrom"],
        ["Straße", "Strasse"],
        ["Æbelø", "Aebeloe"],
        ["Jäger-Öz", "oez jaeger"],
    ] {
        assert!(found(with, transcribed) && found(transcribed, with), "{with} {transcribed}");
    }
    assert!(found("Müller", "Muller") && found("Muller", "Müller"));
    assert!(!found("Muller", "Mueller") && !found("Samuel", "Samul") && !found("Jones", "Jø Joe"));
    let words = index_words(&employee(json!({"userName": "m", "displayName": "Eva Müller"})));
    assert_eq!(words, "eva muller mueller", "a word without such a letter is there once");
}
