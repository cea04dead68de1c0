//! The linked account of an employee who administers with single sign-on: shown on the profile, signed out, unlinked.

use crate::directory::Error;
use crate::directory::sso::error::SsoError;
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::pages::frame::When;
use crate::server::pages::guard::Visitor;
use crate::server::pages::messages::explain;
use crate::server::pages::words::day_and_year;
use crate::server::path::EmployeeId;
use crate::server::response::redirect;
use axum::extract::State;
use uuid::Uuid;

/// The name of the notice after a sign-out.
pub(super) const SIGNED_OUT: &str = "employee-signed-out";
/// The name of the notice after the removal of a link.
pub(super) const UNLINKED: &str = "unlinked";

/// The card of the account, for the profile.
pub(super) struct AccountCard {
    /// The claim of the identity provider that people can read.
    pub(super) shown: String,
    pub(super) linked: When,
    /// The day (UTC) of the last sign-in.
    pub(super) last_sign_in: String,
}

impl AccountCard {
    /// Reads the card; `None` for an employee without an account. A tenant without single sign-on needs no read.
    pub(super) async fn read(
        services: &Services,
        visitor: &Visitor,
        id: Uuid,
    ) -> Result<Option<Self>, ApiError> {
        if visitor.record.sso.is_none() {
            return Ok(None);
        }
        let account = services.sso.account(&visitor.tenant, id).await.map_err(explain)?;
        Ok(account.map(|account| Self {
            linked: When::new(account.linked),
            last_sign_in: day_and_year(account.last_sign_in.midnight().assume_utc()),
            shown: account.shown,
        }))
    }
}

/// Ends all sessions of an employee.
pub(in crate::server::pages) async fn sign_out(
    State(services): State<Services>,
    visitor: Visitor,
    EmployeeId(id): EmployeeId,
) -> Answer {
    let (tenant, actor) = (&visitor.tenant, &visitor.actor);
    services.sso.sign_out_employee(tenant, id, actor).await.map_err(explain)?;
    Ok(redirect(&visitor.site.path(&format!("employees/{id}?done={SIGNED_OUT}"))))
}

/// Removes the link between an employee and an account.
pub(in crate::server::pages) async fn unlink(
    State(services): State<Services>,
    visitor: Visitor,
    EmployeeId(id): EmployeeId,
) -> Answer {
    match services.sso.unlink(&visitor.tenant, id, &visitor.actor).await {
        // A second press of the button finds nothing to unlink.
        Ok(_) | Err(Error::Sso(SsoError::NoAccount)) => {
            Ok(redirect(&visitor.site.path(&format!("employees/{id}?done={UNLINKED}"))))
        }
        Err(error) => Err(explain(error)),
    }
}
