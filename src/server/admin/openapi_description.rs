//! Generates the OpenAPI description from the declarations of the handlers, for `openapi.json`.

use super::employees::{OrderBody, StatusFilter};
use super::export_lines::ExportFormat;
use super::openapi::DESCRIPTION;
use super::problem::Problem;
use super::requests::RequestsFilter;
use super::routes::Route;
use super::{all_routes, openapi_details};
use crate::server::context::Services;
use serde_json::Value;
use std::path::Path;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, OpenApi as Describe};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

/// The names of the security schemes. OpenAPI allows letters, digits and `.-_` in them.
const ADMIN_TOKEN: &str = "adminToken";
const READ_TOKEN: &str = "readToken";
/// The name of the 403 for read tokens.
const REFUSAL: &str = "ReadOnlyToken";

/// `ROLLCALL_UPDATE_FILES=1` writes the file.
#[test]
fn the_file_has_the_description_of_the_handlers() {
    let generated = generate();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/server/admin/openapi.json");
    #[allow(clippy::disallowed_methods, reason = "the run decides whether files are written")]
    if std::env::var_os("ROLLCALL_UPDATE_FILES").is_some() {
        std::fs::write(&file, format!("{generated:#}\n")).expect("the file");
        return;
    }
    let found: Value = serde_json::from_str(DESCRIPTION).expect("JSON");
    let advice = "run the test with ROLLCALL_UPDATE_FILES=1 to write src/server/admin/openapi.json";
    assert!(found == generated, "the file is out of date: {advice}");
}

fn generate() -> Value {
    let router = OpenApiRouter::with_openapi(Information::openapi());
    let router = all_routes().into_iter().map(described).fold(router, OpenApiRouter::routes);
    let mut document = router.into_openapi();
    describe_refusals(&mut document);
    openapi_details::complete(&document).expect("JSON")
}

/// Returns a route's description, which names the schemes of a readable `GET` operation.
fn described(route: Route) -> UtoipaMethodRouter<Services> {
    let (schemas, mut paths, methods) = route.described;
    if route.is_readable {
        for operation in paths.paths.values_mut().filter_map(|item| item.get.as_mut()) {
            operation.security = Some([ADMIN_TOKEN, READ_TOKEN].map(requirement).into());
        }
    }
    (schemas, paths, methods)
}

#[derive(Describe)]
#[openapi(
    info(
        title = "Rollcall administration",
        description = "A tenant's settings, single sign-on, tokens, employees, groups, events, destinations and history."
    ),
    modifiers(&BearerSchemes),
    security(("adminToken" = [])),
    components(schemas(Problem, StatusFilter, OrderBody, ExportFormat, RequestsFilter)),
    tags(
        (name = "settings", description = "The attributes that the identity provider governs, and the state of the sync"),
        (name = "sso", description = "Single sign-on of the tenant's administrators by OpenID Connect"),
        (name = "attributes", description = "The custom attributes that the tenant declares for its users"),
        (name = "tokens", description = "Secret Tokens of the identity provider, admin tokens and read tokens"),
        (name = "employees", description = "All employees that the identity provider created, with the archived ones"),
        (name = "groups", description = "The groups that the identity provider pushed. Read only"),
        (name = "events", description = "Every change, numbered, for products that follow the changes"),
        (name = "destinations", description = "The webhooks and chat channels that get the events"),
        (name = "history", description = "Every change, with its time and its actor")
    )
)]
struct Information;

struct BearerSchemes;

impl Modify for BearerSchemes {
    fn modify(&self, document: &mut OpenApi) {
        let Some(components) = &mut document.components else { return };
        for (name, description) in [
            (ADMIN_TOKEN, "An admin token: it opens all operations."),
            (
                READ_TOKEN,
                "A read token, for another product that follows changes. It opens only the operations \
                 that name this scheme, and changes nothing.",
            ),
        ] {
            let scheme =
                HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(description));
            components.add_security_scheme(name, SecurityScheme::Http(scheme.build()));
        }
    }
}

/// Adds the 403 for read tokens to every operation that is not readable.
fn describe_refusals(document: &mut OpenApi) {
    let problem = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem"))));
    let refusal = ResponseBuilder::new()
        .description(
            "A read token does not open this operation (`read-only-token`). A previous admin token opens only \
             reads, and its own revocation",
        )
        .content("application/problem+json", problem)
        .build();
    if let Some(components) = &mut document.components {
        components.responses.insert(REFUSAL.to_owned(), RefOr::T(refusal));
    }
    let operations = document.paths.paths.values_mut().flat_map(operations);
    for operation in operations.filter(|operation| !is_readable(operation)) {
        let refusal = RefOr::Ref(Ref::from_response_name(REFUSAL));
        operation.responses.responses.insert("403".to_owned(), refusal);
    }
}

fn requirement(scheme: &str) -> SecurityRequirement {
    SecurityRequirement::new::<_, [&str; 0], _>(scheme, [])
}

fn is_readable(operation: &Operation) -> bool {
    operation.security.as_ref().is_some_and(|all| all.contains(&requirement(READ_TOKEN)))
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [get, put, post, delete, patch].into_iter().flatten()
}
