//! The words of a search text.

use crate::model::employee::Employee;
use crate::model::search_words::{
    Addresses, Spellings, WantedWords, has_words, name_has_words, spellings,
};

/// The texts of an employee that have the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compared {
    /// The names.
    Names,
    /// All texts that a search compares, with this part of addresses.
    All(Addresses),
}

/// A search text, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SearchedWords {
    /// The words that the index has.
    pub(super) in_index: Vec<Spellings>,
    /// All words, also those of the domains of addresses, which only the record has.
    all: Vec<Spellings>,
    compared: Compared,
}

impl SearchedWords {
    /// Reads a search text.
    pub(super) fn of(text: &str) -> Self {
        let all = spellings(text);
        if !text.contains('@') {
            let compared = Compared::All(Addresses::LocalParts);
            return Self { in_index: all.clone(), all, compared };
        }
        let local_parts =
            text.split_whitespace().map(|part| part.split('@').next().unwrap_or(part));
        let in_index = local_parts.flat_map(spellings).collect();
        Self { in_index, all, compared: Compared::All(Addresses::Whole) }
    }

    /// Reads the name of an employee.
    pub(super) fn of_name(text: &str) -> Self {
        Self { compared: Compared::Names, ..Self::of(text) }
    }

    /// Whether a text without any letter or digit was given.
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether an employee has all words.
    pub(super) fn match_record(&self, employee: &Employee) -> bool {
        match self.compared {
            Compared::Names => name_has_words(employee, &self.all),
            Compared::All(addresses) => has_words(employee, &self.all, addresses),
        }
    }

    /// Adds the words to those that the index must have.
    pub(super) fn add_to(&self, wanted: &mut WantedWords) {
        wanted.starts.extend(self.in_index.iter().cloned());
    }
}

#[cfg(test)]
mod tests {
    use super::SearchedWords;

    #[test]
    fn the_domain_of_an_address_is_compared_with_the_record_only() {
        let words = SearchedWords::of("Ada.L@Example.com love");
        assert_eq!(words.in_index.concat(), ["ada", "l", "love"]);
        assert_eq!(words.all.concat(), ["ada", "l", "example", "com", "love"]);
        let words = SearchedWords::of("@example.com");
        assert!(words.in_index.is_empty());
        assert!(!words.is_empty() && SearchedWords::of(" -- ").is_empty());
    }
}
