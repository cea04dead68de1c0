//! The sealed secrets of destinations: the URL, and the signing secrets of a webhook.

use super::error::{DestinationError, SecretKind};
use crate::directory::access::pepper::Peppers;
use crate::directory::error::Error;
use crate::directory::sealing::{self, Sealing};
use crate::model::destination::{Destination, Form, SealedBytes, SigningSecret};
use crate::model::tenant::Stage;
use crate::outbound::{Opened, RANDOM_BYTES, SigningKey, Target};
use crate::store::TenantStore;
use crate::store::sealed_place::SealedPlace;
use secrecy::{ExposeSecret, SecretString};
use time::OffsetDateTime;
use uuid::Uuid;

/// The number of characters at the end of a URL that its hint shows.
const HINT_CHARS: usize = 4;
/// The shortest path and query of which a hint shows the end. Of a shorter one, the end would be too large a part.
const SHORTEST_HINTED: usize = 16;

/// Seals and opens the secrets of a tenant's destinations.
#[derive(Debug, Clone)]
pub(super) struct Secrets {
    sealing: Sealing,
    store: TenantStore,
}

/// The opened secrets of a destination.
#[derive(Debug)]
pub struct OpenedSecrets {
    /// The URL. The caller checks it again before each call.
    pub url: SecretString,
    /// The signing secrets that sign now, the current one first; empty for a chat channel.
    pub signing: Vec<SigningKey>,
    /// Whether every secret is sealed under the current pepper.
    pub are_current: bool,
}

/// Makes a random signing secret.
pub(super) fn new_signing_key() -> Result<SigningKey, Error> {
    let mut random = [0_u8; RANDOM_BYTES];
    getrandom::fill(&mut random).map_err(Error::NoRandomness)?;
    Ok(SigningKey::from_random(random))
}

impl Secrets {
    pub(super) fn new(peppers: &Peppers, store: TenantStore) -> Self {
        Self { sealing: Sealing::new(peppers), store }
    }

    /// Seals the URL of a destination.
    pub(super) fn seal_url(&self, id: Uuid, url: &Target) -> Result<SealedBytes, Error> {
        self.seal(&self.store.destinations().place_of_url(id), id, url.as_str().as_bytes())
    }

    /// Seals a signing secret as the current one.
    pub(super) fn seal_new(
        &self,
        id: Uuid,
        key: &SigningKey,
        created: OffsetDateTime,
    ) -> Result<SigningSecret, Error> {
        let place = self.store.destinations().place_of_secrets(id);
        let sealed = self.seal(&place, id, key.as_bytes())?;
        Ok(SigningSecret { stage: Stage::Current, sealed, created, expires: None })
    }

    /// Opens the URL and the signing secrets of a destination.
    pub(super) fn open_all(
        &self,
        destination: &Destination,
        now: OffsetDateTime,
    ) -> Result<OpenedSecrets, SecretKind> {
        let id = destination.id;
        let url = self.open_url(destination).ok_or(SecretKind::Url)?;
        let text = std::str::from_utf8(url.secret.expose_secret());
        let text = SecretString::from(text.map_err(|_| SecretKind::Url)?.to_owned());
        let (mut signing, mut are_current) = (Vec::new(), url.is_current);
        let place = self.store.destinations().place_of_secrets(id);
        let signs = |secret: &&SigningSecret| secret.expires.is_none_or(|expires| expires > now);
        for secret in destination.secrets().iter().filter(signs) {
            let opened = self.open(&place, id, &secret.sealed).and_then(|opened| {
                let key = SigningKey::from_bytes(opened.secret.expose_secret()).ok()?;
                Some((key, opened.is_current))
            });
            match opened {
                Some((key, is_current)) => {
                    are_current &= is_current;
                    signing.push(key);
                }
                // Without the previous secret, the current one still signs.
                None if secret.stage == Stage::Previous => {}
                None => return Err(SecretKind::SigningSecret),
            }
        }
        Ok(OpenedSecrets { url: text, signing, are_current })
    }

    /// Seals the secrets of a destination that are sealed under the previous pepper anew. Returns the destination with
    /// them, and the number of secrets that were sealed and that did not open.
    pub(super) fn resealed(&self, destination: &Destination) -> Result<Resealed, Error> {
        let (id, mut after) = (destination.id, destination.clone());
        let mut counts = Counts::default();
        let place = self.store.destinations().place_of_url(id);
        let url = self.reseal(&place, id, &mut after.sealed_url)?;
        counts.add(url, SecretKind::Url);
        if let Form::Webhook { secrets, .. } = &mut after.form {
            let place = self.store.destinations().place_of_secrets(id);
            for secret in secrets {
                let outcome = self.reseal(&place, id, &mut secret.sealed)?;
                counts.add(outcome, SecretKind::SigningSecret);
            }
        }
        Ok(Resealed { after, counts })
    }

    fn open_url(&self, destination: &Destination) -> Option<Opened> {
        let place = self.store.destinations().place_of_url(destination.id);
        self.open(&place, destination.id, &destination.sealed_url)
    }

    fn reseal(
        &self,
        place: &SealedPlace,
        id: Uuid,
        sealed: &mut SealedBytes,
    ) -> Result<ResealOutcome, Error> {
        Ok(match self.sealing.reseal(place, &id.to_string(), sealed)? {
            sealing::Resealed::Unreadable => ResealOutcome::Unreadable,
            sealing::Resealed::Current => ResealOutcome::Current,
            sealing::Resealed::Sealed(anew) => {
                *sealed = anew;
                ResealOutcome::Sealed
            }
        })
    }

    fn seal(&self, place: &SealedPlace, id: Uuid, secret: &[u8]) -> Result<SealedBytes, Error> {
        self.sealing.seal(place, &id.to_string(), secret)
    }

    fn open(&self, place: &SealedPlace, id: Uuid, sealed: &SealedBytes) -> Option<Opened> {
        self.sealing.open(place, &id.to_string(), sealed)
    }
}

/// A destination with its secrets under the current pepper.
#[derive(Debug)]
pub(super) struct Resealed {
    pub(super) after: Destination,
    pub(super) counts: Counts,
}

/// The outcome for one secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ResealOutcome {
    Current,
    Sealed,
    Unreadable,
}

/// The outcomes for the secrets of a destination, by kind of secret.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// The secrets that were sealed anew.
    pub(super) sealed: Vec<SecretKind>,
    /// The secrets under the current pepper.
    pub(super) current: Vec<SecretKind>,
    /// The secrets that do not open.
    pub(super) unreadable: Vec<SecretKind>,
}

impl Counts {
    fn add(&mut self, outcome: ResealOutcome, kind: SecretKind) {
        match outcome {
            ResealOutcome::Sealed => self.sealed.push(kind),
            ResealOutcome::Current => self.current.push(kind),
            ResealOutcome::Unreadable => self.unreadable.push(kind),
        }
    }
}

/// Returns the hint of a URL: the host and the last 4 characters. Of a short URL, it is the host alone.
pub(super) fn hint(url: &Target) -> String {
    let whole = url.as_str();
    let (_, rest) = whole.split_once("://").unwrap_or(("", whole));
    let path = rest.find('/').and_then(|start| rest.get(start..)).unwrap_or_default();
    if path.len() < SHORTEST_HINTED {
        return url.host().to_owned();
    }
    let end: String = path.chars().skip(path.chars().count().saturating_sub(HINT_CHARS)).collect();
    format!("{} …{end}", url.host())
}

impl From<SecretKind> for Error {
    fn from(unreadable: SecretKind) -> Self {
        DestinationError::Unreadable(unreadable).into()
    }
}
