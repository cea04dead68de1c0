//! The failures of a provider, or of its answers.

use super::refusal::Refusal;
use crate::outbound::{AddressProblem, Failure, UrlProblem};
use oidc::{DiscoveryProblem, TokenProblem};
use std::fmt;
use strum::{EnumIter, EnumString, IntoStaticStr};

/// The reason that a provider proves no identity. Its text is a sentence for the administrator, without a secret, a
/// token or a text of an error response.
#[derive(Clone, PartialEq, Eq)]
pub enum ProviderProblem {
    /// The discovery document names another issuer.
    IssuerMismatch {
        /// The issuer in the document.
        found: String,
        /// The configured issuer.
        entered: String,
    },
    /// The issuer serves every directory of Entra ID.
    MultiTenantIssuer,
    /// The provider gave no usable response.
    Unreachable {
        /// The host that was called.
        host: String,
        /// The cause.
        why: Unreachable,
    },
    /// A URL of the discovery document, or the issuer itself, must not be called.
    ForbiddenUrl {
        /// The member of the document: `issuer`, `token_endpoint` and so on.
        member: &'static str,
        /// The rule that the URL breaks.
        problem: UrlProblem,
    },
    /// A document of the provider does not have its form.
    Malformed {
        /// The host that sent the document.
        host: String,
        /// The document or its member.
        part: &'static str,
    },
    /// The provider signs with no algorithm that Rollcall accepts.
    NoAlgorithm,
    /// The provider refused the sign-in at its authorization endpoint.
    SignInRefused(OAuthError),
    /// The response to the sign-in names another issuer, or none although the provider announces it (RFC 9207).
    ResponseOfAnother,
    /// The provider refused the code, or the client.
    CodeRefused(OAuthError),
    /// The ID token or the logout token is not valid.
    TokenRefused(TokenProblem),
    /// The UserInfo endpoint answered for another account.
    UserInfoOfAnother,
    /// The client secret or the key cannot be used.
    CredentialUnusable,
}

/// The reason that a call of a provider gave no response that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreachable {
    /// The call got no response.
    Failed(Failure),
    /// The response has another status than 200.
    Status(u16),
    /// All calls of a request together took more than 8 seconds.
    Deadline,
}

/// An error code of OAuth 2.0 and OpenID Connect (RFC 6749 §4.1.2.1 and §5.2, OpenID Connect Core 1.0 §3.1.2.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum OAuthError {
    /// The request has a wrong parameter, such as another redirect URI.
    InvalidRequest,
    /// The client id, the secret or the assertion is wrong.
    InvalidClient,
    /// The code is spent, expired, or of another client or verifier.
    InvalidGrant,
    /// The client must not use this flow.
    UnauthorizedClient,
    /// The token endpoint does not exchange codes.
    UnsupportedGrantType,
    /// The authorization endpoint gives no codes.
    UnsupportedResponseType,
    /// The scopes are wrong.
    InvalidScope,
    /// The person or the provider's policy denied the sign-in.
    AccessDenied,
    /// The provider failed.
    ServerError,
    /// The provider is overloaded or under maintenance.
    TemporarilyUnavailable,
    /// The person must sign in at the provider.
    LoginRequired,
    /// The person must do something at the provider.
    InteractionRequired,
    /// The person must choose an account.
    AccountSelectionRequired,
    /// The person must consent.
    ConsentRequired,
    /// Every other code.
    #[strum(serialize = "other")]
    Other,
}

impl OAuthError {
    /// Reads a code. An unknown code is [`OAuthError::Other`], so no text of a stranger gets further.
    pub fn parse(code: &str) -> Self {
        code.parse().unwrap_or(Self::Other)
    }

    /// The code; `other` for an unknown one.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl ProviderProblem {
    /// Takes a failure of a call.
    pub(super) fn unreachable(host: &str, failure: Failure) -> Self {
        Self::Unreachable { host: host.to_owned(), why: Unreachable::Failed(failure) }
    }

    /// Takes a problem of the discovery document that `host` sent.
    pub(super) fn of_discovery(problem: DiscoveryProblem, host: &str, entered: &str) -> Self {
        match problem {
            DiscoveryProblem::Mismatch { found } => {
                Self::IssuerMismatch { found, entered: entered.to_owned() }
            }
            DiscoveryProblem::MultiTenant => Self::MultiTenantIssuer,
            DiscoveryProblem::NoAlgorithm => Self::NoAlgorithm,
            DiscoveryProblem::Malformed(part) => Self::Malformed { host: host.to_owned(), part },
        }
    }

    /// The `code` in the report of the API; `None` for a problem that only its text describes.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::IssuerMismatch { .. } => Some("issuerMismatch"),
            Self::MultiTenantIssuer => Some("multiTenantIssuer"),
            Self::Unreachable { .. } => Some("unreachable"),
            _ => None,
        }
    }

    /// The reason on the page of a refused sign-in.
    pub fn reason(&self) -> Refusal {
        match self {
            Self::Unreachable { .. }
            | Self::SignInRefused(OAuthError::TemporarilyUnavailable)
            | Self::CodeRefused(OAuthError::TemporarilyUnavailable) => Refusal::Unavailable,
            _ => Refusal::Failed,
        }
    }

    /// Its name in logs: the kind, with a host, a status or a known code. It has no path and no text of the provider.
    pub fn log_name(&self) -> String {
        match self {
            Self::IssuerMismatch { .. } => "issuerMismatch".to_owned(),
            Self::MultiTenantIssuer => "multiTenantIssuer".to_owned(),
            Self::Unreachable { host, why: Unreachable::Failed(failure) } => {
                format!("unreachable {host} {}", failure.as_str())
            }
            Self::Unreachable { host, why: Unreachable::Status(status) } => {
                format!("unreachable {host} {status}")
            }
            Self::Unreachable { host, why: Unreachable::Deadline } => {
                format!("unreachable {host} deadline")
            }
            Self::ForbiddenUrl { member, .. } => format!("forbiddenUrl {member}"),
            Self::Malformed { host, part } => format!("malformed {host} {part}"),
            Self::NoAlgorithm => "noAlgorithm".to_owned(),
            Self::SignInRefused(error) => format!("signInRefused {}", error.as_str()),
            Self::ResponseOfAnother => "responseOfAnother".to_owned(),
            Self::CodeRefused(error) => format!("codeRefused {}", error.as_str()),
            Self::TokenRefused(problem) => format!("tokenRefused {problem:?}"),
            Self::UserInfoOfAnother => "userInfoOfAnother".to_owned(),
            Self::CredentialUnusable => "credentialUnusable".to_owned(),
        }
    }

    /// Whether an older document of the provider may serve meanwhile: the provider did not answer, or not in form.
    pub(super) fn is_transient(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Malformed { .. })
    }
}

impl fmt::Display for ProviderProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IssuerMismatch { found, entered } => write!(
                formatter,
                "The discovery document says issuer \"{found}\"; you entered \"{entered}\". Copy the issuer exactly; \
                 check the final slash."
            ),
            Self::MultiTenantIssuer => formatter.write_str(
                "This issuer serves every Entra directory. Use https://login.microsoftonline.com/{directory id}/v2.0.",
            ),
            Self::Unreachable { host, why } => write!(formatter, "{host} {why}."),
            Self::ForbiddenUrl { member, problem } => {
                write!(formatter, "Rollcall does not call the URL in \"{member}\". {problem}")
            }
            Self::Malformed { host, part } => {
                write!(formatter, "{host} sent a document without a usable part \"{part}\".")
            }
            Self::NoAlgorithm => formatter.write_str(
                "The identity provider signs ID tokens with none of RS256, PS256 and ES256. Choose one of them there.",
            ),
            Self::SignInRefused(error) => {
                write!(formatter, "The identity provider ended the sign-in: {}.", error.as_str())
            }
            Self::ResponseOfAnother => formatter
                .write_str("The response to the sign-in comes from another identity provider."),
            Self::CodeRefused(error) => {
                write!(formatter, "The identity provider did not accept the code: {}.", error.as_str())
            }
            Self::TokenRefused(problem) => {
                write!(formatter, "The token of the identity provider is not valid: {problem}.")
            }
            Self::UserInfoOfAnother => formatter
                .write_str("The identity provider's user information is of another account."),
            Self::CredentialUnusable => formatter
                .write_str("Rollcall cannot use the client secret or the key. Enter the secret again, or make a new key."),
        }
    }
}

impl std::error::Error for ProviderProblem {}

/// The name for logs. A document of the provider must not get into a log.
impl fmt::Debug for ProviderProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.log_name())
    }
}

impl fmt::Display for Unreachable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Status(status) => return write!(formatter, "answered {status}"),
            Self::Deadline => "did not answer all calls within 8 seconds",
            Self::Failed(Failure::Timeout) => "did not answer within 5 seconds",
            Self::Failed(Failure::Tls) => "has a certificate that is not valid",
            Self::Failed(Failure::Address(AddressProblem::NotPublic)) => "is not a public address",
            Self::Failed(Failure::Address(AddressProblem::Url(_))) => {
                "is not a host that Rollcall calls"
            }
            Self::Failed(Failure::Dns) => "has no address. Check the name of the host",
            Self::Failed(Failure::Connect) => "accepts no connection",
            Self::Failed(Failure::TooLarge) => "answered with a document that is too large",
            Self::Failed(Failure::Broken) => "closed the connection before its answer was complete",
        })
    }
}
