//! Names that are unique among the records of a kind. A create and a rename move the claims on them.

use crate::directory::context::Context;
use crate::directory::error::Error;
use crate::model::claim::Claim;
use crate::model::kind::Kind;
use crate::store::claims::Rename;
use crate::store::dynamodb::retry::{Attempt, NextAttempt};
use crate::store::write_outcome::Written;
use scim::fold::fold;
use uuid::Uuid;

/// The name of a new record, from attempt to attempt.
///
/// Most names are new, so the first attempt does not read the claim. The write itself detects a claimed name.
#[derive(Debug)]
pub(super) struct NewName {
    kind: Kind,
    text: String,
    /// The claim, as far as it is known without a read.
    known: Option<Claim>,
}

impl NewName {
    /// Takes a name of the kind.
    pub(super) fn new(kind: Kind, text: &str) -> Self {
        Self { kind, text: text.to_owned(), known: Some(Claim::default()) }
    }

    /// Returns the attempt that a write under `claim` ends.
    pub(super) fn attempt_after(&mut self, written: Written, claim: &Claim) -> Attempt<()> {
        match written {
            Written::Done => Attempt::Done(()),
            // The write returned a claim where none was expected.
            Written::ClaimDiffers(found) if *claim == Claim::default() && found != *claim => {
                self.known = Some(found);
                Attempt::Again(NextAttempt::AtOnce)
            }
            Written::Stale | Written::ClaimDiffers(_) => Attempt::Again(NextAttempt::AfterPause),
        }
    }
}

/// Returns the attempt that a write of a changed record ends. A stale change is decided again.
///
/// # Errors
/// Fails with [`Error::UserNameTaken`] or [`Error::GroupNameTaken`] when another record holds the new name.
pub(super) fn attempt_after_change(
    written: Written,
    (kind, id): (Kind, Uuid),
) -> Result<Attempt<()>, Error> {
    match written {
        Written::ClaimDiffers(Claim { holder: Some(holder), .. }) if holder != id => {
            Err(taken(kind, holder))
        }
        written => Ok(written.attempt()),
    }
}

/// The names that are unique.
#[derive(Debug, Clone, Copy)]
pub(in crate::directory) struct UniqueNames<'a>(pub(in crate::directory) &'a Context);

impl UniqueNames<'_> {
    /// Returns the claim on a new name. Reads it unless it is known.
    ///
    /// # Errors
    /// Fails with [`Error::UserNameTaken`] or [`Error::GroupNameTaken`] when another record holds the claim.
    pub(super) async fn claim(self, name: &mut NewName) -> Result<Claim, Error> {
        let claim = match name.known.take() {
            Some(claim) => claim,
            None => self.0.store.claims().get(name.kind, &name.text).await?,
        };
        match claim.holder {
            Some(holder) => Err(taken(name.kind, holder)),
            None => Ok(claim),
        }
    }

    /// Reads the claims on the old and the new name. Returns `None` when only the spelling changes.
    pub(super) async fn rename(
        self,
        (kind, id): (Kind, Uuid),
        old_name: &str,
        new_name: &str,
    ) -> Result<Option<Rename>, Error> {
        if fold(old_name) == fold(new_name) {
            return Ok(None);
        }
        let (old_claim, new_claim) = tokio::try_join!(
            self.0.store.claims().get(kind, old_name),
            self.0.store.claims().get(kind, new_name),
        )?;
        match new_claim.holder {
            Some(holder) if holder != id => Err(taken(kind, holder)),
            // This record already holds the name: a repeated request. The write will find the record changed.
            Some(_) | None => {
                let (old_name, new_name) = (old_name.to_owned(), new_name.to_owned());
                Ok(Some(Rename { old_name, old_claim, new_name, new_claim }))
            }
        }
    }
}

fn taken(kind: Kind, holder: Uuid) -> Error {
    match kind {
        Kind::Employee => Error::UserNameTaken { holder },
        Kind::Group => Error::GroupNameTaken { holder },
    }
}
