//! The contrast of the colours (WCAG 2.2, 1.4.3 and 1.4.11), computed from the style sheet.

use std::collections::BTreeMap;

const STYLE: &str = include_str!("../../src/server/pages/assets/console.css");
/// The grounds on which text can be.
const GROUNDS: [&str; 4] = ["bg", "surface", "sunken", "accent-soft"];

/// The colours of the light theme, and of the dark one.
fn themes() -> [BTreeMap<&'static str, [f64; 3]>; 2] {
    let (light, dark) = STYLE.split_once("prefers-color-scheme: dark").expect("two themes");
    let tokens = dark.split_once("@layer base").expect("the tokens end").0;
    [light, tokens].map(|text| {
        let pairs = text.split("--").filter_map(|rest| rest.split_once(": #"));
        pairs.map(|(name, rest)| (name, colour(&rest[..6]))).collect()
    })
}

fn colour(hex: &str) -> [f64; 3] {
    [0, 2, 4].map(|at| {
        let part = u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal digits");
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    })
}

fn ratio(one: [f64; 3], other: [f64; 3]) -> f64 {
    let light = |[red, green, blue]: [f64; 3]| 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    let (one, other) = (light(one), light(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn text_and_edges_have_enough_contrast_in_both_themes() {
    for theme in themes() {
        assert_eq!(theme.len(), 16, "{theme:?}");
        let check = |front: &str, ground: &str, least: f64| {
            let found = ratio(theme[front], theme[ground]);
            assert!(found >= least, "{front} on {ground}: {found:.2}, not {least}");
        };
        for ground in GROUNDS {
            for text in ["text", "muted", "accent"] {
                check(text, ground, 4.5);
            }
        }
        for (text, ground) in [
            ("on-accent", "accent"),
            ("good", "good-soft"),
            ("warn", "warn-soft"),
            ("bad", "bad-soft"),
            ("bad", "surface"),
            ("bad", "bg"),
            ("text", "good-soft"),
            ("text", "warn-soft"),
            ("text", "bad-soft"),
            ("muted", "warn-soft"),
            ("muted", "bad-soft"),
        ] {
            check(text, ground, 4.5);
        }
        for ground in ["bg", "surface", "sunken"] {
            check("edge", ground, 3.0);
            check("accent", ground, 3.0);
        }
    }
}

#[test]
fn the_files_are_small() {
    let scripts = ["time", "copy", "parts", "live", "dialog", "save", "keys"];
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/server/pages/assets");
    let size = |name: &str| std::fs::metadata(format!("{folder}/{name}.js")).expect("a file").len();
    let all: u64 = scripts.into_iter().map(size).sum();
    assert!(all <= 10 * 1024, "the script has {all} bytes");
    assert!(STYLE.len() <= 18 * 1024, "the style sheet has {} bytes", STYLE.len());
}
