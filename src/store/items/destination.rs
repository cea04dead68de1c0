//! Converts destinations from and to DynamoDB items.

use super::attributes::{ItemReader, ItemWriter};
use crate::model::destination::{
    Destination, DestinationKind, Digest, Form, SealedBytes, SigningSecret,
};
use crate::model::tenant::{Stage, TenantId};
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::keys;
use crate::store::record::id_in_key;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

// The names of a destination's attributes.
const REVISION: &str = "revision";
const KIND: &str = "kind";
const NAME: &str = "name";
/// The attribute of the sealed URL.
pub const SEALED_URL: &str = "sealedUrl";
const HINT: &str = "hint";
/// The attribute of the sealed signing secrets.
pub const SEALED_SECRETS: &str = "sealedSecrets";
const TYPES: &str = "types";
const ATTRIBUTES: &str = "attributes";
const EVERY: &str = "every";
const HOUR: &str = "hour";
const NAMES: &str = "names";
const PAYLOAD: &str = "payload";
const ENABLED: &str = "enabled";
const DISABLED_WHY: &str = "disabledWhy";

/// A signing secret in the JSON text of an item.
#[derive(Serialize, Deserialize)]
struct StoredSecret {
    stage: Stage,
    sealed: String,
    #[serde(with = "time::serde::rfc3339")]
    created: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option", default)]
    expires: Option<OffsetDateTime>,
}

impl Destination {
    /// Makes the item.
    pub(in crate::store) fn to_item(&self, tenant: &TenantId) -> Result<Item, Error> {
        let mut item = ItemWriter::new(&keys::destination(tenant, self.id))
            .number(REVISION, self.revision)
            .text(KIND, self.kind().as_str())
            .text(NAME, &*self.name)
            .bytes(SEALED_URL, &self.sealed_url.0)
            .text(HINT, &*self.hint)
            .json(TYPES, &self.types)?
            .json(ATTRIBUTES, &self.attributes)?
            .flag(ENABLED, self.enabled)
            .optional_text(DISABLED_WHY, self.disabled_why.as_deref());
        item = match &self.form {
            Form::Webhook { secrets, payload } => {
                let secrets: Vec<StoredSecret> = secrets.iter().map(StoredSecret::of).collect();
                item.json(SEALED_SECRETS, &secrets)?.text(PAYLOAD, payload.as_str())
            }
            Form::Slack(Digest { every, hour, names })
            | Form::Teams(Digest { every, hour, names }) => {
                item.text(EVERY, every.as_str()).number(HOUR, u64::from(*hour)).flag(NAMES, *names)
            }
        };
        Ok(item.into_item())
    }

    /// Reads an item.
    ///
    /// # Errors
    /// [`Error::BadItem`] for an item that this program does not write.
    pub(in crate::store) fn from_item(item: Item) -> Result<Self, Error> {
        let id = id_in_key(&item)?;
        let mut item = ItemReader(item);
        let form = match item.parsed(KIND)? {
            DestinationKind::Webhook => {
                let secrets: Vec<StoredSecret> = item.json(SEALED_SECRETS)?;
                let secrets = secrets.into_iter().map(StoredSecret::read);
                Form::Webhook {
                    secrets: secrets.collect::<Result<_, _>>()?,
                    payload: item.parsed(PAYLOAD)?,
                }
            }
            DestinationKind::Slack => Form::Slack(read_digest(&mut item)?),
            DestinationKind::Teams => Form::Teams(read_digest(&mut item)?),
        };
        Ok(Self {
            id,
            revision: item.number(REVISION)?,
            name: item.text(NAME)?,
            sealed_url: SealedBytes(item.bytes(SEALED_URL)?),
            hint: item.text(HINT)?,
            form,
            types: item.json(TYPES)?,
            attributes: item.json(ATTRIBUTES)?,
            enabled: item.flag(ENABLED)?,
            disabled_why: item.optional_text(DISABLED_WHY)?,
        })
    }
}

fn read_digest(item: &mut ItemReader) -> Result<Digest, Error> {
    let hour = u8::try_from(item.number(HOUR)?).map_err(Error::bad_item)?;
    Ok(Digest { every: item.parsed(EVERY)?, hour, names: item.flag(NAMES)? })
}

impl StoredSecret {
    fn of(secret: &SigningSecret) -> Self {
        let SigningSecret { stage, sealed, created, expires } = secret;
        let sealed = STANDARD.encode(&sealed.0);
        Self { stage: *stage, sealed, created: *created, expires: *expires }
    }

    fn read(self) -> Result<SigningSecret, Error> {
        let Self { stage, sealed, created, expires } = self;
        let sealed = SealedBytes(STANDARD.decode(sealed).map_err(Error::bad_item)?);
        Ok(SigningSecret { stage, sealed, created, expires })
    }
}
