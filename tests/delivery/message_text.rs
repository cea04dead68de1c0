//! Names from outside, as they appear in a message.

use super::{digest, line};
use rollcall::delivery::digest::DigestLine;
use rollcall::directory::events::types::EventType;

/// The line of an employee with this name, department and location.
fn shown(name: &str, department: &str, location: &str) -> Option<String> {
    let line = DigestLine {
        department: Some(department.to_owned()),
        location: Some(location.to_owned()),
        ..line(EventType::EmployeeCreated, 1, name)
    };
    let digest = digest(true, &[line]);
    let section = digest.sections()[0];
    section.lines(1).next().map(str::to_owned)
}

fn name(name: &str) -> Option<String> {
    shown(name, "", "")
}

#[test]
fn a_line_has_name_department_and_location() {
    let shown = |department, location| shown("Ada Lovelace", department, location).unwrap();
    assert_eq!(shown("R&D", "London"), "Ada Lovelace (R&D, London)");
    assert_eq!(shown("R&D", ""), "Ada Lovelace (R&D)");
    assert_eq!(shown(" \u{202e} ", "London"), "Ada Lovelace (London)");
    assert_eq!(shown("", ""), "Ada Lovelace");
}

#[test]
fn controls_and_bidi_characters_are_stripped() {
    assert_eq!(name("Ada\u{0}\u{7}\u{1b}[31m").unwrap(), "Ada[31m");
    assert_eq!(name("\u{202e}ecalevoL\u{202c} \u{2066}Ada\u{2069}").unwrap(), "ecalevoL Ada");
    assert_eq!(name("A\u{200b}d\u{feff}a\u{e0041}\u{61c}\u{200f}").unwrap(), "Ada");
    assert_eq!(name("  Ada \r\n\t\u{2028} Lovelace  ").unwrap(), "Ada Lovelace");
    assert_eq!(name("\u{202e}\n\u{0}"), None);
    assert_eq!(name("عائشة 👩\u{200d}🔬").unwrap(), "عائشة 👩\u{200d}🔬");
}

#[test]
fn a_long_text_is_cut_to_80_characters() {
    let exact = "x".repeat(80);
    assert_eq!(name(&exact).unwrap(), exact);
    assert_eq!(name(&format!("{exact} \n")).unwrap(), exact);
    let cut = format!("{}…", "x".repeat(79));
    assert_eq!(name(&"x".repeat(81)).unwrap(), cut);
    assert_eq!(name(&format!("{} yz", "x".repeat(79))).unwrap(), cut);
    let long = name(&"𠜎".repeat(16_384)).unwrap();
    assert_eq!((long.chars().count(), long.len()), (80, 79 * 4 + 3));
    let line = shown("Ada", &"x".repeat(1_000), &"y".repeat(1_000)).unwrap();
    assert_eq!(line.chars().count(), "Ada (, )".len() + 160);
}
