//! The report of a run that seals the secrets of all tenants under the current pepper.

use crate::directory::destinations::SecretKind;
use crate::model::tenant::TenantId;
use std::collections::BTreeMap;
use strum::{EnumIter, IntoEnumIterator, IntoStaticStr};
use uuid::Uuid;

/// A kind of sealed secret. The text tells what to do when one does not open, because it is sealed under neither pepper.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, EnumIter, IntoStaticStr, thiserror::Error,
)]
#[strum(serialize_all = "camelCase")]
pub enum SealedKind {
    /// The URL of a destination.
    #[error("Paste the URL again")]
    Url,
    /// A signing secret of a webhook.
    #[error("Replace the signing secret")]
    SigningSecret,
    /// The client secret of single sign-on.
    #[error("Paste the client secret again")]
    ClientSecret,
    /// A key of single sign-on.
    #[error("Make a new key")]
    ClientKey,
}

/// The secrets that a run met, by kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResealReport {
    /// The number of secrets that were sealed under the previous pepper.
    pub sealed: BTreeMap<SealedKind, usize>,
    /// The number of secrets under the current pepper.
    pub skipped: BTreeMap<SealedKind, usize>,
    /// The secrets that open under neither pepper.
    pub unreadable: Vec<UnreadableItem>,
}

/// A secret that opens under neither pepper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableItem {
    /// The tenant.
    pub tenant: TenantId,
    /// The destination; `None` for a secret of the tenant's single sign-on.
    pub destination: Option<Uuid>,
    /// The kind of the secret.
    pub kind: SealedKind,
}

impl SealedKind {
    /// All kinds, in the order of reports.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::iter()
    }

    /// Its name in reports.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl ResealReport {
    /// Counts secrets that were sealed anew.
    pub(super) fn add_sealed(&mut self, kinds: impl IntoIterator<Item = SealedKind>) {
        for kind in kinds {
            *self.sealed.entry(kind).or_default() += 1;
        }
    }

    /// Counts secrets under the current pepper.
    pub(super) fn add_skipped(&mut self, kinds: impl IntoIterator<Item = SealedKind>) {
        for kind in kinds {
            *self.skipped.entry(kind).or_default() += 1;
        }
    }

    /// Adds another report.
    pub fn add(&mut self, other: Self) {
        for (kind, count) in other.sealed {
            *self.sealed.entry(kind).or_default() += count;
        }
        for (kind, count) in other.skipped {
            *self.skipped.entry(kind).or_default() += count;
        }
        self.unreadable.extend(other.unreadable);
    }
}

impl From<SecretKind> for SealedKind {
    fn from(kind: SecretKind) -> Self {
        match kind {
            SecretKind::Url => Self::Url,
            SecretKind::SigningSecret => Self::SigningSecret,
        }
    }
}
