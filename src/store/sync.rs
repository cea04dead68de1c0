//! Keeps notes on the identity provider of a tenant: the last request, failed requests, used tokens and unknown
//! attributes.

use super::dynamodb::port::Updated;
use super::dynamodb::transact::{number, text};
use super::items::attributes::{as_json, format_time};
use super::items::request_page::RequestPage;
use super::items::sync::{
    CLEANED_ON, CLIENT, FAILED_AT, FAILURES, HIDDEN, LAST_REQUEST, LATEST, PAGE, PAGE_WRITES,
    RECORD_UNTIL, RECORDED, REVISION, SILENT_AT, SUCCEEDED_AT, UNAUTHORIZED, UNKNOWN, USED, texts,
};
use super::keys;
use super::requests::RequestItems;
use super::update::ItemUpdate;
use crate::model::noted_request::{NotedRequest, add_to_page};
use crate::model::sync::{KEPT_FOR, MOST_RECORDED, PageWrites, SyncNews, SyncRecord};
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::tenant_part::TenantPart;
use aws_sdk_dynamodb::types::AttributeValue;
use scim::date_time;
use time::{Duration, OffsetDateTime, UtcOffset};

/// The sync record of a tenant.
#[derive(Debug, Clone, Copy)]
pub struct SyncItems<'a>(pub(in crate::store) &'a TenantPart);

/// The record before a note, for the process that wrote the note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// The record as it was read.
    pub before: SyncRecord,
    /// Whether old notes must be removed now. Only one process a day gets this task.
    pub must_clean: bool,
}

impl SyncItems<'_> {
    /// Reads the notes on the identity provider; they are empty without an item.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get(self) -> Result<SyncRecord, Error> {
        match self.0.table.get(&keys::sync(&self.0.tenant)).await? {
            Some(item) => SyncRecord::from_item(item),
            None => Ok(SyncRecord::default()),
        }
    }

    /// Adds news to the record, and writes pages, counts and recorded requests. The news keeps the parts that are not
    /// written: other parts are cleared. `None` when another process has changed the record meanwhile.
    ///
    /// The record is written first, because it limits the writes of pages.
    ///
    /// # Errors
    /// Fails as every call of the store does. The news keeps the parts that are not written.
    pub async fn add(self, news: &mut SyncNews) -> Result<Option<Noted>, Error> {
        let stored = self.0.table.get(&keys::sync(&self.0.tenant)).await?.unwrap_or_default();
        let record = SyncRecord::from_item(stored.clone())?;
        let is_turn = record.may_write_page(news);
        let page = if is_turn { Some(self.fill_page(&record, news).await?) } else { None };
        if !self.put_findings(&record, news).await? {
            return Ok(None);
        }
        let must_clean = record.cleaned_on.as_ref().is_some_and(|day| *day < day_of(news.at));
        let update = note(&record, &stored, news, page.as_ref())?;
        let call = update.into_call(&keys::sync(&self.0.tenant));
        if self.0.table.update(call).await? != Updated::Done {
            return Ok(None);
        }
        news.clear_noted();
        let requests = RequestItems(self.0);
        if let Some(FilledPage { page, left }) = page {
            if !requests.put_page(&page).await? {
                return Ok(None);
            }
            news.rows = left;
        }
        requests.add_traffic(&news.traffic).await?;
        news.traffic.clear();
        requests.put_recorded(&news.recorded).await?;
        news.recorded.clear();
        Ok(Some(Noted { before: record, must_clean }))
    }

    /// Adds the failed requests to the newest page, or to the next page when the newest page has no room.
    async fn fill_page(self, record: &SyncRecord, news: &SyncNews) -> Result<FilledPage, Error> {
        let mut page = RequestItems(self.0).get_page(record.page).await?;
        let before = page.rows.clone();
        let left = add_to_page(&mut page.rows, news.rows.clone());
        if page.rows != before || before.is_empty() {
            return Ok(FilledPage { page, left });
        }
        let number = record.page.saturating_add(1);
        let mut page = RequestPage { number, ..RequestPage::default() };
        let left = add_to_page(&mut page.rows, left);
        Ok(FilledPage { page, left })
    }

    /// Removes the unknown attributes and the hidden attributes. They may name an erased person.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn clear_notes(self) -> Result<(), Error> {
        let mut update = ItemUpdate::default();
        update.add(REVISION, 1);
        update.set(UNKNOWN, AttributeValue::L(Vec::new()));
        update.remove(HIDDEN);
        self.0.table.update(update.into_call(&keys::sync(&self.0.tenant))).await.map(drop)
    }
}

/// A page of failed requests with newer rows, and the rows that do not fit.
struct FilledPage {
    page: RequestPage,
    left: Vec<NotedRequest>,
}

impl SyncRecord {
    /// Whether the news has failed requests, and this minute allows another write of a page.
    fn may_write_page(&self, news: &SyncNews) -> bool {
        let is_this_minute = self.page_writes.minute == minute_of(news.at);
        let writes = if is_this_minute { self.page_writes.writes } else { 0 };
        !news.rows.is_empty() && writes < news.most_page_writes
    }
}

impl SyncNews {
    /// Clears the parts that the record has.
    fn clear_noted(&mut self) {
        self.is_request = false;
        self.latest = None;
        self.succeeded_at = None;
        self.sender = None;
        self.used.clear();
        self.unknown.clear();
        self.failures.clear();
        self.unauthorized.clear();
    }
}

/// Builds the update of the record.
fn note(
    record: &SyncRecord,
    stored: &Item,
    news: &SyncNews,
    page: Option<&FilledPage>,
) -> Result<ItemUpdate, Error> {
    let mut update = ItemUpdate::default();
    update.add(REVISION, 1);
    let day = day_of(news.at);
    note_latest(&mut update, record, stored, news)?;
    let mut after = record.clone();
    after.add_failures(&news.failures);
    after.add_unauthorized(&news.unauthorized);
    if record.cleaned_on.as_ref().is_none_or(|cleaned_on| *cleaned_on < day) {
        let oldest = news.at - KEPT_FOR;
        after.forget_before(oldest, &day_of(oldest));
        update.replace(CLEANED_ON, stored.get(CLEANED_ON).cloned(), Some(text(&*day)));
    }
    if after.failures != record.failures {
        let failures = text(as_json(&after.failures)?);
        update.replace(FAILURES, stored.get(FAILURES).cloned(), Some(failures));
    }
    if after.unauthorized != record.unauthorized {
        let unauthorized = text(as_json(&after.unauthorized)?);
        update.replace(UNAUTHORIZED, stored.get(UNAUTHORIZED).cloned(), Some(unauthorized));
    }
    if !news.unknown.is_empty() {
        after.add_unknown(&news.unknown);
        update.replace(UNKNOWN, stored.get(UNKNOWN).cloned(), Some(texts(&after.unknown)?));
    }
    if let Some(check) = news.check_failures(record.failed_at) {
        let known = if check.is_first { Some(check.last) } else { record.failed_at };
        let as_text = |at| text(date_time::format(at));
        update.expect(FAILED_AT, known.map(as_text));
        update.set(FAILED_AT, as_text(check.last));
    }
    if let Some(FilledPage { page, .. }) = page {
        let number_of = |page: u64| Some(number(page));
        let known = stored.get(PAGE).cloned();
        match known == number_of(page.number) {
            true => update.expect(PAGE, known),
            false => update.replace(PAGE, known, number_of(page.number)),
        }
        let minute = minute_of(news.at);
        let known = &record.page_writes;
        let writes = if known.minute == minute { known.writes.saturating_add(1) } else { 1 };
        let page_writes = text(as_json(&PageWrites { minute, writes })?);
        update.replace(PAGE_WRITES, stored.get(PAGE_WRITES).cloned(), Some(page_writes));
    }
    if !news.recorded.is_empty() {
        let rows = u64::try_from(news.recorded.len()).unwrap_or(u64::MAX);
        update.add(RECORDED, rows);
        if record.recorded.saturating_add(rows) >= MOST_RECORDED {
            // A recording that began meanwhile goes on.
            update.replace(RECORD_UNTIL, stored.get(RECORD_UNTIL).cloned(), None);
        }
    }
    Ok(update)
}

/// Sets the last times in the news. A process may write its notes long after the requests, so a newer value in the
/// record stays. A value more than a day in the future goes, because the clock was set back.
fn note_latest(
    update: &mut ItemUpdate,
    record: &SyncRecord,
    stored: &Item,
    news: &SyncNews,
) -> Result<(), Error> {
    let mut replace = |name: &str, value: AttributeValue| {
        update.replace(name, stored.get(name).cloned(), Some(value));
    };
    let future = news.at + Duration::DAY;
    let is_older = |known: OffsetDateTime, at: OffsetDateTime| known <= at || known > future;
    if let Some(latest) = &news.latest
        && record.latest.as_ref().is_none_or(|known| is_older(known.at, latest.at))
    {
        replace(LATEST, text(as_json(latest)?));
        if let Some(sender) = news.sender {
            replace(CLIENT, text(sender.as_str()));
        }
    }
    if let Some(at) = news.succeeded_at
        && record.succeeded_at.is_none_or(|known| is_older(known, at))
    {
        replace(SUCCEEDED_AT, text(format_time(at)?));
    }
    let day = day_of(news.at);
    for token in &news.used {
        if record.used.get(token).is_none_or(|known| *known < day) {
            replace(&format!("{USED}{token}"), text(&*day));
        }
    }
    // The end of a silence has set the time already.
    if news.is_request
        && !news.ends_silence(record)
        && record.last_request.is_none_or(|known| is_older(known, news.at))
    {
        replace(LAST_REQUEST, text(format_time(news.at)?));
    }
    if news.is_request {
        // A request after a silence is a finding.
        update.expect(SILENT_AT, None);
    }
    Ok(())
}

/// Formats a day (UTC) as items have it: `2026-11-24`.
pub fn day_of(at: OffsetDateTime) -> String {
    at.to_offset(UtcOffset::UTC).date().to_string()
}

/// Formats a minute (UTC) as items have it: `2026-11-24T12:30`.
fn minute_of(at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::UTC);
    format!("{}T{:02}:{:02}", at.date(), at.hour(), at.minute())
}
