//! Administrators of single sign-on, without a provider: a test builds the claims that the provider proved.

use super::actors::OPERATOR;
use super::browser::Browser;
use super::{START, TestTenant};
use oidc::{IdClaims, LogoutClaims};
use rollcall::directory::access::Resumption;
use rollcall::directory::access::sessions::Resumed;
use rollcall::directory::sso::Sso;
use rollcall::directory::sso::refusal::Refusal;
use rollcall::directory::sso::sign_in::FinishResult;
use rollcall::directory::{AttributeChange, BrowserFamily, EventKind, SignInRecord};
use rollcall::model::history::HistoryEntry;
use rollcall::model::sso::{ClientAuth, MatchRule, NamedAdmin, Preset, SsoSettings};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

/// The issuer of the tests.
pub const ISSUER: &str = "https://idp.example.com";

/// A tested configuration: externalId is `sub`, and `group` names the administrators.
pub fn settings(group: Option<&str>) -> SsoSettings {
    SsoSettings {
        issuer: ISSUER.to_owned(),
        client_id: "rollcall".to_owned(),
        client_auth: ClientAuth::None,
        match_by: MatchRule::SubExternalId,
        hd: None,
        group: group.map(|id| id.parse().unwrap()),
        admins: Vec::new(),
        token_sign_in: true,
        hours: 24,
        provider: Preset::Other,
        epoch: 1,
        revision: 1,
        proven_at: Some(START),
    }
}

/// The settings with one named administrator since a time.
pub fn naming(id: Uuid, since: OffsetDateTime) -> SsoSettings {
    SsoSettings { admins: vec![NamedAdmin { id, since }], ..settings(None) }
}

/// The claims of an account with this subject and nothing else. A sign-in with them comes from a token of that moment.
pub fn claims(sub: &str) -> IdClaims {
    IdClaims {
        sub: sub.to_owned(),
        oid: None,
        tid: None,
        hd: None,
        email: None,
        email_verified: false,
        preferred_username: None,
        name: None,
        sid: None,
        issued_at: START,
    }
}

/// A logout token of an account, or of one of its sessions.
pub fn logout(sub: Option<&str>, sid: Option<&str>, issued_at: OffsetDateTime) -> LogoutClaims {
    let (sub, sid) = (sub.map(str::to_owned), sid.map(str::to_owned));
    LogoutClaims { sub, oid: None, sid, issued_at }
}

/// Barbara Jensen, with this externalId.
pub fn barbara(external_id: &str) -> Value {
    json!({
        "userName": "bjensen@example.com",
        "externalId": external_id,
        "displayName": "Barbara Jensen",
        "emails": [
            {"value": "bjensen@example.com", "primary": true},
            {"value": "babs@example.com"},
        ],
    })
}

impl TestTenant {
    /// The single sign-on of the app that serves the tenant.
    pub fn sso(&self) -> Sso {
        let app = &self.app.app;
        Sso::new(app.tenants.clone(), app.access.clone(), app.outbound.clone())
    }

    /// Stores a configuration, or removes it. Each change has an epoch of its own.
    pub async fn configure(&self, settings: Option<SsoSettings>) {
        let store = self.app.store.tenant(&self.id);
        let mut record = store.tenant_record().get().await.unwrap().unwrap();
        record.revision += 1;
        let epoch = record.revision;
        record.sso = settings.map(|settings| SsoSettings { epoch, ..settings });
        let action = AttributeChange {
            attribute: "action".to_owned(),
            old: None,
            new: Some("changed".into()),
        };
        let entry = HistoryEntry {
            at: self.app.sources().now(),
            actor: OPERATOR.clone(),
            kind: EventKind::SsoChanged,
            changes: vec![action],
        };
        assert!(store.tenant_record().replace(&record, &entry).await.unwrap());
        // A new process has no cached record of the tenant.
        self.app.advance(time::Duration::seconds(61));
    }

    /// The stored configuration.
    pub async fn configuration(&self) -> SsoSettings {
        self.app.app.tenants.get(&self.id).await.unwrap().sso.unwrap()
    }

    /// Ends a sign-in with these claims.
    pub async fn admit(&self, claims: &IdClaims) -> FinishResult {
        let settings = self.configuration().await;
        let (mut claims, family) = (claims.clone(), BrowserFamily::Firefox);
        if claims.issued_at == START {
            claims.issued_at = self.app.sources().now();
        }
        self.sso().admit(&self.id, &settings, &claims, false, family).await.unwrap()
    }

    /// Ends a sign-in that must be refused.
    pub async fn refusal(&self, claims: &IdClaims) -> Refusal {
        match self.admit(claims).await {
            FinishResult::Refused { refusal, reference } => {
                assert_eq!(reference.len(), 8);
                refusal
            }
            other => panic!("{other:?}"),
        }
    }

    /// Ends a sign-in that must succeed. The browser has the session.
    pub async fn sign_in(&self, claims: &IdClaims) -> Browser {
        let FinishResult::SignedIn { pass, hours } = self.admit(claims).await else {
            panic!("the sign-in is refused")
        };
        assert_eq!(hours, 24);
        let mut browser = Browser::new(self);
        browser.pass = pass.text.expose_secret().to_owned();
        browser
    }

    /// Ends sessions by a checked logout token. Returns whether the token names a subject.
    pub async fn log_out(&self, claims: &LogoutClaims) -> bool {
        let settings = self.configuration().await;
        self.sso().back_channel(&self.id, &settings, claims).await.unwrap()
    }

    /// The session of the first valid pass, if it is open.
    pub async fn session(&self, passes: &[&str]) -> Option<Resumed> {
        match self.app.app.access.resume(&self.id, passes).await.unwrap() {
            Resumption::Open(resumed) => Some(*resumed),
            Resumption::Refused { .. } | Resumption::None => None,
        }
    }

    /// The lines of the sign-in log, newest first.
    pub async fn sign_ins(&self) -> Vec<SignInRecord> {
        self.app.app.access.recent_sign_ins(&self.id).await.unwrap()
    }
}

/// The result of a request of a session: `None` when it is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closed {
    /// The employee may not administer.
    Refused(Refusal),
    /// The session has ended.
    Ended,
}

impl Browser {
    /// Whether the session is open at this tenant, and the reason if not. A page must agree.
    pub async fn closed_at(&self, tenant: &TestTenant) -> Option<Closed> {
        let access = &tenant.app.app.access;
        let closed = match access.resume(&tenant.id, &[&self.pass]).await.unwrap() {
            Resumption::Open(resumed) => {
                assert!(resumed.actor.employee_id.is_some());
                None
            }
            Resumption::Refused { refusal, reference } => {
                assert_eq!(reference.len(), 8);
                Some(Closed::Refused(refusal))
            }
            Resumption::None => Some(Closed::Ended),
        };
        let browser = Self { tenant: tenant.clone(), ..self.clone() };
        let is_page = browser.get("menu").await.status == 200;
        assert_eq!(is_page, closed.is_none(), "{closed:?}");
        closed
    }

    /// Whether the session is open, and the reason if not.
    pub async fn closed(&self) -> Option<Closed> {
        self.closed_at(&self.tenant).await
    }
}
