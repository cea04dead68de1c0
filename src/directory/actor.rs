//! Who changes something: a name for the history, and for whoever came with a token, the token.

use super::Error;
use super::token::works;
use crate::store::tenant::Tenant;
use time::OffsetDateTime;

/// Who changes something.
#[derive(Debug, Clone, Copy)]
pub struct Actor<'a> {
    /// The name in the history.
    pub label: &'a str,
    /// The token, by its short name, when there is one.
    pub token: Option<&'a str>,
}

impl<'a> From<&'a str> for Actor<'a> {
    fn from(label: &'a str) -> Self {
        Self { label, token: None }
    }
}

impl Actor<'_> {
    /// Checks the token once more, against the tenant as it is now: what a server remembers of a token may be a minute
    /// old, and a revoked token must not make itself a successor.
    ///
    /// # Errors
    /// [`Error::TokenEnded`].
    pub(super) fn check(&self, tenant: &Tenant, now: OffsetDateTime) -> Result<(), Error> {
        let Some(token) = self.token else { return Ok(()) };
        let mut valid = tenant.tokens.iter().filter(|record| works(record, now));
        match valid.any(|record| record.short_name() == token) {
            true => Ok(()),
            false => Err(Error::TokenEnded),
        }
    }
}
