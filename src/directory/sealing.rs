//! Seals and opens the secrets of a tenant under the peppers. A secret opens only in its own place, and for its owner.

use super::access::pepper::Peppers;
use super::error::Error;
use crate::model::destination::SealedBytes;
use crate::outbound::{Binding, Opened, Sealed, Sealer};
use crate::store::sealed_place::SealedPlace;
use secrecy::ExposeSecret;

/// Seals under the current pepper, and opens under both.
#[derive(Debug, Clone)]
pub(super) struct Sealing(Sealer);

/// The outcome of sealing a stored secret anew.
#[derive(Debug)]
pub(super) enum Resealed {
    /// The secret is sealed under the current pepper already.
    Current,
    /// The secret was under the previous pepper. These are the new bytes.
    Sealed(SealedBytes),
    /// The secret does not open.
    Unreadable,
}

impl Sealing {
    pub(super) fn new(peppers: &Peppers) -> Self {
        let current = peppers.current.expose_secret().as_bytes();
        let previous = peppers.previous.as_ref().map(|pepper| pepper.expose_secret().as_bytes());
        Self(Sealer::new(current, previous))
    }

    /// Seals a secret for a place and an owner, such as an issuer.
    pub(super) fn seal(
        &self,
        place: &SealedPlace,
        owner: &str,
        secret: &[u8],
    ) -> Result<SealedBytes, Error> {
        let sealed = self.0.seal(&binding(place, owner), secret).map_err(Error::NotSealed)?;
        Ok(SealedBytes(sealed.as_bytes().to_vec()))
    }

    /// Opens a secret. `None` when it is sealed under neither pepper, for another place or for another owner.
    pub(super) fn open(
        &self,
        place: &SealedPlace,
        owner: &str,
        sealed: &SealedBytes,
    ) -> Option<Opened> {
        self.0.open(&binding(place, owner), &Sealed::from_bytes(sealed.0.clone())).ok()
    }

    /// Seals a secret under the current pepper, if it is under the previous one.
    pub(super) fn reseal(
        &self,
        place: &SealedPlace,
        owner: &str,
        sealed: &SealedBytes,
    ) -> Result<Resealed, Error> {
        Ok(match self.open(place, owner, sealed) {
            None => Resealed::Unreadable,
            Some(opened) if opened.is_current => Resealed::Current,
            Some(opened) => {
                Resealed::Sealed(self.seal(place, owner, opened.secret.expose_secret())?)
            }
        })
    }
}

fn binding<'p>(place: &'p SealedPlace, owner: &'p str) -> Binding<'p> {
    Binding {
        partition: &place.key.partition,
        sort: &place.key.sort,
        attribute: place.attribute,
        bound_to: owner,
    }
}
