//! Cursors as clients see them: the state of a list, signed under the pepper for one tenant. The server does not store
//! cursors.

use crate::directory::access::pepper::Peppers;
use crate::directory::access::sessions::mac;
use crate::directory::error::Error;
use crate::directory::tenants::Tenants;
use crate::model::tenant::TenantId;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scim::cursor::{CursorState, invalid_cursor};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

/// How long a cursor is valid, in seconds.
pub const CURSOR_TIMEOUT_SECS: u64 = 3_600;
/// The bytes of the signature in a cursor.
const SEAL_BYTES: usize = 16;

impl Tenants {
    /// Makes the cursor of a tenant for `state`, in unreserved characters (RFC 9865 §2).
    ///
    /// # Errors
    /// Fails with [`Error::NoPepper`].
    pub async fn seal_cursor(
        &self,
        tenant: &TenantId,
        state: &CursorState,
    ) -> Result<String, Error> {
        let peppers = self.peppers.get(self.now()).await.map_err(Error::NoPepper)?;
        Ok(seal(tenant, &state.encode(), &peppers.current))
    }

    /// Reads the state in a cursor of this tenant.
    ///
    /// # Errors
    /// Fails with [`Error::Protocol`] and `invalidCursor` when the cursor was not issued to this tenant, or with
    /// [`Error::NoPepper`].
    pub async fn open_cursor(&self, tenant: &TenantId, cursor: &str) -> Result<CursorState, Error> {
        let peppers = self.peppers.get(self.now()).await.map_err(Error::NoPepper)?;
        open(tenant, cursor, &peppers).ok_or_else(|| invalid_cursor().into())
    }
}

fn seal(tenant: &TenantId, state: &[u8], pepper: &SecretString) -> String {
    let mut bytes = signature(tenant, state, pepper).to_vec();
    bytes.extend(state);
    URL_SAFE_NO_PAD.encode(bytes)
}

fn open(tenant: &TenantId, cursor: &str, peppers: &Peppers) -> Option<CursorState> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (sealed, state) = bytes.split_first_chunk::<SEAL_BYTES>()?;
    let keys = [Some(&peppers.current), peppers.previous.as_ref()].into_iter().flatten();
    let fits = keys.fold(false, |fits, pepper| {
        fits | bool::from(signature(tenant, state, pepper).ct_eq(sealed))
    });
    CursorState::decode(state).filter(|_| fits)
}

fn signature(tenant: &TenantId, state: &[u8], pepper: &SecretString) -> [u8; SEAL_BYTES] {
    // Cursors have a key of their own, so a cursor is never valid as a token or a session.
    let key = mac(pepper.expose_secret().as_bytes(), &[b"rollcall cursor v1"]);
    let whole = mac(&key, &[tenant.as_str().as_bytes(), b" ", state]);
    let mut short = [0; SEAL_BYTES];
    short.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use scim::cursor::Position;

    #[test]
    fn a_cursor_is_good_for_its_tenant_and_peppers_only() {
        let id = |id: &str| TenantId::parse(id).unwrap();
        let secret = |text: &str| SecretString::from(text.to_owned());
        let peppers = |current: &str, previous: Option<&str>| Peppers {
            current: secret(current),
            previous: previous.map(secret),
        };
        let position = Position::After("x".to_owned());
        let state = CursorState { position, query: [1; 16], count: 7, issued_at_secs: 9 };
        let cursor = seal(&id("acme"), &state.encode(), &secret("old"));
        assert_eq!(open(&id("acme"), &cursor, &peppers("old", None)), Some(state.clone()));
        assert_eq!(open(&id("acme"), &cursor, &peppers("new", Some("old"))), Some(state));
        assert_eq!(open(&id("acme"), &cursor, &peppers("new", None)), None);
        assert_eq!(open(&id("other"), &cursor, &peppers("old", None)), None);
        for position in 0..cursor.len() - 1 {
            let mut forged = cursor.clone().into_bytes();
            forged[position] = if forged[position] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            assert_eq!(open(&id("acme"), &forged, &peppers("old", None)), None, "{position}");
        }
        assert_eq!(open(&id("acme"), "", &peppers("old", None)), None);
    }
}
