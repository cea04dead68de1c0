//! Secret Tokens, wrong tokens, and the isolation of tenants.

pub(crate) mod isolation;
mod sso_isolation;
pub(crate) mod setup_links;
mod guests;
mod sign_in_links;
mod links_of_administrators;
pub(crate) mod tokens;
pub(crate) mod wrong_tokens;
