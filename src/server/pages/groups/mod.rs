//! The groups that the identity provider pushed. The pages only show them, because the identity provider manages groups.

mod history;
mod list;
mod members;

pub(super) use history::show_history;
pub(super) use list::list;
pub(super) use members::show;

use super::frame::When;
use super::words::search_text;
use crate::directory::Group;
use crate::server::error::ApiError;
use crate::server::query::Pairs;

/// The number of rows on a page.
const ROWS: usize = 50;

/// The part of a group that all tabs of its page show.
struct GroupHead {
    id: String,
    name: String,
    member_count: u64,
    external_id: Option<String>,
    created: When,
    changed: When,
}

impl GroupHead {
    fn of(group: &Group) -> Self {
        Self {
            id: group.id.to_string(),
            name: group.display_name().to_owned(),
            member_count: group.member_count,
            external_id: group.external_id().map(ToOwned::to_owned),
            created: When::new(group.created),
            changed: When::new(group.last_modified),
        }
    }
}

/// Returns the search text; an empty text finds everything.
fn search_in(asked: &Pairs) -> Result<&str, ApiError> {
    Ok(search_text(asked, "q")?.unwrap_or_default())
}
