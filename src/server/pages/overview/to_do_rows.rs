//! The to-do list as rows: a sentence, and what to click.

use super::state_card::Action;
use crate::directory::Tenant;
use crate::directory::tenants::ignored::Advice;
use crate::directory::tenants::sync_state::SyncState;
use crate::directory::tenants::to_do::{FailedRequests, ToDo};
use crate::model::sync::UnknownAttribute;
use crate::server::pages::frame::encoded;
use crate::server::pages::guard::Visitor;
use crate::server::pages::state_words::reason;
use crate::server::pages::words::{capitalised, day, grouped};

/// The most ignored attributes that a sentence names.
const MOST_NAMED: usize = 3;

/// An entry of the list.
pub(super) struct ToDoRow {
    pub(super) text: String,
    /// Links to pages.
    pub(super) links: Vec<RowLink>,
    /// The hidden fields of *Dismiss*, by name; empty when the entry cannot be dismissed.
    pub(super) dismiss: Vec<(&'static str, String)>,
}

/// A link of an entry.
pub(super) struct RowLink {
    pub(super) label: String,
    /// The path below the root.
    pub(super) path: String,
    /// Whether a script opens the page as a dialog.
    pub(super) is_dialog: bool,
}

impl ToDoRow {
    pub(super) fn of(visitor: &Visitor, tenant: &Tenant, state: &SyncState, entry: &ToDo) -> Self {
        let idp = visitor.idp;
        let title = capitalised(idp);
        let mut row = Self {
            text: String::new(),
            links: Vec::new(),
            dismiss: entry.cause().map(|cause| ("cause", cause)).into_iter().collect(),
        };
        match entry {
            ToDo::Failing => {
                row.text = reason(state, visitor.provider());
                for Action { label, path } in Action::of(state) {
                    row.link(label, path);
                }
            }
            ToDo::TokenExpires { label, expires } => {
                row.text = format!("The token “{label}” expires on {}.", day(*expires));
                row.link("Replace token", "access");
            }
            ToDo::SentAndNotUsed { attribute, sent, active } => {
                let name = attribute.name();
                row.text = format!(
                    "{title} sends {name} for {} of {} people; you use your own values",
                    grouped(*sent),
                    grouped(*active)
                );
                let path = format!("sources/{name}/preview?source=idp");
                row.links.push(RowLink { label: "Preview".to_owned(), path, is_dialog: true });
            }
            ToDo::FailedRequests(FailedRequests { cause, sentence, count }) => {
                let requests = if *count == 1 { "request" } else { "requests" };
                row.text = format!("{} {requests} failed: {sentence}", grouped(*count));
                let path = format!("requests?show=failed&cause={}", encoded(cause));
                row.link("Show requests", &path);
            }
            ToDo::MoreFailed { requests, causes } => {
                let requests = grouped(*requests);
                row.text = format!("{requests} more requests failed, for {causes} causes");
                row.link("Show requests", "requests?show=failed");
            }
            ToDo::Ignored { attributes } => {
                row.text = ignored(attributes);
                if let Some((label, path)) = keep(visitor, tenant, attributes) {
                    row.link(&label, &path);
                }
                row.link("Show all", "sources#ignored");
                let keys = attributes.iter().map(|one| ("attribute", one.key()));
                row.dismiss = keys.collect();
            }
            ToDo::NotLinked { people } => {
                row.text = match people {
                    1 => format!("1 imported employee is not in {idp} yet."),
                    people => {
                        format!("{} imported employees are not in {idp} yet.", grouped(*people))
                    }
                };
                row.link("Show", "employees?linked=no");
            }
            ToDo::LinkOpen { expires } => {
                row.text = format!("A set-up link is open until {}.", day(*expires));
                row.link("Show", "access");
            }
        }
        row
    }

    fn link(&mut self, label: &str, path: &str) {
        let (label, path) = (label.to_owned(), path.to_owned());
        self.links.push(RowLink { label, path, is_dialog: false });
    }
}

/// Names the ignored attributes, at most three of them.
fn ignored(attributes: &[UnknownAttribute]) -> String {
    let name = |one: &UnknownAttribute| {
        one.name.rsplit_once(':').map_or(one.name.clone(), |(_, name)| name.to_owned())
    };
    let named: Vec<String> = attributes.iter().take(MOST_NAMED).map(name).collect();
    let named = named.join(", ");
    match attributes.len() {
        1 => format!("1 attribute is ignored: {named}"),
        count if count <= MOST_NAMED => format!("{count} attributes are ignored: {named}"),
        count => {
            format!("{count} attributes are ignored: {named} and {} more", count - MOST_NAMED)
        }
    }
}

/// Returns the label and the path of the form that declares the first attribute that can be declared.
fn keep(
    visitor: &Visitor,
    tenant: &Tenant,
    attributes: &[UnknownAttribute],
) -> Option<(String, String)> {
    attributes.iter().find_map(|one| match visitor.directory.advice(tenant, one) {
        Advice::Declare(attribute) => Some((
            format!("Keep {}", attribute.name),
            format!("sources/custom?keep={}", encoded(&one.key())),
        )),
        _ => None,
    })
}
