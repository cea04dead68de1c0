//! The account settings page, as a browser sees it.

pub(crate) mod sessions;
pub(crate) mod sign_out;
pub(crate) mod tokens;
mod silence;
pub(crate) mod attributes;
pub(crate) mod employees;
pub(crate) mod groups;
pub(crate) mod activity;
pub(crate) mod notifications;
pub(crate) mod notification_states;
pub(crate) mod notification_calls;
pub(crate) mod markup;
pub(crate) mod assets;
pub(crate) mod gateway;
pub(crate) mod logs;

use crate::support::acme;
use crate::support::browser::Browser;

async fn at_acme() -> Browser {
    Browser::signed_in(&acme().await).await
}
