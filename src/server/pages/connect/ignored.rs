//! The attributes of employees that Rollcall ignored, with advice about names that are nearly right.

use super::guard::ConnectUser;
use crate::directory::people::PeopleCounts;
use crate::directory::tenants::ignored::Advice;
use crate::directory::{GovernedAttribute, Provider, SyncRecord, Tenant, UnknownAttribute};
use crate::server::pages::sources::AdviceText;
use std::sync::Arc;
use time::OffsetDateTime;

/// The most ignored attributes that a step shows.
const MOST_IGNORED: usize = 5;

/// An attribute that the identity provider sent, and that Rollcall ignored.
pub(super) struct Ignored {
    pub(super) name: String,
    /// The advice about a name or a namespace that is nearly right.
    pub(super) advice: Option<AdviceText>,
    /// The way to the right name in Okta, which cannot change the name of an attribute; empty for none.
    pub(super) way: String,
    /// Whether the name is a look-alike of location, department or manager.
    pub(super) is_look_alike: bool,
}

impl Ignored {
    /// Returns the ignored attributes, look-alikes first. A guest sees no attribute that last arrived before the day of
    /// the link. A look-alike is no longer shown when its attribute arrived.
    pub(super) fn all(
        user: &ConnectUser,
        tenant: &Tenant,
        (sync, counts): (&SyncRecord, &PeopleCounts),
        now: OffsetDateTime,
    ) -> Arc<[Self]> {
        let first_day = user.link().map(|link| link.created.date().to_string()).unwrap_or_default();
        let unknown = sync.shown_unknown(now);
        let unknown = unknown.filter(|one| one.resource_type == "User" && one.day >= first_day);
        let mut ignored: Vec<Self> =
            unknown.filter_map(|unknown| Self::of(user, tenant, counts, unknown)).collect();
        ignored.sort_by_key(|ignored| !ignored.is_look_alike);
        ignored.truncate(MOST_IGNORED);
        ignored.into()
    }

    fn of(
        user: &ConnectUser,
        tenant: &Tenant,
        counts: &PeopleCounts,
        unknown: &UnknownAttribute,
    ) -> Option<Self> {
        let advice = user.directory.advice(tenant, unknown);
        let Advice::NearMiss { name, is_name_right, .. } = &advice else {
            let name = unknown.name.clone();
            return Some(Self { name, advice: None, way: String::new(), is_look_alike: false });
        };
        let meant = GovernedAttribute::parse(name);
        if meant.is_some_and(|meant| counts.sent(meant) > 0) {
            return None;
        }
        let is_okta = tenant.settings.provider_or_other() == Provider::Okta;
        let mut text = AdviceText::of(&advice, &unknown.name, tenant.settings.idp());
        if is_okta && !is_name_right && meant == Some(GovernedAttribute::Manager) {
            text.copy = Some("manager.value".to_owned());
        }
        Some(Self {
            name: unknown.name.clone(),
            advice: Some(text),
            way: if is_okta { way_in_okta(name, *is_name_right) } else { String::new() },
            is_look_alike: meant.is_some(),
        })
    }
}

/// The way to the right name or namespace in Okta.
fn way_in_okta(name: &str, is_name_right: bool) -> String {
    let value = match name {
        _ if is_name_right => "this External namespace".to_owned(),
        "manager" => "External name manager.value".to_owned(),
        _ => format!("External name {name}"),
    };
    format!(
        "Delete the attribute in the Profile Editor and add it again with {value}, then map it."
    )
}
