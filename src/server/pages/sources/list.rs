//! Shows the page: the switches, the ignored attributes and the custom attributes.

use super::PATH;
use super::ignored::IgnoredRow;
use crate::directory::{GovernedAttribute, Provider, Tenant};
use crate::model::people_counts::PeopleCounts;
use crate::server::context::Services;
use crate::server::error::Answer;
use crate::server::pages::fragment::{answer, wants_fragment};
use crate::server::pages::frame::{Frame, Section, encoded};
use crate::server::pages::guard::Visitor;
use crate::server::pages::messages::explain;
use crate::server::pages::toast::Toast;
use crate::server::pages::words::custom_type;
use crate::server::query::Pairs;
use askama::Template;
use axum::extract::State;
use http::HeaderMap;
use scim::schema::custom::CustomAttribute;

#[derive(Template)]
#[template(path = "sources.html", blocks = ["part"])]
struct SourcesPage {
    frame: Frame,
    /// Whether the answer is only the part of the page. The part then has the notice.
    is_part: bool,
    rows: Vec<SourceRow>,
    /// The number of active employees.
    active: u64,
    ignored: Vec<IgnoredRow>,
    /// The keys of the hidden attributes.
    hidden: Vec<String>,
    custom: Vec<CustomRow>,
}

/// An attribute with a choice of its source.
struct SourceRow {
    name: &'static str,
    title: &'static str,
    /// The words of the setting.
    label: &'static str,
    is_from_idp: bool,
    /// The number of active employees for whom the identity provider sends a value.
    sent: u64,
}

/// A custom attribute.
struct CustomRow {
    name: String,
    urn: String,
    kind: String,
    description: String,
    /// The path of the page that removes the attribute, below the root.
    remove: String,
}

/// Shows the page.
pub(in crate::server::pages) async fn show(
    State(services): State<Services>,
    visitor: Visitor,
    headers: HeaderMap,
    query: Pairs,
) -> Answer {
    let toast = match query.get("done") {
        Some("declared") => {
            let text = match visitor.provider() {
                Provider::Okta => {
                    "Kept from now on. To fill it, run Force Sync or Apply updates now in Okta."
                        .to_owned()
                }
                _ => format!("Kept from now on. Sync again in {} to fill it.", visitor.idp),
            };
            Some(Toast::new(text))
        }
        Some(done) => match done.parse() {
            Ok(revision) => super::switch::toast_of(&visitor, revision).await?,
            Err(_) => Toast::of_action(done),
        },
        None => None,
    };
    render(&services, &visitor, &headers, toast).await
}

/// Renders the page, or the part of it, with a notice.
pub(super) async fn render(
    services: &Services,
    visitor: &Visitor,
    headers: &HeaderMap,
    toast: Option<Toast>,
) -> Answer {
    let (tenant, record, counts) = tokio::try_join!(
        services.tenants.get(&visitor.tenant),
        visitor.known_record(services, &visitor.record),
        visitor.directory.people().counts(),
    )
    .map_err(explain)?;
    let now = services.tenants.now();
    let frame = Frame::of(visitor, Section::Sources);
    let is_hidden = |name: &str| record.hidden_attributes.has(name, now);
    let hidden = record.unknown.iter().filter(|one| is_hidden(&one.hidden_name()));
    let row = |ignored| IgnoredRow::of(visitor, &tenant, ignored);
    let page = SourcesPage {
        rows: GovernedAttribute::ALL
            .iter()
            .map(|one| SourceRow::of(*one, &tenant, counts))
            .collect(),
        active: counts.active,
        hidden: hidden.map(|one| one.key()).collect(),
        ignored: record.shown_unknown(now).map(row).collect(),
        custom: tenant.attributes.iter().map(CustomRow::of).collect(),
        is_part: wants_fragment(headers),
        frame: match toast {
            Some(toast) => frame.with_toast(toast),
            None => frame,
        },
    };
    answer(headers, &page, &page.as_part())
}

impl SourceRow {
    fn of(attribute: GovernedAttribute, tenant: &Tenant, counts: PeopleCounts) -> Self {
        Self {
            name: attribute.name(),
            title: attribute.title(),
            label: attribute.setting_label(),
            is_from_idp: attribute.is_from_idp(tenant.settings),
            sent: counts.sent(attribute),
        }
    }

    /// Returns the path of the preview, below the root.
    fn preview(&self) -> String {
        let other = super::source_name(!self.is_from_idp);
        format!("{PATH}/{}/preview?source={other}", self.name)
    }

    /// Returns the other source, which the switch chooses.
    fn other(&self) -> &'static str {
        super::source_name(!self.is_from_idp)
    }
}

impl CustomRow {
    fn of(attribute: &CustomAttribute) -> Self {
        let (urn, name) = (encoded(&attribute.urn), encoded(&attribute.name));
        Self {
            remove: format!("{PATH}/custom/remove?urn={urn}&name={name}"),
            name: attribute.name.clone(),
            urn: attribute.urn.clone(),
            kind: match attribute.multi_valued {
                true => format!("{}, several values", custom_type(attribute.kind)),
                false => custom_type(attribute.kind).to_owned(),
            },
            description: attribute.description.clone(),
        }
    }
}
