//! The words of an employee that a search compares, and their fold.
//!
//! The fold removes accents, so `garcia` finds García. It is not [`scim::fold`], which keeps `ö` and `o` apart. A word
//! with a German or Nordic letter has a second spelling, so `mueller` finds Müller too.

use super::employee::Employee;
use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;

/// The most bytes of the words that the index has of one employee.
const MOST_BYTES: usize = 256;
/// The most characters of one word in the index.
const MOST_WORD_CHARS: usize = 32;
/// The most characters of a tag. A longer value has the same tag as other values with the same start.
const MOST_TAG_CHARS: usize = 16;
/// The last word of an employee with more words than the index keeps. A search then reads the record.
const INCOMPLETE: &str = "+";
/// The word of an employee that only an import knows. No other word has a colon at its end.
pub const UNLINKED: &str = "n:";

/// An attribute whose whole value is one word of the index, with a tag before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// The manager, as text.
    Manager,
    /// The location.
    Location,
}

impl Tag {
    fn prefix(self) -> &'static str {
        match self {
            Self::Manager => "m:",
            Self::Location => "l:",
        }
    }

    /// The word of the index for a value.
    pub fn word(self, value: &str) -> String {
        let letters = fold_words(value).concat();
        letters.chars().take(MOST_TAG_CHARS).fold(self.prefix().to_owned(), |mut word, letter| {
            word.push(letter);
            word
        })
    }
}

/// The folded word, and its second spelling if that differs.
pub type Spellings = Vec<String>;

/// Splits a text into folded words: compatibility decomposition, no accents, case folding. Each character that is no
/// letter and no digit ends a word.
pub fn fold_words(text: &str) -> Vec<String> {
    if text.is_ascii() {
        let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
        return words.filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect();
    }
    let categories = CodePointMapData::<GeneralCategory>::new();
    let is_accent = |letter: &char| categories.get(*letter) == GeneralCategory::NonspacingMark;
    let plain: String = text.nfkd().filter(|letter| !is_accent(letter)).collect();
    // Case folding can decompose a letter once more, such as the dotted capital I.
    let mut folded = String::with_capacity(plain.len());
    let letters = caseless::default_case_fold_str(&plain);
    for letter in letters.nfkd().filter(|letter| !is_accent(letter)) {
        match letter {
            // No decomposition takes these letters apart.
            'ø' => folded.push('o'),
            'æ' => folded.push_str("ae"),
            'ł' => folded.push('l'),
            'đ' => folded.push('d'),
            other => folded.push(other),
        }
    }
    let words = folded.split(|letter: char| !letter.is_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Splits a text into words, and gives the spellings of each. The second spelling writes a German or Nordic letter with
/// two letters: `mueller` for Müller, `joergensen` for Jørgensen.
pub fn spellings(text: &str) -> Vec<Spellings> {
    let words = fold_words(text);
    if text.is_ascii() {
        return words.into_iter().map(|word| vec![word]).collect();
    }
    let mut transcribed = fold_words(&transcribed(text)).into_iter();
    let both = words.into_iter().map(|word| {
        let other = transcribed.next().filter(|other| *other != word);
        std::iter::once(word).chain(other).collect()
    });
    both.collect()
}

fn transcribed(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for letter in text.nfc() {
        match letter {
            'ä' | 'Ä' => written.push_str("ae"),
            'ö' | 'Ö' | 'ø' | 'Ø' => written.push_str("oe"),
            'ü' | 'Ü' => written.push_str("ue"),
            'å' | 'Å' => written.push_str("aa"),
            other => written.push(other),
        }
    }
    written
}

/// Returns the words that the index has of an employee, separated by spaces: at most 256 bytes.
pub fn index_words(employee: &Employee) -> String {
    let mut kept: Vec<String> = Vec::new();
    kept.extend(employee.is_unlinked().then(|| UNLINKED.to_owned()));
    let mut is_incomplete = false;
    for mut word in texts(employee, Addresses::LocalParts).into_iter().flat_map(|text| match text {
        SearchText::Words(text) => spellings(text).concat(),
        SearchText::Value(tag, value) => vec![tag.word(value)],
    }) {
        if let Some((end, _)) = word.char_indices().nth(MOST_WORD_CHARS) {
            word.truncate(end);
        }
        if kept.iter().any(|longer| is_redundant(&word, longer)) {
            continue;
        }
        let without = kept.iter().filter(|shorter| is_redundant(shorter, &word));
        let used: usize = kept.iter().map(|word| word.len() + 1).sum();
        let freed: usize = without.map(|word| word.len() + 1).sum();
        if used - freed + word.len() + 1 + INCOMPLETE.len() > MOST_BYTES {
            is_incomplete = true;
            continue;
        }
        kept.retain(|shorter| !is_redundant(shorter, &word));
        kept.push(word);
    }
    kept.extend(is_incomplete.then(|| INCOMPLETE.to_owned()));
    kept.join(" ")
}

/// Whether a word adds nothing beside another: a query that starts the shorter word also starts the longer word.
fn is_redundant(word: &str, other: &str) -> bool {
    // Tagged words are compared whole.
    let is_tagged = word.contains(':') || other.contains(':');
    word == other || !is_tagged && other.starts_with(word)
}

/// The words of a search, for a comparison with the words of an index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WantedWords {
    /// Of each of these lists of spellings, one starts a word of the employee.
    pub starts: Vec<Spellings>,
    /// Of each of these sets of tagged words, the employee has one.
    pub tags: Vec<BTreeSet<String>>,
}

impl WantedWords {
    /// Whether every employee has these words.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty() && self.tags.is_empty()
    }

    /// Whether the employee behind these words of the index may match. The record decides.
    pub fn may_match(&self, index_words: &str) -> bool {
        if index_words.ends_with(INCOMPLETE) {
            return true;
        }
        let starts = |start: &String| {
            let start = start
                .char_indices()
                .nth(MOST_WORD_CHARS)
                .map_or(&**start, |(end, _)| start.get(..end).unwrap_or(start));
            index_words.split(' ').any(|word| !word.contains(':') && word.starts_with(start))
        };
        let has_one =
            |tags: &BTreeSet<String>| index_words.split(' ').any(|word| tags.contains(word));
        self.starts.iter().all(|spellings| spellings.iter().any(starts))
            && self.tags.iter().all(has_one)
    }
}

/// Whether each of these words starts a word of the employee. `addresses` selects the part of addresses that counts.
pub fn has_words(employee: &Employee, wanted: &[Spellings], addresses: Addresses) -> bool {
    let mut left: Vec<&Spellings> = wanted.iter().collect();
    for text in texts(employee, addresses) {
        if left.is_empty() {
            break;
        }
        if let SearchText::Words(text) = text {
            let words = spellings(text).concat();
            left.retain(|wanted| !start_one(wanted, &words));
        }
    }
    left.is_empty()
}

/// Whether each of these words starts a word of a text.
pub fn text_has_words(text: &str, wanted: &[Spellings]) -> bool {
    let words = spellings(text).concat();
    wanted.iter().all(|wanted| start_one(wanted, &words))
}

/// Whether each of these words starts a word of the employee's name.
pub fn name_has_words(employee: &Employee, wanted: &[Spellings]) -> bool {
    let names: Vec<&str> = names(employee).collect();
    text_has_words(&names.join(" "), wanted)
}

/// Whether one of the spellings starts one of the words.
fn start_one(spellings: &Spellings, words: &[String]) -> bool {
    spellings.iter().any(|start| words.iter().any(|word| word.starts_with(&**start)))
}

/// The part of userNames and email addresses that a search compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addresses {
    /// The part before the `@`: the part after it is the same for everybody.
    LocalParts,
    /// The whole address.
    Whole,
}

/// A text of an employee that a search compares.
enum SearchText<'e> {
    Words(&'e str),
    Value(Tag, &'e str),
}

/// The texts of an employee, the most important first.
fn texts(employee: &Employee, addresses: Addresses) -> Vec<SearchText<'_>> {
    let address = move |text| match addresses {
        Addresses::LocalParts => local_part(text),
        Addresses::Whole => text,
    };
    let local = &employee.local;
    let managers = [employee.sent("manager"), local.manager.as_deref()];
    let locations = [employee.sent("location"), local.location.as_deref()];
    let others = [employee.sent("department"), local.department.as_deref(), employee.text("title")];
    let names = names(employee).chain(employee.sent("employeeNumber"));
    let mut texts: Vec<SearchText<'_>> = names.map(SearchText::Words).collect();
    texts.push(SearchText::Words(address(employee.user_name())));
    for (tag, values) in [(Tag::Manager, managers), (Tag::Location, locations)] {
        texts.extend(values.into_iter().flatten().map(|value| SearchText::Value(tag, value)));
    }
    texts.extend(employee.email_addresses().map(|text| SearchText::Words(address(text))));
    texts.extend(others.into_iter().flatten().map(SearchText::Words));
    texts
}

/// The texts that name an employee.
fn names(employee: &Employee) -> impl Iterator<Item = &str> {
    let parts = ["givenName", "familyName", "formatted"];
    let parts = parts.into_iter().filter_map(|part| employee.name_part(part));
    employee.text("displayName").into_iter().chain(parts)
}

fn local_part(address: &str) -> &str {
    address.split_once('@').map_or(address, |(local, _)| local)
}

#[cfg(test)]
mod tests;
