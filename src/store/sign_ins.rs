//! The recent sign-ins of a tenant's administrators.

use super::dynamodb::port::UpdateCall;
use super::dynamodb::transact::text;
use super::keys;
use crate::model::sign_in::SignInRecord;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::items::sign_ins::{self, SIGN_IN};
use crate::store::tenant_part::TenantPart;
use scim::date_time;
use std::collections::HashMap;

/// The recent sign-ins of a tenant.
#[derive(Debug, Clone, Copy)]
pub struct SignInItems<'a>(pub(in crate::store) &'a TenantPart);

impl SignInItems<'_> {
    /// Reads the recent sign-ins, newest first.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list(self) -> Result<Vec<SignInRecord>, Error> {
        let item = self.0.table.get(&keys::sign_ins(&self.0.tenant)).await?;
        sign_ins::read(item.unwrap_or_default())
    }

    /// Adds a sign-in. `session` makes two sign-ins at the same time different. Also removes the oldest sign-ins beyond
    /// `MOST_SIGN_INS`. Each sign-in has its own attribute, so simultaneous sign-ins keep each other.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn add(self, session: &str, sign_in: &SignInRecord) -> Result<(), Error> {
        let key = keys::sign_ins(&self.0.tenant);
        let stored = self.0.table.get(&key).await?.unwrap_or_default();
        let new = format!("{SIGN_IN}{}#{session}", date_time::format(sign_in.at));
        let mut names = HashMap::from([("#new".to_owned(), new)]);
        let mut removed = Vec::new();
        for (number, old) in sign_ins::superfluous(&stored).into_iter().enumerate() {
            let name = format!("#n{number}");
            names.insert(name.clone(), old.to_owned());
            removed.push(name);
        }
        let removal = match removed.as_slice() {
            [] => String::new(),
            names => format!(" REMOVE {}", names.join(", ")),
        };
        let call = UpdateCall {
            key: key.to_item(),
            expression: format!("SET #new = :signIn{removal}"),
            names,
            values: Item::from([(":signIn".to_owned(), text(sign_ins::to_json(sign_in)?))]),
            condition: None,
        };
        self.0.table.update(call).await.map(drop)
    }
}
