//! Tokens, tenants that never meet, and the secret under them.

pub(crate) mod isolation;
pub(crate) mod tokens;
