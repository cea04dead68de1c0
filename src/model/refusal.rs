//! The reasons for which single sign-on refuses a sign-in or a session.

use strum::{EnumIter, EnumString, IntoEnumIterator, IntoStaticStr};

/// The reason of a refusal. Its name stands in the URL of the refusal page and in the sign-in log.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, EnumIter, EnumString, IntoStaticStr,
)]
#[strum(serialize_all = "camelCase")]
pub enum Refusal {
    /// Anything before the ID token is valid.
    Failed,
    /// No employee has the identifier.
    NoMatch,
    /// More than one employee has the identifier.
    SeveralMatch,
    /// The employee is archived.
    Archived,
    /// The employee is neither a member of the administrators' group nor a named administrator.
    NotAdministrator,
    /// The employee is linked to another account of the identity provider.
    LinkedElsewhere,
    /// The identity provider did not verify the email address.
    EmailNotVerified,
    /// The account belongs to another domain or directory.
    WrongDomain,
    /// A claim that is needed is missing.
    MissingClaim,
    /// The configuration is not tested yet.
    NotTried,
    /// The identity provider did not answer in time.
    Unavailable,
}

impl Refusal {
    /// All reasons.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::iter()
    }

    /// Its name, such as `notAdministrator`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Reads a name; `None` for another text.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    /// The sentences of the refusal page. The reference follows them.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Failed => {
                "Sign-in did not complete. Start again. If it fails again, give your administrator this reference."
            }
            Self::NoMatch => {
                "Your identity provider knows you, but no employee here has this identifier. Ask for your assignment \
                 to the SCIM app."
            }
            Self::SeveralMatch => {
                "Your identity provider knows you, but more than one employee here has this identifier. Ask your \
                 administrator to correct the duplicate."
            }
            Self::Archived => {
                "Your employee record is archived. An archived employee cannot administer."
            }
            Self::NotAdministrator => {
                "You are not an administrator of this account. Ask an administrator to add you to the administrators' \
                 group."
            }
            Self::LinkedElsewhere => {
                "Your employee record is linked to another account of the identity provider. An administrator can \
                 unlink it on your employee page."
            }
            Self::EmailNotVerified => {
                "The identity provider did not verify your email address. Verify it there, and sign in again."
            }
            Self::WrongDomain => {
                "Your account belongs to another domain or directory. Sign in with your work account."
            }
            Self::MissingClaim => {
                "The identity provider did not send a claim that Rollcall needs. Ask your administrator to check the \
                 configuration of single sign-on."
            }
            Self::NotTried => {
                "Single sign-on is not tested yet. An administrator must use Try it first."
            }
            Self::Unavailable => {
                "The identity provider did not answer in time. Try again in a minute."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Refusal;

    #[test]
    fn each_reason_reads_back_and_has_a_sentence_of_its_own() {
        let mut sentences: Vec<&str> = Refusal::all().map(Refusal::sentence).collect();
        sentences.sort_unstable();
        sentences.dedup();
        assert_eq!(sentences.len(), Refusal::all().count());
        for refusal in Refusal::all() {
            assert_eq!(Refusal::parse(refusal.as_str()), Some(refusal));
            assert!(refusal.sentence().ends_with('.'));
        }
        assert_eq!(Refusal::NotAdministrator.as_str(), "notAdministrator");
        assert_eq!(Refusal::parse("<b>"), None);
    }
}
