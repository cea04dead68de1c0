//! Walks through a list of people, in both directions: reads the index, then the records of the rows.
//!
//! An employee who is renamed, archived or restored between two pages moves within the list. The list may then show the
//! employee twice or never.

use super::cursor::Cursor;
use super::search::Condition;
use super::{People, PeoplePage, PeopleQuery};
use crate::directory::error::Error;
use crate::directory::users::administration::Status;
use crate::model::employee::Employee;
use crate::store::employees::standing::{IndexEntry, IndexRange};
use crate::store::keys::{Standing, standing_edge as edge};
use std::collections::HashMap;

/// The most pages of the index that a page reads: each has up to 1 MB, about 5,000 employees.
const MOST_CALLS: usize = 16;
/// The most records that a page reads.
const MOST_RECORDS: usize = 1_000;
/// The most records in memory beside the rows.
const RECORDS_AT_ONCE: usize = 100;

/// A walk that reads one page.
pub(super) struct Walk<'w> {
    people: People<'w>,
    query: &'w PeopleQuery<'w>,
    condition: &'w Condition,
    cursor: Option<Cursor>,
}

/// A position in the list.
#[derive(Debug, Clone)]
struct Place {
    standing: Standing,
    /// The position in the index; `None` at the edge of the standing.
    position: Option<String>,
}

/// A row of the page.
struct Hit {
    employee: Employee,
    place: Place,
    /// The number of employees that were compared, this row included.
    compared: u64,
}

/// Where the walk ended.
enum End {
    /// The page is full, and another row follows.
    Full,
    /// The list has no further rows.
    List,
    /// The walk reached its limit.
    Stopped { place: Place, compared: u64 },
}

impl<'w> Walk<'w> {
    /// Prepares a walk.
    ///
    /// # Errors
    /// Fails with [`Error::BadCursor`].
    pub(super) fn new(
        people: People<'w>,
        query: &'w PeopleQuery<'w>,
        condition: &'w Condition,
    ) -> Result<Self, Error> {
        let cursor = query.cursor.map(Cursor::decode).transpose()?;
        let walk = Self { people, query, condition, cursor };
        match &walk.cursor {
            Some(cursor) if !walk.standings().contains(&cursor.standing) => Err(Error::BadCursor),
            _ => Ok(walk),
        }
    }

    /// Reads the page. The total is known at the end of the list only.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub(super) async fn page(&self) -> Result<PeoplePage, Error> {
        let (mut hits, end) = self.hits().await?;
        if hits.len() > self.query.limit {
            hits.truncate(self.query.limit);
        }
        let stopped_after = match &end {
            End::Stopped { compared, .. } => Some(*compared),
            End::Full | End::List => None,
        };
        let shown = u64::try_from(hits.len()).unwrap_or(u64::MAX);
        let at = self.cursor.as_ref().map_or(0, |cursor| cursor.ordinal);
        let is_backwards = self.is_backwards();
        let first_ordinal = match (is_backwards, &end) {
            (false, _) => at.saturating_add(1),
            (true, End::List) => 1,
            (true, _) => at.saturating_sub(shown).max(1),
        };
        // The edges of the page as the walk met them.
        let onward = match end {
            End::List => None,
            End::Full => hits.last().map(|hit| (hit.place.clone(), hit.compared)),
            End::Stopped { place, compared } => Some((place, compared)),
        };
        let back = self.cursor.as_ref().map(|cursor| match hits.first() {
            Some(hit) => hit.place.clone(),
            None => self.around(cursor),
        });
        if is_backwards {
            hits.reverse();
        }
        let last_ordinal = first_ordinal.saturating_add(shown).saturating_sub(1);
        let total =
            (stopped_after.is_none() && !is_backwards && onward.is_none()).then_some(last_ordinal);
        let to = |is_backwards: bool, place: Place, compared: u64| {
            let ordinal = if is_backwards { first_ordinal } else { last_ordinal };
            let Place { standing, position } = place;
            let is_ascending = (standing == Standing::Active) != is_backwards;
            let position = position.unwrap_or_else(|| edge(is_ascending).to_owned());
            Cursor { is_backwards, standing, position, ordinal, compared }.encode()
        };
        let onward = onward.map(|(place, compared)| to(is_backwards, place, compared));
        let back = back.map(|place| to(!is_backwards, place, 0));
        let (next, previous) = if is_backwards { (back, onward) } else { (onward, back) };
        let employees = hits.into_iter().map(|hit| hit.employee).collect();
        let rows = self.people.rows(employees, self.query.settings).await?;
        let page = PeoplePage { next, previous, first_ordinal, total, ..PeoplePage::whole(rows) };
        Ok(PeoplePage { stopped_after, ..page })
    }

    /// Reads the employees of the page. The flag says whether the page is full and another row follows. A walk
    /// that stopped at its limit gives `false`.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub(super) async fn employees(&self) -> Result<(Vec<Employee>, bool), Error> {
        let (hits, end) = self.hits().await?;
        Ok((hits.into_iter().map(|hit| hit.employee).collect(), matches!(end, End::Full)))
    }

    /// Reads the rows of the page and one more, in the order of the walk.
    async fn hits(&self) -> Result<(Vec<Hit>, End), Error> {
        let wanted = self.query.limit.saturating_add(1);
        let (mut hits, mut place) = (Vec::new(), self.start());
        let mut compared = self.cursor.as_ref().map_or(0, |cursor| cursor.compared);
        let (mut records_read, mut turn) = (0, None);
        for call in 0..MOST_CALLS {
            if call > 0 && turn.is_none() && !self.condition.is_empty() {
                turn = Some(self.people.0.store.full_reads().begin().await?);
            }
            let (entries, has_more) =
                self.entries(&place, wanted.saturating_sub(hits.len())).await?;
            let numbered = (compared.saturating_add(1)..).zip(&entries);
            let candidates: Vec<(u64, &IndexEntry)> =
                numbered.filter(|(_, entry)| self.condition.may_match(&entry.words)).collect();
            for some in candidates.chunks(RECORDS_AT_ONCE.min(wanted)) {
                self.add(some, place.standing, &mut hits).await?;
                records_read += some.len();
                if hits.len() >= wanted {
                    return Ok((hits, End::Full));
                }
                if let Some((compared, entry)) =
                    some.last().filter(|_| records_read >= MOST_RECORDS)
                {
                    place.position = Some(entry.position.clone());
                    return Ok((hits, End::Stopped { place, compared: *compared }));
                }
            }
            compared = compared.saturating_add(u64::try_from(entries.len()).unwrap_or(u64::MAX));
            if let Some(last) = entries.last() {
                place.position = Some(last.position.clone());
            }
            if !has_more {
                match self.standing_after(place.standing) {
                    Some(standing) => place = Place { standing, position: None },
                    None => return Ok((hits, End::List)),
                }
            }
            // A call can return thousands of entries, so other requests get a turn here.
            tokio::task::yield_now().await;
        }
        drop(turn);
        Ok((hits, End::Stopped { place, compared }))
    }

    /// Reads one page of the index.
    async fn entries(
        &self,
        place: &Place,
        wanted: usize,
    ) -> Result<(Vec<IndexEntry>, bool), Error> {
        let is_by_name = place.standing == Standing::Active;
        let range = IndexRange {
            standing: place.standing,
            is_ascending: is_by_name != self.is_backwards(),
            after: place.position.as_deref(),
            // If every entry is a row, a call reads only as many entries as the page shows.
            limit: self.condition.is_empty().then_some(wanted),
        };
        Ok(self.people.0.store.employees().list_by_standing(range).await?)
    }

    /// Reads the records of entries, and adds those that are rows.
    async fn add(
        &self,
        some: &[(u64, &IndexEntry)],
        standing: Standing,
        hits: &mut Vec<Hit>,
    ) -> Result<(), Error> {
        let entries: Vec<IndexEntry> = some.iter().map(|(_, entry)| (*entry).clone()).collect();
        let places: HashMap<_, _> =
            some.iter().map(|(compared, entry)| (entry.id, (*compared, &entry.position))).collect();
        let employees = self.people.0.store.employees().get_listed(&entries).await?;
        hits.extend(employees.into_iter().filter_map(|employee| {
            let (compared, position) = places.get(&employee.id)?;
            // The index may be older than the record.
            let is_row =
                Standing::of(&employee) == standing && self.condition.match_record(&employee);
            let place = Place { standing, position: Some((*position).clone()) };
            is_row.then_some(Hit { employee, place, compared: *compared })
        }));
        Ok(())
    }

    /// The standings of the list, in order.
    fn standings(&self) -> &'static [Standing] {
        match self.query.status {
            Status::Active => &[Standing::Active],
            Status::Archived => &[Standing::Archived],
            Status::All => &[Standing::Active, Standing::Archived],
        }
    }

    fn is_backwards(&self) -> bool {
        self.cursor.as_ref().is_some_and(|cursor| cursor.is_backwards)
    }

    /// The place where the walk starts.
    fn start(&self) -> Place {
        match &self.cursor {
            Some(cursor) => {
                Place { standing: cursor.standing, position: Some(cursor.position.clone()) }
            }
            None => Place {
                standing: self.standings().first().copied().unwrap_or(Standing::Active),
                position: None,
            },
        }
    }

    /// The standing that follows another in the direction of the walk.
    fn standing_after(&self, standing: Standing) -> Option<Standing> {
        let standings = self.standings();
        let place = standings.iter().position(|one| *one == standing)?;
        let place =
            if self.is_backwards() { place.checked_sub(1)? } else { place.checked_add(1)? };
        standings.get(place).copied()
    }

    /// The place of a cursor for a walk in the other direction, which shows the row at the cursor too.
    fn around(&self, cursor: &Cursor) -> Place {
        let mut position = cursor.position.clone();
        // Positions end with digits of an id. So a space more is directly after a position, and a letter less is before it.
        let is_ascending = (cursor.standing == Standing::Active) != self.is_backwards();
        if is_ascending {
            position.push(' ');
        } else {
            position.pop();
        }
        Place { standing: cursor.standing, position: Some(position) }
    }
}
