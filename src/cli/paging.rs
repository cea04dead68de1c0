//! Reads lists page by page.

use rollcall::directory::Error;
use rollcall::directory::lists::admin_list::ListPage;

/// The number of rows of one read.
const PAGE_ROWS: usize = 1_000;

/// Reads a list in pages, up to `limit` rows. Passes the rows of each page to `use_rows`, until it returns `false`.
pub async fn read_pages<T>(
    limit: Option<u32>,
    read: impl AsyncFn(Option<&str>, usize) -> Result<ListPage<T>, Error>,
    mut use_rows: impl FnMut(Vec<T>) -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let mut left = limit.map_or(Ok(usize::MAX), usize::try_from)?;
    let mut cursor = None;
    loop {
        let page = read(cursor.as_deref(), left.min(PAGE_ROWS)).await?;
        left = left.saturating_sub(page.rows.len());
        cursor = page.next;
        if !use_rows(page.rows)? || left == 0 || cursor.is_none() {
            return Ok(());
        }
    }
}

/// Reads up to `limit` rows of a list.
pub async fn read_rows<T>(
    limit: Option<u32>,
    read: impl AsyncFn(Option<&str>, usize) -> Result<ListPage<T>, Error>,
) -> anyhow::Result<Vec<T>> {
    let mut all = Vec::new();
    let collect = |rows| {
        all.extend(rows);
        Ok(true)
    };
    read_pages(limit, read, collect).await?;
    Ok(all)
}
