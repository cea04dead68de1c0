//! The DynamoDB cost of each request: the budget of the design, and the table in `docs/data-model.md`.

use super::activity_costs;
use super::employee_costs;
use super::group_costs;
use super::overview_costs;
use super::request_costs::Measure;
use super::sso_costs;
use crate::support::actors::OPERATOR;
use crate::support::admin::{admin, get};
use crate::support::employees::ALL_ON;
use crate::support::urns::ENTERPRISE;
use crate::support::{START, TestApp, TestTenant};
use rollcall::directory::Directory;
use rollcall::directory::groups::presence::GroupPresence;
use rollcall::directory::people::lookup::ExactName;
use rollcall::directory::people::{PeopleFilters, PeopleQuery};
use rollcall::directory::sources::Sources;
use rollcall::directory::users::administration::Status;
use scim::json::Body;
use scim::schema::ResourceTypes;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use time::Duration;

const BEGIN: &str = "<!-- capacity:begin -->\n";
const END: &str = "<!-- capacity:end -->";
/// The number of employees in the list whose pages are measured.
const POPULATION: usize = 1_000;

/// A realistic employee of about a kilobyte, as Okta sends it with the mappings of the setup guide.
fn employee(n: usize) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User",
                    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        "userName": format!("ada{n}@example.com"),
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"primary": true, "value": format!("ada{n}@example.com"), "type": "work"}],
        "displayName": "Ada Lovelace", "title": "Engineer", "userType": "Employee",
        "phoneNumbers": [{"primary": true, "value": "+44 1", "type": "work"}],
        "addresses": [{"type": "work", "primary": true, "streetAddress": "1 Road",
                       "locality": "London", "region": "LDN", "postalCode": "N1", "country": "GB",
                       "formatted": "1 Road"}],
        "locale": "en-US", "preferredLanguage": "en-US", "timezone": "Europe/London",
        "externalId": format!("00u{n}"), "groups": [], "password": "x9", "active": true,
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "employeeNumber": "7", "costCenter": "C1", "organization": "Org", "division": "D",
            "department": "R&D", "location": "GB",
            "manager": {"value": "boss@example.com", "displayName": "Grace Hopper"},
        },
    })
}

/// Fills the tenant with employees. Their ids are spread like random ids, and are the same in every run.
async fn populate(tenant: &TestTenant) {
    let next = AtomicU64::new(1);
    let spread = move || {
        let n = u128::from(next.fetch_add(1, Ordering::Relaxed));
        let bits = n.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    };
    let store = tenant.app.store.tenant(&tenant.id);
    let types = Arc::new(ResourceTypes::standard());
    let sources = Sources::new(|| START, spread);
    let directory = Directory::new(store, Arc::clone(&types), sources, GroupPresence::default());
    for n in 0..POPULATION {
        let body = employee(n + 1_000);
        let body = Body::from(body.as_object().expect("an object").clone());
        let document = scim::validate::read_resource(&types.users, body).expect("a document");
        directory.users().create(document, &OPERATOR).await.expect("an employee");
    }
}

async fn measure() -> Measure {
    let app = TestApp::new().await;
    let tenant = app.tenant("acme").await;
    // The requests of a token in its first hour are noted more often.
    app.advance(Duration::hours(2));
    app.faults.take_calls();
    let mut m = Measure { tenant: tenant.clone(), lines: Vec::new() };

    tenant.get("/Me").await.expect_error(501, None);
    m.note("token, first time or after a minute");
    tenant.get("/Me").await.expect_error(501, None);
    m.note("token, checked within the last minute");
    tenant.get("/Users?startIndex=1&count=2").await.expect(200);
    m.note("test credentials (`count=2`), no employees");

    populate(&tenant).await;
    app.faults.take_calls();

    let ada = tenant.create(&employee(1)).await;
    m.note("POST");
    let ada = format!("/Users/{ada}");
    let mut without = employee(2);
    without.as_object_mut().expect("an object").remove("externalId");
    let bob = tenant.create(&without).await;
    m.note("POST without externalId");
    let mut second = employee(3);
    second["emails"]
        .as_array_mut()
        .expect("a list")
        .push(json!({"value": "home3@example.com", "type": "home"}));
    tenant.create(&second).await;
    m.note("POST with a second email address");
    tenant.post("/Users", &employee(1)).await.expect_error(409, Some("uniqueness"));
    m.note("POST of a userName in use (409), the first failed request in an hour");
    tenant.post("/Users", &employee(1)).await.expect_error(409, Some("uniqueness"));
    m.note("POST of a userName in use (409)");
    for _ in 0..4 {
        tenant.post("/Users", &employee(1)).await.expect_error(409, Some("uniqueness"));
    }
    app.faults.take_calls();
    tenant.post("/Users", &employee(1)).await.expect_error(409, Some("uniqueness"));
    m.note("the same, after six failed requests in a minute");

    tenant.get(&ada).await.expect(200);
    m.note("the first user shown in a minute: are there groups?");
    tenant.get(&ada).await.expect(200);
    m.note("GET by id");
    let bob = format!("/Users/{bob}");
    for (request, filter, found) in [
        ("filter `userName eq`, found", "userName eq \"ADA1@example.com\"", 1),
        ("filter `userName eq`, no match", "userName eq \"nobody@example.com\"", 0),
        ("filter `externalId eq`, found", "externalId eq \"00u1\"", 1),
        ("filter `externalId eq`, no match", "externalId eq \"nobody\"", 0),
        ("filter `emails eq`, primary address", "emails eq \"ada1@example.com\"", 1),
        ("filter `emails.value eq`, other address", "emails.value eq \"home3@example.com\"", 1),
        ("filter `emails eq`, no match", "emails eq \"nobody@example.com\"", 0),
    ] {
        assert_eq!(tenant.found(filter).await.len(), found, "{filter}");
        m.note(request);
    }
    tenant.get("/Users?startIndex=1&count=2").await.expect(200);
    m.note("test credentials (`count=2`), 1,000 employees");
    tenant.get("/Users?startIndex=501&count=100").await.expect(200);
    m.note("page of 100 of 1,000 employees");
    tenant.get("/Users?filter=title%20co%20%22Eng%22&startIndex=501&count=100").await.expect(200);
    m.note("page of 100 with a filter without a key, 1,000 employees");

    let replace = |value: Value| json!([{"op": "replace", "value": value}]);
    tenant.patch(&ada, &replace(json!({"title": "Engineer"}))).await.expect(200);
    m.note("PATCH that changes nothing");
    tenant.patch(&ada, &replace(json!({"title": "Director"}))).await.expect(200);
    m.note("PATCH of the title");
    let mut same = employee(1);
    same["title"] = "Director".into();
    tenant.put(&ada, &same).await.expect(200);
    m.note("PUT that changes nothing");
    tenant.put(&ada, &employee(1)).await.expect(200);
    m.note("PUT with another title");
    tenant.patch(&ada, &replace(json!({"locale": "en-GB"}))).await.expect(200);
    m.note("PATCH of the locale, which no search compares");
    tenant.patch(&ada, &replace(json!({"name": {"familyName": "Byron"}}))).await.expect(200);
    m.note("PATCH of the family name");
    let department = json!([{"op": "remove", "path": format!("{ENTERPRISE}:department")}]);
    tenant.patch(&ada, &department).await.expect(200);
    m.note("PATCH that removes the department");
    tenant.patch(&ada, &replace(json!({"userName": "lovelace@example.com"}))).await.expect(200);
    m.note("PATCH of the userName");
    tenant.patch(&ada, &replace(json!({"externalId": "00u1x"}))).await.expect(200);
    m.note("PATCH of the externalId");
    let emails = json!([{"value": "lovelace@example.com", "type": "work", "primary": true}]);
    tenant.patch(&ada, &replace(json!({"emails": emails}))).await.expect(200);
    m.note("PATCH of the primary email address");
    tenant.patch(&ada, &replace(json!({"active": false}))).await.expect(200);
    m.note("deactivation (`active: false`)");
    tenant.patch(&ada, &replace(json!({"active": true}))).await.expect(200);
    m.note("reactivation (`active: true`)");
    tenant.delete(&ada).await.expect(204);
    m.note("DELETE");
    let mut again = employee(1);
    again["userName"] = "lovelace@example.com".into();
    again["externalId"] = "00u1x".into();
    let restored = tenant.post("/Users", &again).await.expect(201);
    assert_eq!(ada, format!("/Users/{}", restored["id"].as_str().expect("an id")));
    m.note("POST of the same person after a DELETE");
    tenant.delete(&bob).await.expect(204);
    m.note("DELETE without externalId");
    people(&mut m).await;
    imports(&mut m).await;
    group_costs::measure(&mut m).await;
    activity_costs::measure(&mut m).await;
    employee_costs::measure(&mut m).await;
    overview_costs::measure(&mut m).await;
    sso_costs::measure(&mut m).await;
    m
}

/// Measures the lists of the administrator.
async fn people(m: &mut Measure) {
    let directory = m.tenant.directory();
    let people = directory.people();
    let query = PeopleQuery {
        status: Status::Active,
        search: "",
        filters: PeopleFilters::default(),
        settings: ALL_ON,
        cursor: None,
        limit: 50,
    };
    let page = people.page(&query).await.expect("a page");
    m.note("first page of 50 of 1,000 active people, with one manager who is no colleague");
    let next = PeopleQuery { cursor: page.next.as_deref(), ..query };
    people.page(&next).await.expect("a page");
    m.note("next page of 50 of 1,000 active people");
    people.page(&PeopleQuery { status: Status::Archived, ..query }).await.expect("a page");
    m.note("archived people: one");
    people.counts().await.expect("counts");
    m.note("counts of people");
    for (request, search, found) in [
        ("search of 1,000 people, no match", "nobody", 0),
        ("search of 1,000 people, one match", "ada1500", 1),
        ("search of 1,000 people for an address", "ada1500@example.com", 1),
    ] {
        let page = people.page(&PeopleQuery { search, ..query }).await.expect("a page");
        assert_eq!(page.rows.len(), found, "{search}");
        m.note(request);
    }
    let name = ExactName::UserName("ada1500@example.com");
    let id = people.find(name, ALL_ON).await.expect("a person").rows[0].employee.id;
    m.note("look-up of a person by userName");
    people.reports_of(id, ALL_ON, None, 50).await.expect("no reports");
    m.note("reports of a person, 1,000 people");
}

/// Measures the cost of imports, and of the first request of the identity provider for an imported employee.
async fn imports(m: &mut Measure) {
    let tenant = m.tenant.clone();
    get(&tenant, "/settings").await;
    tenant.app.faults.take_calls();
    let import = async |n: usize| {
        let person = json!({"userName": format!("ada{n}@example.com"), "givenName": "Ada", "familyName": "Lovelace",
            "email": format!("ada{n}@example.com"), "title": "Engineer", "department": "R&D"});
        let body = json!({"employees": [person]});
        let result = admin(&tenant, "POST", "/employees/import", body).await.expect(200);
        result["results"][0]["id"].as_str().expect("an id").to_owned()
    };
    let ada = import(900).await;
    m.note("import of an employee");
    import(900).await;
    m.note("import of a known userName");
    let link = json!([{"op": "replace", "value": {"externalId": "00u900"}}]);
    tenant.patch(&format!("/Users/{ada}"), &link).await.expect(200);
    m.note("PATCH that links an imported employee");
    import(901).await;
    tenant.app.faults.take_calls();
    tenant.post("/Users", &employee(901)).await.expect(201);
    m.note("POST that links an imported employee");
}

#[tokio::test]
async fn every_request_keeps_to_its_budget_and_the_documented_cost() {
    let m = measure().await;
    let table = m.table();
    println!("{table}");

    const READ: (&str, usize) = ("GetItem", 1);
    const WRITE: (&str, usize) = ("TransactWriteItems", 1);
    m.check("token, first time or after a minute", &[READ, ("Query", 1), ("UpdateItem", 1)], &[]);
    m.check("token, checked within the last minute", &[], &[]);
    m.check("GET by id", &[READ], &[]);
    m.check("filter `userName eq`, found", &[("GetItem", 2)], &[]);
    m.check("filter `userName eq`, no match", &[READ], &[]);
    m.check("filter `externalId eq`, found", &[READ, ("Query", 1)], &[]);
    m.check("filter `externalId eq`, no match", &[("Query", 1)], &[]);
    m.check("filter `emails eq`, primary address", &[READ, ("Query", 2)], &[]);
    m.check("filter `emails.value eq`, other address", &[READ, ("Query", 2)], &[]);
    m.check("filter `emails eq`, no match", &[("Query", 2)], &[]);
    m.check("test credentials (`count=2`), no employees", &[("Query", 2)], &[]);
    m.check("test credentials (`count=2`), 1,000 employees", &[("Query", 2)], &[]);
    m.check("page of 100 of 1,000 employees", &[("Query", 2)], &[]);
    m.check("POST without externalId", &[WRITE], &[5]);
    m.check("POST", &[WRITE], &[6]);
    m.check("POST with a second email address", &[WRITE], &[7]);
    let first = "POST of a userName in use (409), the first failed request in an hour";
    m.check(first, &[("GetItem", 3), ("TransactWriteItems", 2), ("UpdateItem", 3)], &[6, 2]);
    let noted = "POST of a userName in use (409)";
    m.check(noted, &[("GetItem", 3), WRITE, ("UpdateItem", 3)], &[6]);
    m.check("the same, after six failed requests in a minute", &[READ, WRITE], &[6]);
    m.check("import of an employee", &[READ, WRITE], &[5]);
    m.check("import of a known userName", &[("GetItem", 2), WRITE], &[5]);
    m.check("PATCH that links an imported employee", &[READ, WRITE], &[5]);
    m.check("POST that links an imported employee", &[READ, ("TransactWriteItems", 2)], &[6, 5]);
    m.check("PATCH that changes nothing", &[READ], &[]);
    m.check("PATCH of the title", &[READ, WRITE], &[3]);
    m.check("PUT that changes nothing", &[READ], &[]);
    m.check("PUT with another title", &[READ, WRITE], &[3]);
    m.check("PATCH of the userName", &[("GetItem", 3), WRITE], &[5]);
    m.check("PATCH of the externalId", &[READ, WRITE], &[5]);
    m.check("PATCH of the primary email address", &[READ, WRITE], &[3]);
    m.check("PATCH of the family name", &[READ, WRITE], &[3]);
    m.check("PATCH that removes the department", &[READ, WRITE], &[4]);
    m.check("deactivation (`active: false`)", &[READ, WRITE], &[4]);
    m.check("reactivation (`active: true`)", &[READ, WRITE], &[4]);
    m.check("counts of people", &[("Query", 1)], &[]);
    m.check("search of 1,000 people, no match", &[("Query", 1)], &[]);
    m.check("DELETE", &[("GetItem", 3), WRITE], &[8]);
    m.check("DELETE without externalId", &[("GetItem", 3), WRITE], &[7]);
    m.check(
        "POST of the same person after a DELETE",
        &[READ, ("Query", 1), ("TransactWriteItems", 2)],
        &[6, 8],
    );
    m.check("DELETE of a user in one group", &[("GetItem", 4), WRITE], &[12]);
    m.check("GET of a user by id, in one group", &[("GetItem", 4)], &[]);
    m.check("GET of a group without members", &[READ], &[]);
    m.check("page of 100 users, when there are groups", &[("Query", 3)], &[]);
    m.check("the same with `excludedAttributes=groups`", &[("Query", 2)], &[]);
    m.check(
        "PATCH that adds 45 members, answered without members",
        &[("BatchGetItem", 2), READ, WRITE],
        &[93],
    );
    activity_costs::check(&m);
    employee_costs::check(&m);
    sso_costs::check(&m);
    m.check("Overview, the live part", &[READ], &[]);
    m.check("a page without data: the state in the rail", &[READ], &[]);
    m.check("Data sources", &[("GetItem", 2), ("Query", 1)], &[]);
    m.check("preview of another source, 1,000 employees", &[("Query", 16)], &[]);
    m.check("numbers of employees and groups (`GET /counts`)", &[("Query", 2)], &[]);
    for line in &m.lines {
        for (operation, _) in line.operations() {
            assert_ne!(operation, "Scan", "{}", line.request);
        }
    }
    compare_with_the_document(&table);
}

/// Compares the table with the text between the two marks of `docs/data-model.md`, or rewrites that text.
fn compare_with_the_document(table: &str) {
    if std::env::var_os("ROLLCALL_TEST_DYNAMODB_ENDPOINT").is_some() {
        // DynamoDB Local reports fewer units than DynamoDB charges. It reports none for a query without results.
        // It reports 2 for a transaction of two items, and DynamoDB charges at least 4.
        // The test checks calls and items above, on any engine.
        println!("the table in docs/data-model.md is compared on the embedded engine only");
        return;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/data-model.md");
    let document = std::fs::read_to_string(&path).expect("docs/data-model.md");
    let (before, rest) = document.split_once(BEGIN).expect("the mark where the table begins");
    let (documented, after) = rest.split_once(END).expect("the mark where the table ends");
    if documented == table {
        return;
    }
    if std::env::var_os("ROLLCALL_UPDATE_FILES").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{table}{END}{after}")).expect("a new text");
        return;
    }
    panic!(
        "the table in docs/data-model.md is not what was measured. If the new cost is meant, run\n\n    \
         ROLLCALL_UPDATE_FILES=1 cargo test --test rollcall every_request_keeps_to_its_budget\n\n\
         documented:\n{documented}\nmeasured:\n{table}"
    );
}

#[tokio::test]
async fn a_token_is_read_once_a_minute() {
    let app = TestApp::new().await;
    let tenant = app.tenant("acme").await;
    let reads = async || {
        app.faults.take_calls();
        tenant.get("/Users?count=2").await.expect(200);
        app.faults.take_calls().len()
    };
    app.advance(Duration::hours(2));
    // The list makes two queries. The service also reads the token, and reads and writes the note of the sync.
    assert_eq!([reads().await, reads().await], [5, 2]);
    app.advance(Duration::seconds(59));
    assert_eq!(reads().await, 2);
    app.advance(Duration::seconds(1));
    // It also writes the counts of the requests.
    assert_eq!([reads().await, reads().await], [6, 2]);
}
