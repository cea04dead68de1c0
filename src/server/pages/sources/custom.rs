//! Adds and removes custom attributes.

use super::PATH;
use crate::directory::precondition::Precondition;
use crate::directory::tenants::ignored::{Advice, own_urn};
use crate::directory::{Error, Tenant};
use crate::server::context::Services;
use crate::server::error::{Answer, ApiError};
use crate::server::pages::form::Problems;
use crate::server::pages::frame::{Frame, Section, show as show_page, show_as};
use crate::server::pages::guard::{Form, Visitor};
use crate::server::pages::messages::explain;
use crate::server::pages::words::{capitalised, custom_type};
use crate::server::query::Pairs;
use crate::server::response::redirect;
use askama::Template;
use axum::extract::State;
use scim::schema::custom::{CustomAttribute, CustomType};
use scim::urn::ENTERPRISE_USER;

#[derive(Template)]
#[template(path = "custom_attribute.html")]
struct CustomAttributePage {
    frame: Frame,
    problems: Problems,
    fields: Fields,
    types: Vec<TypeChoice>,
    /// The hint of the field for the namespace.
    urn_hint: String,
    /// Whether the form comes from an ignored attribute.
    is_kept: bool,
}

/// The values of the form.
struct Fields {
    urn: String,
    name: String,
    kind: String,
    is_multi_valued: bool,
    is_case_exact: bool,
    description: String,
}

/// A type to choose.
struct TypeChoice {
    value: &'static str,
    label: String,
    is_selected: bool,
}

#[derive(Template)]
#[template(path = "remove_attribute.html")]
struct RemovePage {
    frame: Frame,
    attribute: CustomAttribute,
}

/// Shows the empty form, or the form for an ignored attribute.
pub(in crate::server::pages) async fn show_form(
    State(services): State<Services>,
    visitor: Visitor,
    query: Pairs,
) -> Answer {
    let tenant = services.tenants.get(&visitor.tenant).await.map_err(explain)?;
    let kept = match query.get("keep") {
        Some(key) => find_ignored(&services, &visitor, &tenant, key).await?,
        None => None,
    };
    let is_kept = kept.is_some();
    let fields = match kept {
        Some(attribute) => Fields::of(attribute),
        None => Fields::empty(own_urn(&tenant)),
    };
    show_page(&page(&visitor, Problems::default(), fields, is_kept))
}

/// Declares the attribute of the form. A form with a problem keeps its values.
pub(in crate::server::pages) async fn declare(
    State(services): State<Services>,
    visitor: Visitor,
    form: Form,
) -> Answer {
    let fields = Fields::read(&form);
    let is_kept = form.has("kept");
    let mut problems = Problems::default();
    let attribute = fields.attribute();
    let Some(attribute) = attribute else {
        problems.add("type", "Choose the type of the attribute.");
        return again(&visitor, problems, fields, is_kept);
    };
    check(&attribute, &mut problems);
    if !problems.is_empty() {
        return again(&visitor, problems, fields, is_kept);
    }
    let (tenant, actor) = (&visitor.tenant, &visitor.actor);
    let any = Precondition::default();
    match services.access.declare_attribute(tenant, attribute, &any, actor).await {
        Ok(_) => Ok(redirect(&visitor.site.path(&format!("{PATH}?done=declared")))),
        Err(Error::AttributeRefused(text)) => {
            problems.add("", format!("{text}."));
            again(&visitor, problems, fields, is_kept)
        }
        Err(error) => Err(explain(error)),
    }
}

/// Asks for the confirmation of a removal.
pub(in crate::server::pages) async fn confirm_removal(
    State(services): State<Services>,
    visitor: Visitor,
    query: Pairs,
) -> Answer {
    let [urn, name] = ["urn", "name"].map(|name| query.get(name).unwrap_or_default());
    let tenant = services.tenants.get(&visitor.tenant).await.map_err(explain)?;
    let mut declared = tenant.attributes.into_iter();
    let attribute = declared.find(|one| one.is_identified(urn, name));
    let attribute = attribute.ok_or_else(|| {
        ApiError::not_found("There is no such custom attribute. Open Data sources")
    })?;
    show_page(&RemovePage { frame: Frame::of(&visitor, Section::Sources), attribute })
}

/// Removes an attribute.
pub(in crate::server::pages) async fn remove(
    State(services): State<Services>,
    visitor: Visitor,
    form: Form,
) -> Answer {
    let named = (form.get("urn"), form.get("name"));
    let (tenant, actor) = (&visitor.tenant, &visitor.actor);
    let any = Precondition::default();
    let removed = services.access.remove_attribute(tenant, named, &any, actor).await;
    removed.map_err(explain)?;
    Ok(redirect(&visitor.site.path(&format!("{PATH}?done=undeclared"))))
}

/// Finds the declaration for an ignored attribute; `None` when the attribute cannot be declared, or is not ignored any
/// more.
async fn find_ignored(
    services: &Services,
    visitor: &Visitor,
    tenant: &Tenant,
    key: &str,
) -> Result<Option<CustomAttribute>, ApiError> {
    let record = services.sync.known_record(tenant).await.map_err(explain)?;
    let ignored = record.unknown.iter().find(|one| one.key() == key);
    let advice = ignored.map(|ignored| visitor.directory.advice(tenant, ignored));
    Ok(match advice {
        Some(Advice::Declare(attribute)) => Some(attribute),
        _ => None,
    })
}

fn again(visitor: &Visitor, problems: Problems, fields: Fields, is_kept: bool) -> Answer {
    show_as(problems.status(), &page(visitor, problems, fields, is_kept))
}

fn page(
    visitor: &Visitor,
    problems: Problems,
    fields: Fields,
    is_kept: bool,
) -> CustomAttributePage {
    let types = CustomType::ALL.map(|kind| TypeChoice {
        value: kind.as_str(),
        label: capitalised(custom_type(kind)),
        is_selected: fields.kind == kind.as_str(),
    });
    CustomAttributePage {
        frame: Frame::of(visitor, Section::Sources),
        problems,
        fields,
        types: types.into(),
        urn_hint: format!("A URN of your own, or {ENTERPRISE_USER}"),
        is_kept,
    }
}

/// Checks each field alone, so that each error appears beside its field.
fn check(attribute: &CustomAttribute, problems: &mut Problems) {
    let valid = || CustomAttribute {
        urn: ENTERPRISE_USER.to_owned(),
        name: "a".to_owned(),
        description: String::new(),
        ..attribute.clone()
    };
    for (field, alone) in [
        ("name", CustomAttribute { name: attribute.name.clone(), ..valid() }),
        ("urn", CustomAttribute { urn: attribute.urn.clone(), ..valid() }),
        ("description", CustomAttribute { description: attribute.description.clone(), ..valid() }),
    ] {
        if alone.check().is_err() {
            problems.add(
                field,
                match field {
                    "name" => {
                        "Enter a letter, then letters, digits, - and _, at most 64 characters, such as badgeNumber."
                    }
                    "urn" => {
                        "Enter a URN, such as urn:ietf:params:scim:schemas:extension:acme:2.0:User."
                    }
                    _ => "Enter at most 200 characters, without control characters.",
                },
            );
        }
    }
}

impl Fields {
    fn empty(urn: String) -> Self {
        Self {
            urn,
            name: String::new(),
            kind: CustomType::String.as_str().to_owned(),
            is_multi_valued: false,
            is_case_exact: false,
            description: String::new(),
        }
    }

    fn of(attribute: CustomAttribute) -> Self {
        let CustomAttribute { urn, name, kind, multi_valued, .. } = attribute;
        let kind = kind.as_str().to_owned();
        Self { name, kind, is_multi_valued: multi_valued, ..Self::empty(urn) }
    }

    fn read(form: &Form) -> Self {
        let text = |name: &str| form.get(name).trim().to_owned();
        Self {
            urn: text("urn"),
            name: text("name"),
            kind: text("type"),
            is_multi_valued: form.has("several"),
            is_case_exact: form.has("exact"),
            description: text("description"),
        }
    }

    /// The declaration; `None` without a valid type.
    fn attribute(&self) -> Option<CustomAttribute> {
        Some(CustomAttribute {
            urn: self.urn.clone(),
            name: self.name.clone(),
            kind: CustomType::parse(&self.kind)?,
            multi_valued: self.is_multi_valued,
            case_exact: self.is_case_exact,
            description: self.description.clone(),
        })
    }
}
