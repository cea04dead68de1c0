//! The creation of tokens: the first of a scope, or one in the place of a token without a known use.

use super::token_set::{IssuedToken, NewToken, TokenForm};
use super::tokens;
use crate::directory::error::Error;
use crate::directory::tenants::Tenants;
use crate::model::actor::ActorRecord;
use crate::model::link::Link;
use crate::model::tenant::{Scope, TenantId, TokenRecord};

impl Tenants {
    /// Makes the current token of a scope that has none, or whose current token was never used. An unused token ends
    /// now, and the previous token keeps its expiry.
    ///
    /// The owner of an unused token may use it next, or the record of its use may be missing.
    ///
    /// # Errors
    /// Fails with [`Error::TokenUsed`] when a use of the current token is known. Other failures are those of
    /// [`Self::replace_token`].
    pub async fn create_token(
        &self,
        id: &TenantId,
        scope: Scope,
        label: Option<&str>,
        actor: &ActorRecord,
    ) -> Result<IssuedToken, Error> {
        let new = NewToken { label, ..NewToken::default() };
        self.make_token(id, scope, new, actor, replace_unused).await
    }

    /// Does the same for the form of a page. The current token must be the one that the form was made for, or the one
    /// that this form made: a reload sends the form again.
    ///
    /// # Errors
    /// Fails with [`Error::AlreadyReplaced`] for another current token. Other failures are those of
    /// [`Self::create_token`].
    pub async fn create_token_by_form(
        &self,
        id: &TenantId,
        scope: Scope,
        label: Option<&str>,
        form: TokenForm<'_>,
        actor: &ActorRecord,
    ) -> Result<IssuedToken, Error> {
        let new = NewToken { label, form: form.number, link: None };
        self.make_token(id, scope, new, actor, |tokens, current, is_used, new| {
            let mut found = tokens.iter().filter(|token| token.short_name() == current);
            let is_from_form =
                found.any(|token| token.form.is_some() && token.form.as_deref() == form.number);
            match is_used || form.seen == current || is_from_form {
                true => replace_unused(tokens, current, is_used, new),
                false => Err(Error::AlreadyReplaced),
            }
        })
        .await
    }

    /// Makes the current Secret Token through an open set-up link, and keeps its short name with the link. The end of
    /// the link can then end the token.
    ///
    /// # Errors
    /// Fails with [`Error::TokenEnded`] for a link that has ended. Other failures are those of [`Self::create_token`].
    pub async fn create_token_by_link(
        &self,
        id: &TenantId,
        label: Option<&str>,
        link: &Link,
    ) -> Result<IssuedToken, Error> {
        let new = NewToken { label, form: None, link: Some(&link.id) };
        self.make_token(id, Scope::Scim, new, &link.scope.actor(), replace_unused).await
    }
}

/// Puts a new token in the place of a current token without a known use.
fn replace_unused(
    tokens: &[TokenRecord],
    _current: &str,
    is_used: bool,
    new: TokenRecord,
) -> Result<Vec<TokenRecord>, Error> {
    match is_used {
        true => Err(Error::TokenUsed),
        false => Ok(tokens::replaced(tokens, new)),
    }
}
