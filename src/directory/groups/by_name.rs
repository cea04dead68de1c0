//! Lists for people in the order of names: the groups of a tenant, and the members of a group.
//!
//! Groups and members have no index by name, so a list is sorted in memory. Longer lists are in the order of ids.

use super::Groups;
use super::view::{GroupSearch, MemberView};
use crate::directory::error::Error;
use crate::directory::groups::unfinished_work::UnfinishedWork;
use crate::model::group::Group;
use crate::model::kind::Kind;
use crate::model::member::Member;
use crate::model::search_words::{fold_words, spellings, text_has_words};

/// The most groups, and the most members of a group, that are sorted by name.
pub const MOST_SORTED: u64 = 5_000;
/// The groups of one read.
const A_READ: usize = 1_000;
/// The most digits of a place in a list.
const MOST_DIGITS: usize = 6;

/// A page of a list for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPage<R> {
    /// The rows.
    pub rows: Vec<R>,
    /// The cursor of the next page; `None` on the last page.
    pub next: Option<String>,
    /// The cursor of the previous page; `None` on the first page, and in a list in the order of ids.
    pub previous: Option<String>,
    /// The number of the first row in the list, from 1; `None` in a list in the order of ids.
    pub first_ordinal: Option<u64>,
    /// The number of rows in the whole list; `None` for a search in the order of ids.
    pub total: Option<u64>,
    /// Whether the list is in the order of names. A search of members works only then.
    pub is_by_name: bool,
}

impl Groups<'_> {
    /// Returns a page of groups. Each word of `text` must start a word of the name; an empty text finds all groups.
    ///
    /// # Errors
    /// Fails with [`Error::BadCursor`], or as every call of the store does.
    pub async fn page_by_name(
        self,
        text: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<NamedPage<Group>, Error> {
        let total = self.0.store.records().count(Kind::Group).await?;
        if total > MOST_SORTED {
            let search = GroupSearch { name: "", text, cursor, limit };
            let page = self.search(search).await?;
            let total = text.trim().is_empty().then_some(total);
            return Ok(NamedPage::by_id(page.rows, page.next, total));
        }
        let start = read_start(cursor)?;
        let wanted = spellings(text);
        let mut groups = self.read_all().await?;
        groups.retain(|group| text_has_words(group.display_name(), &wanted));
        groups.sort_by_cached_key(|group| (place(group.display_name()), group.id));
        Ok(NamedPage::of(groups, start, limit))
    }

    /// Reads all groups. After 1,000 groups it holds a turn of the full reads.
    async fn read_all(self) -> Result<Vec<Group>, Error> {
        let store = &self.0.store;
        let (mut groups, mut turn): (Vec<Group>, _) = (Vec::new(), None);
        loop {
            let after = groups.last().map(|group| group.id);
            let (page, more) = store.records().list_page::<Group>(after, A_READ).await?;
            groups.extend(page);
            if !more {
                return Ok(groups);
            }
            if turn.is_none() {
                turn = Some(store.full_reads().begin().await?);
            }
        }
    }

    /// Returns a page of a group's members. Each word of `text` must start a word of the member's name; an empty text
    /// finds all members.
    ///
    /// The order and the search use the names that the group has for its members. In a group of more than
    /// [`MOST_SORTED`] members, the page is in the order of ids, and `text` has no effect.
    ///
    /// # Errors
    /// Fails with [`Error::BadCursor`], [`Error::NoGroup`], or as every call of the store does.
    pub async fn members_by_name(
        self,
        group: &Group,
        text: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<NamedPage<MemberView>, Error> {
        if group.member_count > MOST_SORTED {
            let page = self.members_page(group, cursor, limit).await?;
            return Ok(NamedPage::by_id(page.rows, page.next, Some(group.member_count)));
        }
        let start = read_start(cursor)?;
        UnfinishedWork(self.0).settled_for_reading(group.clone()).await?;
        let wanted = spellings(text);
        let mut members = self.0.store.members().list_for_people(group.id).await?;
        members.retain(|member| text_has_words(name_of(member), &wanted));
        members.sort_by_cached_key(|member| (place(name_of(member)), member.id));
        let page = NamedPage::of(members, start, limit);
        let NamedPage { next, previous, first_ordinal, total, is_by_name, rows } = page;
        let rows = self.view_members(rows).await?;
        Ok(NamedPage { rows, next, previous, first_ordinal, total, is_by_name })
    }
}

impl<R> NamedPage<R> {
    /// Returns the page of a sorted list that starts after `start` rows.
    fn of(all: Vec<R>, start: usize, limit: usize) -> Self {
        let total = all.len();
        let end = start.saturating_add(limit);
        let rows = all.into_iter().skip(start).take(limit).collect();
        let number = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        Self {
            rows,
            next: (end < total).then(|| end.to_string()),
            previous: (start > 0).then(|| start.saturating_sub(limit).to_string()),
            first_ordinal: Some(number(start).saturating_add(1)),
            total: Some(number(total)),
            is_by_name: true,
        }
    }

    fn by_id(rows: Vec<R>, next: Option<String>, total: Option<u64>) -> Self {
        Self { rows, next, previous: None, first_ordinal: None, total, is_by_name: false }
    }
}

fn name_of(member: &Member) -> &str {
    member.display.as_deref().unwrap_or_default()
}

/// Reads a cursor: the number of rows before the page.
fn read_start(cursor: Option<&str>) -> Result<usize, Error> {
    let read = |text: &str| {
        let digits = (1..=MOST_DIGITS).contains(&text.len())
            && text.bytes().all(|digit| digit.is_ascii_digit());
        text.parse().ok().filter(|_| digits).ok_or(Error::BadCursor)
    };
    cursor.map_or(Ok(0), read)
}

/// Returns the place of a name in a list.
fn place(name: &str) -> String {
    fold_words(name).join(" ")
}

#[cfg(test)]
mod tests {
    use super::{NamedPage, read_start, spellings, text_has_words};

    #[test]
    fn each_word_must_start_a_word_of_the_name() {
        for (name, text, expected) in [
            ("Sales Berlin", "", true),
            ("Sales Berlin", "ber sal", true),
            ("Sales Berlin", "SALES", true),
            ("Sales-Berlin", "berlin", true),
            ("García", "garcia", true),
            ("Vertrieb Köln", "koeln", true),
            ("Vertrieb Koeln", "köln", true),
            ("Sales Berlin", "ales", false),
            ("Sales Berlin", "sales paris", false),
            ("", "a", false),
        ] {
            assert_eq!(text_has_words(name, &spellings(text)), expected, "{name}: {text}");
        }
    }

    #[test]
    fn a_page_knows_its_neighbours() {
        let page = |start| NamedPage::of((1..=120).collect::<Vec<_>>(), start, 50);
        let places = [0, 50, 100].map(|start| {
            let page = page(start);
            (page.rows.len(), page.previous, page.next, page.first_ordinal)
        });
        let text = |text: &str| Some(text.to_owned());
        let expected = [
            (50, None, text("50"), Some(1)),
            (50, text("0"), text("100"), Some(51)),
            (20, text("50"), None, Some(101)),
        ];
        assert_eq!(places, expected);
        assert!(page(500).rows.is_empty());
    }

    #[test]
    fn another_text_is_no_cursor() {
        for text in ["", "x", "-1", "1234567", "v1"] {
            assert!(read_start(Some(text)).is_err(), "{text}");
        }
        assert_eq!(read_start(Some("50")).ok(), Some(50));
    }
}
