//! The account settings page, as a browser sees it.

pub(crate) mod sessions;
pub(crate) mod sign_out;
pub(crate) mod access;
pub(crate) mod failures;
pub(crate) mod deep_links;
mod connect;
mod silence;
mod overview;
mod sources;
pub(crate) mod employee_list;
pub(crate) mod employee_export;
pub(crate) mod employee_import;
pub(crate) mod employee;
pub(crate) mod groups;
pub(crate) mod activity;
pub(crate) mod activity_lists;
pub(crate) mod sentences;
pub(crate) mod requests;
pub(crate) mod request_lists;
pub(crate) mod notifications;
pub(crate) mod notification_states;
pub(crate) mod notification_calls;
pub(crate) mod markup;
pub(crate) mod assets;
mod contrast;
pub(crate) mod gateway;
pub(crate) mod logs;

use crate::support::acme;
use crate::support::browser::Browser;

async fn at_acme() -> Browser {
    Browser::signed_in(&acme().await).await
}
