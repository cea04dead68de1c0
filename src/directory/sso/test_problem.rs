//! The problems of a test of single sign-on that only its administrator sees. The address of the result page has the
//! name, and the page has a fixed text for each.

use super::provider_problem::{OAuthError, ProviderProblem};
use strum::{EnumIter, EnumString, IntoStaticStr};

/// The problem behind a test that did not complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "camelCase")]
pub enum TestProblem {
    /// The identity provider does not accept the client.
    Client,
    /// Rollcall cannot read the secret or the key.
    Credential,
    /// The identity provider does not accept the code.
    Code,
    /// The identity provider ended the sign-in at its own pages.
    SignIn,
    /// The ID token is not valid.
    Token,
    /// The discovery document or the keys cannot be used.
    Document,
}

impl TestProblem {
    /// Returns the problem of a failed test; `None` for a problem that the reason of the refusal tells.
    pub fn of(problem: &ProviderProblem) -> Option<Self> {
        match problem {
            ProviderProblem::CodeRefused(
                OAuthError::InvalidClient | OAuthError::UnauthorizedClient,
            ) => Some(Self::Client),
            ProviderProblem::CodeRefused(_) => Some(Self::Code),
            ProviderProblem::CredentialUnusable => Some(Self::Credential),
            ProviderProblem::SignInRefused(_) | ProviderProblem::ResponseOfAnother => {
                Some(Self::SignIn)
            }
            ProviderProblem::TokenRefused(_) | ProviderProblem::UserInfoOfAnother => {
                Some(Self::Token)
            }
            ProviderProblem::IssuerMismatch { .. }
            | ProviderProblem::MultiTenantIssuer
            | ProviderProblem::ForbiddenUrl { .. }
            | ProviderProblem::Malformed { .. }
            | ProviderProblem::NoAlgorithm => Some(Self::Document),
            ProviderProblem::Unreachable { .. } => None,
        }
    }

    /// Its name in the address.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Reads a name; `None` for another text.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    /// The sentences for the administrator.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Client => {
                "The identity provider does not accept Rollcall. Check the client ID, and the secret or the key."
            }
            Self::Credential => {
                "Rollcall cannot read the secret or the key. Paste the secret again, or make a new key."
            }
            Self::Code => {
                "The identity provider does not accept the code. Check the redirect URI there, and try again."
            }
            Self::SignIn => {
                "The identity provider ended the sign-in. Check that your account is assigned to the application."
            }
            Self::Token => {
                "The ID token is not valid. Check the client ID, and the clock of the identity provider."
            }
            Self::Document => {
                "The identity provider changed its documents. Use Save and check to see the problem."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::TestProblem;
    use strum::IntoEnumIterator;

    #[test]
    fn each_problem_reads_back() {
        for problem in TestProblem::iter() {
            assert_eq!(TestProblem::parse(problem.as_str()), Some(problem));
            assert!(problem.sentence().ends_with('.'));
        }
        assert_eq!(TestProblem::parse("<b>"), None);
    }
}
