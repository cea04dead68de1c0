//! Names that are unique among the records of a kind: what a create and a change of name do about the claims on them.

use super::{Directory, Error};
use crate::store::dynamodb::retry::Pauses;
use crate::store::keys::Kind;
use crate::store::names::{Claim, Rename};
use crate::store::written::Written;
use scim::fold::fold;
use uuid::Uuid;

/// The claim that a create expects on its name, from one attempt to the next.
///
/// Most names are new: the write itself finds out when one is not, so the first attempt knows of no claim.
#[derive(Debug)]
pub(super) struct Attempt {
    kind: Kind,
    name: String,
    claim: Claim,
    pauses: Pauses,
}

impl Attempt {
    /// The first one.
    pub(super) fn new(kind: Kind, name: &str) -> Self {
        Self { kind, name: name.to_owned(), claim: Claim::default(), pauses: Pauses::new() }
    }

    /// The claim as far as it is known.
    ///
    /// # Errors
    /// [`Error::UserNameTaken`] or [`Error::GroupNameTaken`] when somebody holds it.
    pub(super) fn claim(&self) -> Result<&Claim, Error> {
        match self.claim.holder {
            Some(holder) => Err(taken(self.kind, holder)),
            None => Ok(&self.claim),
        }
    }
}

impl Directory {
    /// Whether a create is done; when it is not, what the next attempt knows of the claim is in `attempt`.
    pub(super) async fn is_done(
        &self,
        written: Written,
        attempt: &mut Attempt,
    ) -> Result<bool, Error> {
        attempt.claim = match written {
            Written::Done => return Ok(true),
            // The first write knew nothing of the claim; now it does.
            Written::ClaimDiffers(found)
                if attempt.claim == Claim::default() && found != attempt.claim =>
            {
                found
            }
            Written::Stale | Written::ClaimDiffers(_) => {
                attempt.pauses.pause().await?;
                self.store.get_claim(attempt.kind, &attempt.name).await?
            }
        };
        Ok(false)
    }

    /// Whether a change of a record is done; when it is not, it lost a race and is to be decided anew.
    pub(super) async fn is_changed(
        &self,
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

    /// The claims a change of name moves between; `None` when it stays the same but for its spelling.
    pub(super) async fn rename(
        &self,
        (kind, id): (Kind, Uuid),
        old_name: &str,
        new_name: &str,
    ) -> Result<Option<Rename>, Error> {
        if fold(old_name) == fold(new_name) {
            return Ok(None);
        }
        let (old_claim, new_claim) = tokio::try_join!(
            self.store.get_claim(kind, old_name),
            self.store.get_claim(kind, new_name),
        )?;
        match new_claim.holder {
            Some(holder) if holder != id => Err(taken(kind, holder)),
            // Held by this record already: the same request came twice, and the write will find the record changed.
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
