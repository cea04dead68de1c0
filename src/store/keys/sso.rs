//! Keys of single sign-on: credentials, linked accounts, and claims on subjects.

use super::key::Key;
use super::tenant::own;
use crate::model::credential::CredentialStage;
use crate::model::tenant::TenantId;
use uuid::Uuid;

/// A credential for the identity provider. The keys sort before the settings, so the check of a token does not read
/// them.
pub fn credential(tenant: &TenantId, stage: CredentialStage) -> Key {
    let sort = match stage {
        CredentialStage::Current => "CREDENTIAL#SSO",
        CredentialStage::Next => "CREDENTIAL#SSO#NEXT",
    };
    Key::new(own(tenant), sort)
}

/// The partition of the accounts that are linked to employees.
pub fn accounts(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}#ACCOUNT")
}

/// The account that is linked to an employee.
pub fn account(tenant: &TenantId, employee: Uuid) -> Key {
    Key::new(accounts(tenant), employee.to_string())
}

/// The partition of the claims on subjects.
pub fn subjects(tenant: &TenantId) -> String {
    format!("TENANT#{tenant}#SUBJECT")
}

/// The claim on a subject, by its hash. It names the employee whose account has the subject.
pub fn subject(tenant: &TenantId, hash: &str) -> Key {
    Key::new(subjects(tenant), hash)
}
