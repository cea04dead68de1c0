//! *Tokens & access*: every credential that opens the tenant, and the recent sign-ins.

pub(super) mod create;
mod form_number;
mod labels;
pub(super) mod list;
mod new_token;
pub(super) mod replace;
pub(super) mod revoke;
mod scope_words;
mod sso;
mod token_card;

pub(super) use labels::{LABEL_TAKEN, Others};

use super::guard;
use crate::server::context::Services;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

/// Returns the routes of *Tokens & access*. They never wait for the share: a token that uses up the share can always be
/// revoked.
pub(super) fn router(services: &Services) -> Router<Services> {
    Router::new()
        .route("/access", get(list::list))
        .route("/access/sso", get(sso::show).post(sso::save::save))
        .route("/access/sso/keys", post(sso::actions::make_key))
        .route("/access/sso/use-next-key", post(sso::actions::use_next_key))
        .route("/access/sso/sign-out", post(sso::actions::sign_out_all))
        .route("/access/sso/token-form", post(sso::actions::set_token_form))
        .route("/access/sso/remove", post(sso::actions::remove))
        .route("/access/{scope}/create", get(create::show_form).post(create::create))
        .route("/access/{scope}/replace", get(replace::show_form).post(replace::replace))
        .route("/access/{scope}/revoke", get(revoke::ask).post(revoke::revoke))
        .layer(from_fn_with_state(services.clone(), guard::guard))
}
