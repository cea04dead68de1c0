//! Seals the credentials of all tenants under the current pepper.

use super::Sso;
use crate::directory::error::Error;
use crate::directory::reseal::{ResealReport, SealedKind, UnreadableItem};
use crate::model::credential::{Credential, CredentialStage};
use crate::model::tenant::TenantId;
use crate::store::credentials::Credentials;
use crate::store::dynamodb::retry::{Attempt, retry};

impl Sso {
    /// Seals every credential that is sealed under the previous pepper under the current one. With `only_check`, it
    /// changes nothing and counts these credentials. A repeated call continues an interrupted one.
    ///
    /// # Errors
    /// Fails with [`Error::NoPepper`], [`Error::Contention`], or as every call of the store does.
    pub async fn reseal(&self, only_check: bool) -> Result<ResealReport, Error> {
        let mut report = ResealReport::default();
        for tenant in self.tenants.list().await? {
            report.add(self.reseal_tenant(&tenant, only_check).await?);
        }
        Ok(report)
    }

    async fn reseal_tenant(
        &self,
        tenant: &TenantId,
        only_check: bool,
    ) -> Result<ResealReport, Error> {
        let store = self.tenants.store.tenant(tenant);
        let sealing = self.sealing(tenant).await?;
        retry!({
            let before = store.credentials().get().await?;
            let (mut after, mut report) = (before.clone(), ResealReport::default());
            for stage in [CredentialStage::Current, CredentialStage::Next] {
                let Some(credential) = before.get(stage) else { continue };
                let kind = kind_of(credential);
                match sealing.resealed(stage, credential)? {
                    Some(resealed) => {
                        report.add_sealed([kind]);
                        set(&mut after, stage, resealed);
                    }
                    None if sealing.open(stage, &credential.bound_to, credential).is_some() => {
                        report.add_skipped([kind]);
                    }
                    None => {
                        let (tenant, destination) = (tenant.clone(), None);
                        report.unreadable.push(UnreadableItem { tenant, destination, kind });
                    }
                }
            }
            if only_check || after == before {
                return Ok(Attempt::Done(report));
            }
            let is_written = store.credentials().reseal(&before, &after).await?;
            Ok::<_, Error>(Attempt::done_if(is_written).map(|()| report))
        })
    }
}

fn kind_of(credential: &Credential) -> SealedKind {
    match credential.key {
        Some(_) => SealedKind::ClientKey,
        None => SealedKind::ClientSecret,
    }
}

fn set(credentials: &mut Credentials, stage: CredentialStage, credential: Credential) {
    match stage {
        CredentialStage::Current => credentials.current = Some(credential),
        CredentialStage::Next => credentials.next = Some(credential),
    }
}
