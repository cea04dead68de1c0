//! Names that are unique among the records of a kind. A create and a rename move the claims on them.

use crate::directory::context::Context;
use crate::directory::error::Error;
use crate::model::kind::Kind;
use crate::store::claims::Rename;
use crate::store::dynamodb::retry::Pauses;
use crate::store::items::claim::Claim;
use crate::store::written::Written;
use scim::fold::fold;
use uuid::Uuid;

/// The claim that a create expects on its name, from attempt to attempt.
///
/// Most names are new, so the first attempt does not read the claim. The write itself detects a claimed name.
#[derive(Debug)]
pub(super) struct Attempt {
    kind: Kind,
    name: String,
    claim: Claim,
    pauses: Pauses,
}

impl Attempt {
    /// Starts the first attempt.
    pub(super) fn new(kind: Kind, name: &str) -> Self {
        Self { kind, name: name.to_owned(), claim: Claim::default(), pauses: Pauses::new() }
    }

    /// Returns the claim, as far as it is known.
    ///
    /// # Errors
    /// Fails with [`Error::UserNameTaken`] or [`Error::GroupNameTaken`] when another record holds the claim.
    pub(super) fn claim(&self) -> Result<&Claim, Error> {
        match self.claim.holder {
            Some(holder) => Err(taken(self.kind, holder)),
            None => Ok(&self.claim),
        }
    }
}

/// The names that are unique.
#[derive(Debug, Clone, Copy)]
pub(in crate::directory) struct Names<'a>(pub(in crate::directory) &'a Context);

impl Names<'_> {
    /// Whether a create is done. If not, updates the claim in `attempt` for the next attempt.
    pub(super) async fn is_done(
        self,
        written: Written,
        attempt: &mut Attempt,
    ) -> Result<bool, Error> {
        attempt.claim = match written {
            Written::Done => return Ok(true),
            // The first attempt did not read the claim, and the write returned it.
            Written::ClaimDiffers(found)
                if attempt.claim == Claim::default() && found != attempt.claim =>
            {
                found
            }
            Written::Stale | Written::ClaimDiffers(_) => {
                attempt.pauses.pause().await?;
                self.0.store.claims().get(attempt.kind, &attempt.name).await?
            }
        };
        Ok(false)
    }

    /// Whether a change of a record is done. If not, the write was stale and the change must be decided again.
    pub(super) async fn is_changed(
        self,
        written: Written,
        (kind, id): (Kind, Uuid),
        pauses: &mut Pauses,
    ) -> Result<bool, Error> {
        match written {
            Written::Done => Ok(true),
            Written::ClaimDiffers(Claim { holder: Some(holder), .. }) if holder != id => {
                Err(taken(kind, holder))
            }
            Written::Stale | Written::ClaimDiffers(_) => {
                pauses.pause().await?;
                Ok(false)
            }
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
