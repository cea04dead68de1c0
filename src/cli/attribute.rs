//! `rollcall attribute`.

use super::actor::ACTOR;
use super::arguments::Deployment;
use super::arguments::attribute::AttributeCommand;
use super::open::Purpose;
use super::{open, output};
use rollcall::directory::Tenant;
use rollcall::directory::precondition::Precondition;
use rollcall::directory::tenants::custom_attributes::described;
use scim::schema::custom::CustomAttribute;

pub async fn run(
    deployment: &Deployment,
    command: AttributeCommand,
    json: bool,
) -> anyhow::Result<()> {
    let app = open::open(deployment, Purpose::Use).await?;
    let any = Precondition::default();
    let tenant = match command {
        AttributeCommand::List { tenant } => app.tenants.get(&tenant).await?,
        AttributeCommand::Set { tenant, urn, name, kind, several, case_exact, description } => {
            let attribute = CustomAttribute {
                urn,
                name,
                kind,
                multi_valued: several,
                case_exact,
                description: description.trim().to_owned(),
            };
            app.tenants.declare_attribute(&tenant, attribute, &any, &ACTOR).await?.tenant
        }
        AttributeCommand::Remove { tenant, urn, name } => {
            app.tenants.remove_attribute(&tenant, (&urn, &name), &any, &ACTOR).await?
        }
    };
    if json {
        output::print_json(&serde_json::to_value(&tenant.attributes)?)
    } else {
        print(&tenant)
    }
}

fn print(tenant: &Tenant) -> anyhow::Result<()> {
    let row = |attribute: &CustomAttribute| {
        vec![
            attribute.name.clone(),
            described(attribute),
            attribute.urn.clone(),
            attribute.description.clone(),
        ]
    };
    let rows = tenant.attributes.iter().map(row).collect();
    let header = ["name", "type", "namespace", "description"];
    output::print_table(&header, rows, "No custom attributes are declared.")
}
