//! The words of the pages.

use std::path::{Path, PathBuf};

/// Words that make a reader read twice, and the places of our own texts for people.
const UNWANTED: [&str; 7] = ["in vain", "refused", "mended", "told", "stands", "whoever", "by now"];
const PLACES: [&str; 2] = ["templates", "src/model/cause_texts.rs"];

#[test]
fn the_texts_of_the_pages_have_plain_words_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for place in PLACES {
        collect(&root.join(place), &mut files);
    }
    assert!(files.len() > 40, "{} files", files.len());
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a text").to_lowercase();
        let words: Vec<&str> = text
            .split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        let text = format!(" {} ", words.join(" "));
        for word in UNWANTED {
            assert!(!text.contains(&format!(" {word} ")), "{}: {word}", file.display());
        }
    }
}

/// Adds a file, or the files of a folder.
fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_file() {
        files.push(path.to_owned());
        return;
    }
    for entry in std::fs::read_dir(path).expect("a folder") {
        collect(&entry.expect("an entry").path(), files);
    }
}
