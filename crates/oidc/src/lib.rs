//! The relying party of OpenID Connect as pure functions over bytes.
//!
//! It has parts of OpenID Connect Core 1.0, Discovery 1.0 and Back-Channel Logout 1.0. It has RFC 7515 (signatures),
//! RFC 7517 (keys), RFC 7523 (client assertions) and RFC 7636 (PKCE).
//!
//! The crate has no HTTP, storage, clock or I/O. Its caller fetches the documents and states the time. Only a private key
//! takes random numbers.
//!
//! Signatures are checked with aws-lc-rs directly. The libraries for JSON Web Tokens check times by the system's clock,
//! and ignore the use, the curve and the algorithm of a key.
//!
//! # Check an ID token
//!
//! ```
//! use oidc::{Algorithm, Expected, KeySet, TokenProblem, verify_id_token};
//!
//! let keys = KeySet::parse(br#"{"keys": []}"#)?;
//! let expected = Expected {
//!     issuer: "https://idp.example.com",
//!     client_id: "client-1",
//!     nonce: "n-0S6_WzA2Mj",
//!     algorithms: &[Algorithm::Rs256],
//!     now: time::macros::datetime!(2026-11-30 12:00 UTC),
//!     access_token: None,
//! };
//! let unsigned = "eyJhbGciOiJub25lIn0.e30.";
//! assert_eq!(verify_id_token(unsigned, &keys, &expected).err(), Some(TokenProblem::Algorithm));
//! # Ok::<(), oidc::KeySetProblem>(())
//! ```

mod algorithm;
mod base64url;
mod claim_values;
mod client_assertion;
mod compact_token;
mod discovery;
mod id_token;
mod key;
mod key_set;
mod logout_token;
mod pkce;
mod private_key;
mod token_problem;

#[cfg(test)]
mod test_tokens;

pub use algorithm::Algorithm;
pub use client_assertion::{ASSERTION_LIFETIME, Assertion, client_assertion};
pub use compact_token::MAX_TOKEN_BYTES;
pub use discovery::{Discovery, DiscoveryProblem, is_multi_tenant};
pub use id_token::{Expected, IdClaims, MAX_AGE_OF_TOKEN, SKEW, UserInfo, verify_id_token};
pub use key_set::{KeySet, KeySetProblem, MAX_KEYS};
pub use logout_token::{ExpectedLogout, LogoutClaims, verify_logout_token};
pub use pkce::code_challenge;
pub use private_key::{KeyProblem, PrivateKey};
pub use token_problem::TokenProblem;
