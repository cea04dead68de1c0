//! The page of the card.

use super::check_words::CheckWords;
use super::fields::SsoFields;
use super::sign_in_rows::{SignInRow, rows};
use crate::directory::sso::code_exchange::key_subject;
use crate::directory::sso::configuration::{KeyState, SecretNote, SsoView};
use crate::model::sso::ClientAuth;
use crate::server::context::{PublicUrl, Services};
use crate::server::error::{Answer, ApiError};
use crate::server::pages::form::Problems;
use crate::server::pages::frame::{Frame, Section, When, show_as};
use crate::server::pages::guard::Visitor;
use crate::server::pages::messages::explain;
use crate::server::pages::sso::words::provider_name;
use crate::server::pages::words::{capitalised, day_and_year, joined};
use crate::server::query::Pairs;
use crate::server::sso::addresses::SsoAddresses;
use askama::Template;
use axum::extract::State;
use http::Extensions;
use time::{Date, Duration};

/// The time before the end of a client secret in which the page tells it.
const NOTICE: Duration = Duration::days(30);

#[derive(Template)]
#[template(path = "access_sso.html")]
struct SsoPage {
    frame: Frame,
    addresses: SsoAddresses,
    /// The subject of the keys, for the federated credentials of Entra ID.
    key_subject: String,
    /// Whether the addresses change with the host of a gateway.
    is_host_of_gateway: bool,
    fields: SsoFields,
    problems: Problems,
    check: Option<CheckWords>,
    saved: Option<Saved>,
    sign_ins: Vec<SignInRow>,
}

/// The saved configuration, as the page shows it beside the form.
struct Saved {
    /// The version that the form changes.
    revision: u64,
    provider: String,
    secret: Option<SecretWords>,
    /// Whether Rollcall proves itself by a key.
    has_keys: bool,
    keys: Vec<KeyRow>,
    has_next_key: bool,
    proven_at: Option<When>,
    token_sign_in: bool,
    /// The userNames of named employees who came back from a deletion, and must be named again.
    returned: String,
    /// Whether the session proves single sign-on, so that the token form may go.
    is_sso_session: bool,
}

struct SecretWords {
    set_at: When,
    ends_on: Option<String>,
    is_readable: bool,
    /// The sentence about a secret that ended or ends soon.
    end_notice: Option<String>,
    has_ended: bool,
}

struct KeyRow {
    kid: String,
    created: When,
    is_current: bool,
    /// The state of the key, in a word.
    state: &'static str,
    /// Whether the key opens.
    is_readable: bool,
}

/// The result of a form, on the page that answers it.
#[derive(Default)]
pub(super) struct FormResult {
    /// The values of a form that was not saved.
    pub(super) fields: Option<SsoFields>,
    pub(super) problems: Problems,
    pub(super) check: Option<CheckWords>,
}

/// Shows the card.
pub(in crate::server::pages::access) async fn show(
    State(services): State<Services>,
    visitor: Visitor,
    extensions: Extensions,
    query: Pairs,
) -> Answer {
    let frame = Frame::of(&visitor, Section::Access).with_notice(&query);
    show_page(&services, &visitor, &extensions, frame, FormResult::default()).await
}

/// Shows the card with the result of a form.
pub(super) async fn show_result(
    services: &Services,
    visitor: &Visitor,
    extensions: &Extensions,
    result: FormResult,
) -> Answer {
    let frame = Frame::of(visitor, Section::Access);
    show_page(services, visitor, extensions, frame, result).await
}

async fn show_page(
    services: &Services,
    visitor: &Visitor,
    extensions: &Extensions,
    frame: Frame,
    result: FormResult,
) -> Answer {
    let tenant = &visitor.tenant;
    let (view, lines) =
        tokio::try_join!(services.sso.get(tenant), services.access.recent_sign_ins(tenant))
            .map_err(explain)?;
    let FormResult { fields, problems, check } = result;
    let fields = match (fields, &view) {
        (Some(fields), _) => fields,
        (None, Some(view)) => SsoFields::of(view, &visitor.directory).await?,
        (None, None) => SsoFields::new(),
    };
    let saved = match view {
        Some(view) => Some(Saved::of(view, visitor, services.tenants.now().date()).await?),
        None => None,
    };
    let page = SsoPage {
        frame,
        addresses: visitor.site.sso_addresses(),
        key_subject: key_subject(tenant),
        is_host_of_gateway: extensions.get::<PublicUrl>().is_some(),
        fields,
        check,
        saved,
        sign_ins: rows(&visitor.directory, lines).await?,
        problems,
    };
    show_as(page.problems.status(), &page)
}

impl Saved {
    async fn of(view: SsoView, visitor: &Visitor, today: Date) -> Result<Self, ApiError> {
        let names = visitor.directory.people().user_names(&view.returned).await.map_err(explain)?;
        let names: Vec<&str> = names.values().map(String::as_str).collect();
        let returned = joined(&names);
        let settings = view.settings;
        let has_next_key = view.keys.iter().any(|key| key.state == KeyState::Next);
        let keys = view.keys.into_iter().map(|key| KeyRow {
            is_current: key.state == KeyState::Current,
            state: match key.state {
                KeyState::Current => "Current",
                KeyState::Next => "Next",
                KeyState::Former => "Former",
            },
            is_readable: key.is_readable,
            created: When::new(key.created),
            kid: key.kid,
        });
        let keys: Vec<KeyRow> = keys.collect();
        Ok(Self {
            revision: settings.revision,
            provider: capitalised(provider_name(settings.provider)),
            secret: view.secret.map(|secret| SecretWords::of(&secret, today)),
            has_keys: settings.client_auth == ClientAuth::Key,
            has_next_key,
            keys,
            proven_at: settings.proven_at.map(When::new),
            token_sign_in: settings.token_sign_in,
            returned,
            is_sso_session: visitor.actor.employee_id.is_some(),
        })
    }
}

impl Saved {
    fn has_unreadable_key(&self) -> bool {
        self.keys.iter().any(|key| !key.is_readable)
    }
}

impl SecretWords {
    fn of(secret: &SecretNote, today: Date) -> Self {
        let ends_on = secret.ends_on.map(|day| day_and_year(day.midnight().assume_utc()));
        let left = secret.ends_on.map(|day| day - today);
        let has_ended = left.is_some_and(Duration::is_negative);
        let is_near = left.is_some_and(|left| left <= NOTICE);
        let end_notice = ends_on.as_ref().filter(|_| is_near).map(|day| match has_ended {
            true => format!(
                "The client secret ended on {day}. The identity provider may refuse every sign-in."
            ),
            false => format!("The client secret ends on {day}. Make another one before that day."),
        });
        Self {
            set_at: When::new(secret.set_at),
            ends_on,
            is_readable: secret.is_readable,
            end_notice,
            has_ended,
        }
    }
}
