//! The words of a search text.

use crate::model::employee::Employee;
pub use crate::model::search_words::fold_words;
use crate::model::search_words::{Addresses, WantedWords, has_words};

/// A search text, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SearchedWords {
    /// The words that the index has.
    pub(super) in_index: Vec<String>,
    /// All words, also those of the domains of addresses, which only the record has.
    all: Vec<String>,
    addresses: Addresses,
}

impl SearchedWords {
    /// Reads a search text.
    pub(super) fn of(text: &str) -> Self {
        let all = fold_words(text);
        if !text.contains('@') {
            return Self { in_index: all.clone(), all, addresses: Addresses::LocalParts };
        }
        let local_parts =
            text.split_whitespace().map(|part| part.split('@').next().unwrap_or(part));
        let in_index = local_parts.flat_map(fold_words).collect();
        Self { in_index, all, addresses: Addresses::Whole }
    }

    /// Whether a text without any letter or digit was given.
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether an employee has all words.
    pub(super) fn match_record(&self, employee: &Employee) -> bool {
        has_words(employee, &self.all, self.addresses)
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
        assert_eq!(words.in_index, ["ada", "l", "love"]);
        assert_eq!(words.all, ["ada", "l", "example", "com", "love"]);
        let words = SearchedWords::of("@example.com");
        assert_eq!(words.in_index, [""; 0]);
        assert!(!words.is_empty() && SearchedWords::of(" -- ").is_empty());
    }
}
