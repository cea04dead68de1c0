//! Secret Tokens, and the isolation of tenants.

pub(crate) mod isolation;
pub(crate) mod tokens;
