//! The reasons that a token is not valid.

/// The reason that a token is not valid. The text never repeats a part of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenProblem {
    /// The token has more than [`MAX_TOKEN_BYTES`](crate::MAX_TOKEN_BYTES).
    #[error("the token is longer than 16 KiB")]
    TooLong,
    /// The token is not three parts of base64url, with header and claims in JSON. Or a claim has a wrong type.
    #[error("the token is malformed, or a required claim is missing")]
    Malformed,
    /// The header `typ` names another kind of token.
    #[error("the header names another kind of token")]
    Type,
    /// The header has `crit`, so it needs an extension that this crate does not know (RFC 7515 §4.1.11).
    #[error("the header requires an unknown extension")]
    Critical,
    /// The algorithm is not accepted, or the provider does not announce it.
    #[error("the signature algorithm is not accepted")]
    Algorithm,
    /// The key set has no key of this id. The provider may have a new key, so the caller fetches the keys again.
    #[error("the key of the signature is not published")]
    UnknownKey,
    /// The key of this id does not fit the algorithm, or the header names no key and several keys fit.
    #[error("the key does not fit the signature")]
    Key,
    /// The signature is not of this key and this text.
    #[error("the signature is not valid")]
    Signature,
    /// `iss` is not the issuer, byte for byte.
    #[error("the token comes from another issuer")]
    Issuer,
    /// `aud` does not contain the client id.
    #[error("the token is for another client")]
    Audience,
    /// `azp` is not the client id, or is missing beside several audiences.
    #[error("the token was issued to another client")]
    AuthorizedParty,
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `nbf` or `iat` is in the future.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// `iat` is more than ten minutes ago.
    #[error("the token was issued too long ago")]
    TooOld,
    /// `nonce` is missing, or is of another sign-in.
    #[error("the token belongs to another sign-in")]
    Nonce,
    /// `sub` is not 1 to 255 ASCII characters. In a logout token, `sub` and `sid` are both missing.
    #[error("the subject is missing or malformed")]
    Subject,
    /// `at_hash` is not the hash of the access token.
    #[error("the access token belongs to another ID token")]
    AccessToken,
    /// The token has no logout event, or it has a nonce. So it is no logout token.
    #[error("the token is not a logout token")]
    NotALogoutToken,
}
