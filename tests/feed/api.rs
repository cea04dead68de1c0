//! `GET /events` and `GET /events/{id}`, as a follower of the feed calls them.

use crate::support::actors::{OPERATOR, administrator, identity_provider};
use crate::support::admin::{admin, call, get, make_read_token, problem, problem_of};
use crate::support::employees::set_active;
use crate::support::groups::{group, user};
use crate::support::request::Answer;
use crate::support::{ORIGIN, START, TestTenant, acme};
use scim::date_time;
use serde_json::{Value, json};
use time::Duration;

async fn events(tenant: &TestTenant, query: &str) -> Value {
    get(tenant, &format!("/events?{query}")).await
}

async fn refused(tenant: &TestTenant, query: &str) -> Answer {
    admin(tenant, "GET", &format!("/events?{query}"), Value::Null).await
}

fn list(page: &Value) -> &Vec<Value> {
    page["events"].as_array().expect("events")
}

/// The types of the events of a page.
fn types(page: &Value) -> Vec<&str> {
    list(page).iter().map(|event| event["type"].as_str().expect("a type")).collect()
}

fn cursor(page: &Value) -> &str {
    page["nextCursor"].as_str().expect("a cursor")
}

/// The cursor after the newest event.
async fn end(tenant: &TestTenant) -> String {
    let page = events(tenant, "from=end").await;
    assert_eq!((types(&page), &page["more"]), (vec![], &json!(false)));
    cursor(&page).to_owned()
}

async fn set_title(tenant: &TestTenant, id: &str, title: &str) {
    let title = json!([{"op": "replace", "value": {"title": title}}]);
    tenant.patch(&format!("/Users/{id}"), &title).await.expect(200);
}

#[tokio::test]
async fn an_event_says_what_changed_and_has_the_current_record() {
    let tenant = acme().await;
    let ada =
        json!({"userName": "ada@example.com", "displayName": "Ada Lovelace", "title": "Lady"});
    let ada = tenant.create(&ada).await;
    let start = end(&tenant).await;
    set_title(&tenant, &ada, "Countess").await;
    let page = events(&tenant, &format!("cursor={start}")).await;
    let [event] = list(&page).as_slice() else { panic!("one event: {page}") };
    let (epoch, number) = start.split_once('-').expect("a cursor");
    let number: u64 = number.parse().expect("a number");
    let id = format!("evt_acme_{epoch}_{}", number + 1);
    assert_eq!(page["nextCursor"], format!("{epoch}-{}", number + 1));
    assert_eq!(page["more"], false);
    for (name, value) in [
        ("id", json!(id)),
        ("type", json!("employee.updated")),
        ("timestamp", json!(date_time::format(START))),
        ("sequence", json!(number + 1)),
        ("source", json!(format!("{ORIGIN}/tenants/acme"))),
        ("subject", json!(format!("/employees/{ada}"))),
        ("revision", json!(2)),
        ("actor", identity_provider(&tenant).await),
        ("scim", json!(["urn:ietf:params:scim:event:prov:patch:notice"])),
    ] {
        assert_eq!(event[name], value, "{name}");
    }
    let data = &event["data"];
    assert_eq!(data["attributes"], json!(["title"]));
    let change = json!([{"attribute": "title", "old": "Lady", "new": "Countess"}]);
    assert_eq!(data["changes"], change);
    let employee = &data["employee"];
    assert_eq!((&employee["id"], &employee["revision"]), (&json!(ada), &json!(2)));
    assert_eq!(
        (&employee["userName"], &employee["archived"]),
        (&json!("ada@example.com"), &json!(false))
    );
    assert_eq!(get(&tenant, &format!("/events/{id}")).await, *event);
    // Read later, the event has the changes of then and the record of now.
    set_title(&tenant, &ada, "Enchantress").await;
    let later = get(&tenant, &format!("/events/{id}")).await;
    assert_eq!((&later["revision"], &later["data"]["changes"]), (&json!(2), &change));
    assert_eq!(later["data"]["employee"]["revision"], 3);
}

#[tokio::test]
async fn a_follower_reads_each_event_once_page_by_page() {
    let tenant = acme().await;
    let ada = user(&tenant, "ada").await;
    for n in 0..20 {
        set_title(&tenant, &ada, &n.to_string()).await;
    }
    let (mut after, mut numbers) = ("from=start".to_owned(), Vec::new());
    loop {
        let page = events(&tenant, &format!("{after}&limit=5")).await;
        numbers
            .extend(list(&page).iter().map(|event| event["sequence"].as_u64().expect("a number")));
        assert!(list(&page).len() <= 5);
        let last = numbers.last().expect("events");
        assert!(cursor(&page).ends_with(&*format!("-{last}")), "{page}");
        after = format!("cursor={}", cursor(&page));
        if page["more"] == false {
            break;
        }
    }
    // The tenant and the employee were made too.
    assert_eq!(numbers, (1..=22).collect::<Vec<u64>>());
    let empty = events(&tenant, &after).await;
    assert_eq!((types(&empty), &empty["more"]), (vec![], &json!(false)));
    assert_eq!(after, format!("cursor={}", cursor(&empty)));
    assert_eq!(end(&tenant).await, cursor(&empty));
    assert_eq!(list(&events(&tenant, "from=start&limit=1").await).len(), 1);
    assert_eq!(list(&events(&tenant, "from=start&limit=200").await).len(), 22);
    assert_eq!(list(&events(&tenant, "from=start").await).len(), 22);
}

#[tokio::test]
async fn an_acknowledged_change_is_in_the_next_answer_of_every_server() {
    let tenant = acme().await;
    let other = tenant.at_another_server();
    let ada = user(&tenant, "ada").await;
    let mut after = end(&tenant).await;
    for n in 0..10 {
        let (writer, reader) = if n % 2 == 0 { (&tenant, &other) } else { (&other, &tenant) };
        set_title(writer, &ada, &n.to_string()).await;
        let page = events(reader, &format!("cursor={after}")).await;
        assert_eq!(types(&page), ["employee.updated"], "{n}");
        assert_eq!(list(&page)[0]["data"]["changes"][0]["new"], n.to_string());
        after = cursor(&page).to_owned();
    }
}

#[tokio::test]
async fn a_filter_has_types_in_lists_and_repeated_and_whole_kinds() {
    let tenant = acme().await;
    let ada = user(&tenant, "ada").await;
    group(&tenant, "Crew", &[]).await;
    set_active(&tenant, ada.parse().expect("an id"), false).await;
    set_active(&tenant, ada.parse().expect("an id"), true).await;
    let found = async |filter: &str| {
        let page = events(&tenant, &format!("from=start&{filter}")).await;
        assert_eq!(cursor(&page), end(&tenant).await, "{filter}: the cursor is behind all events");
        let mut types: Vec<String> = types(&page).into_iter().map(str::to_owned).collect();
        types.sort_unstable();
        types
    };
    let all = ["employee.archived", "employee.created", "employee.restored"];
    assert_eq!(found("types=employee.*").await, all);
    assert_eq!(found("types=employee.created,employee.archived").await, all[..2]);
    assert_eq!(found("types=employee.created&types=employee.archived").await, all[..2]);
    assert_eq!(
        found("types=employee.created,%20group.*").await,
        ["employee.created", "group.created"]
    );
    assert_eq!(found("types=tenant.created").await, ["tenant.created"]);
    assert_eq!(found("types=group.deleted").await, [""; 0]);
    for filter in ["types=employee.left", "types=employee", "types=*", "types=group.*,people.*"] {
        let detail = problem(&refused(&tenant, &format!("from=start&{filter}")).await, 400);
        assert!(detail.contains("unknown type") && detail.contains("employee.created"), "{detail}");
    }
    // A page that is full of one type continues behind its last event.
    let mut after = "from=start".to_owned();
    for kind in all_in_order(&events(&tenant, "from=start&types=employee.*").await) {
        let page = events(&tenant, &format!("{after}&types=employee.*&limit=1")).await;
        assert_eq!(types(&page), [kind]);
        after = format!("cursor={}", cursor(&page));
    }
    let page = events(&tenant, &format!("{after}&types=employee.*&limit=1")).await;
    assert_eq!((types(&page), &page["more"]), (vec![], &json!(false)));
}

fn all_in_order(page: &Value) -> Vec<String> {
    types(page).into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn wrong_parameters_are_explained() {
    let tenant = acme().await;
    let end = end(&tenant).await;
    let (epoch, number) = end.split_once('-').expect("a cursor");
    let number: u64 = number.parse().expect("a number");
    for (query, text) in [
        ("", "Send either cursor or from"),
        ("limit=5", "Send either cursor or from"),
        ("cursor=", "Send either cursor or from"),
        (&*format!("cursor={end}&from=end"), "Send either cursor or from"),
        ("from=now", "from must be start or end"),
        ("cursor=x", "cursor is not valid"),
        (&*format!("cursor={epoch}"), "cursor is not valid"),
        (&*format!("cursor={epoch}-x"), "cursor is not valid"),
        (&*format!("cursor={epoch}-{}", number + 1), &*format!("the newest event is {number}")),
        ("from=start&limit=0", "limit must be a number from 1 to 200"),
        ("from=start&limit=201", "limit must be a number from 1 to 200"),
        ("from=start&limit=x", "limit must be a number from 1 to 200"),
        ("from=start&after=1", "after"),
        ("from=start&from=end", "from"),
    ] {
        let detail = problem(&refused(&tenant, query).await, 400);
        assert!(detail.contains(text), "{query}: {detail}");
    }
    assert_eq!(types(&events(&tenant, &format!("cursor={end}")).await), [""; 0]);
}

#[tokio::test]
async fn cursors_and_ids_of_another_feed_are_gone() {
    let tenant = acme().await;
    user(&tenant, "ada").await;
    let page = events(&tenant, "from=start").await;
    let (old, id) =
        (cursor(&page).to_owned(), list(&page)[0]["id"].as_str().expect("an id").to_owned());
    let restarted = tenant.app.app.tenants.restart_feed(&tenant.id, &OPERATOR).await;
    restarted.expect("a new epoch");
    tenant.app.advance(Duration::minutes(2));
    let gone = refused(&tenant, &format!("cursor={old}")).await;
    let detail = problem_of(&gone, 410, "cursor-of-another-feed");
    assert!(detail.contains("from=end") && detail.contains("export"), "{detail}");
    let gone = admin(&tenant, "GET", &format!("/events/{id}"), Value::Null).await;
    problem_of(&gone, 410, "cursor-of-another-feed");
    let page = events(&tenant, "from=start").await;
    assert_eq!(types(&page).last(), Some(&"settings.changed"), "the new epoch is a change");
    let epoch = cursor(&page).split_once('-').expect("a cursor").0;
    for unknown in [
        format!("evt_acme_{epoch}_999"),
        format!("evt_acme_{epoch}_0"),
        format!("evt_other_{epoch}_1"),
        format!("evt_acme_{epoch}"),
        "evt_acme".to_owned(),
        "1".to_owned(),
    ] {
        let answer = admin(&tenant, "GET", &format!("/events/{unknown}"), Value::Null).await;
        assert!(problem(&answer, 404).contains("no event with this id"), "{unknown}");
    }
}

#[tokio::test]
async fn tokens_of_the_administration_read_the_feed_and_no_other() {
    let tenant = acme().await;
    let read = make_read_token(&tenant).await;
    let other = tenant.app.tenant("other").await;
    let page = events(&tenant, "from=start").await;
    let id = list(&page)[0]["id"].as_str().expect("an id");
    for path in ["/events?from=start".to_owned(), format!("/events/{id}")] {
        let ours = admin(&tenant, "GET", &path, Value::Null).await;
        let theirs = call(&tenant, &read, "GET", &path, Value::Null).await;
        assert_eq!((theirs.status.as_u16(), theirs.json()), (200, ours.json()), "{path}");
        let scim = call(&tenant, &tenant.scim_token, "GET", &path, Value::Null).await;
        assert!([401, 403].contains(&scim.status.as_u16()), "{path}: {}", scim.status);
        for stranger in [&other.admin_token, &other.scim_token, ""] {
            let answer = call(&tenant, stranger, "GET", &path, Value::Null).await;
            assert_eq!(answer.status.as_u16(), 401, "{path}");
        }
        for method in ["POST", "DELETE"] {
            let answer = call(&tenant, &read, method, &path, json!({})).await;
            problem_of(&answer, 403, "read-only-token");
        }
    }
    assert!(types(&page).contains(&"token.replaced"), "{page}");
    let replaced = list(&page).iter().find(|event| event["type"] == "token.replaced");
    assert_eq!(replaced.expect("the read token")["actor"], administrator(&tenant).await);
    assert!(!page.to_string().contains(&read), "no token is in the feed");
}

#[tokio::test]
async fn an_erased_employee_leaves_the_id_and_nothing_else() {
    let tenant = acme().await;
    let body = json!({
        "userName": "zoe@example.com", "displayName": "Zoe Zebra", "title": "Zoologist",
        "emails": [{"value": "zoe@example.com"}],
    });
    let zoe = tenant.create(&body).await;
    let crew = group(&tenant, "Crew", &[&zoe]).await;
    set_title(&tenant, &zoe, "Zookeeper").await;
    set_active(&tenant, zoe.parse().expect("an id"), false).await;
    assert!(events(&tenant, "from=start").await.to_string().contains("Zoe Zebra"));
    let confirmed = json!({"confirm": zoe});
    admin(&tenant, "POST", &format!("/employees/{zoe}/erase"), confirmed).await.expect(204);
    // The answer is the same at once and after the traces of the erasure have ended.
    for later in [Duration::ZERO, Duration::days(3)] {
        tenant.app.advance(later);
        let page = events(&tenant, "from=start").await;
        let text = page.to_string().to_lowercase();
        for personal in ["zebra", "zoe@", "zoologist", "zookeeper"] {
            assert!(!text.contains(personal), "{personal} in {page}");
        }
        let subject = format!("/employees/{zoe}");
        let of_zoe: Vec<&Value> =
            list(&page).iter().filter(|event| event["subject"] == *subject).collect();
        let types: Vec<&Value> = of_zoe.iter().map(|event| &event["type"]).collect();
        let expected = ["created", "updated", "archived", "erased"];
        assert_eq!(types, expected.map(|kind| json!(format!("employee.{kind}"))).each_ref());
        for event in &of_zoe {
            let data = &event["data"];
            assert_eq!((&data["changes"], &data["employee"]), (&Value::Null, &Value::Null));
            assert_eq!(data["erased"], true, "{event}");
        }
        let id = of_zoe[1]["id"].as_str().expect("an id");
        assert_eq!(get(&tenant, &format!("/events/{id}")).await, *of_zoe[1]);
        let crew = format!("/groups/{crew}");
        assert!(list(&page).iter().any(|event| event["subject"] == *crew), "{page}");
    }
}

#[tokio::test]
async fn the_deletion_of_a_member_has_an_event_for_each_group_and_the_return_has_one() {
    let tenant = acme().await;
    // The externalId makes it the same person.
    let body = json!({"userName": "ada@example.com", "externalId": "00u1"});
    let ada = tenant.create(&body).await;
    let groups = [group(&tenant, "Crew", &[&ada]).await, group(&tenant, "Club", &[&ada]).await];
    let after = end(&tenant).await;
    tenant.delete(&format!("/Users/{ada}")).await.expect(204);
    let page = events(&tenant, &format!("cursor={after}")).await;
    let mut found: Vec<(String, String)> = (list(&page).iter())
        .map(|event| {
            let text = |name: &str| event[name].as_str().expect("text").to_owned();
            (text("type"), text("subject"))
        })
        .collect();
    found.sort();
    let mut expected = vec![("employee.deleted".to_owned(), format!("/employees/{ada}"))];
    expected.extend(groups.map(|id| ("group.updated".to_owned(), format!("/groups/{id}"))));
    expected.sort();
    assert_eq!(found, expected);
    for event in list(&page).iter().filter(|event| event["type"] == "group.updated") {
        let change = &event["data"]["changes"][0];
        assert_eq!((&change["attribute"], &change["old"]), (&json!("members"), &json!([ada])));
        assert_eq!(event["data"]["group"]["id"], event["subject"].as_str().expect("text")[8..]);
    }
    assert_eq!(tenant.create(&body).await, ada, "the same person");
    let page = events(&tenant, &format!("cursor={}", cursor(&page))).await;
    assert_eq!(types(&page), ["employee.restored"]);
    assert_eq!(list(&page)[0]["scim"], json!(["urn:ietf:params:scim:event:prov:create:notice"]));
}

#[tokio::test]
async fn a_deleted_group_leaves_its_changes_and_no_record() {
    let tenant = acme().await;
    let crew = group(&tenant, "Crew", &[]).await;
    assert_eq!(types(&events(&tenant, "from=start&types=group.*").await), ["group.created"]);
    tenant.delete(&format!("/Groups/{crew}")).await.expect(204);
    let page = events(&tenant, "from=start&types=group.*").await;
    assert_eq!(types(&page), ["group.created", "group.deleted"]);
    for event in list(&page) {
        assert_eq!(event["subject"], format!("/groups/{crew}"));
        assert_eq!(event["data"].get("group"), Some(&Value::Null), "{event}");
    }
    assert_eq!(list(&page)[1]["scim"], json!(["urn:ietf:params:scim:event:prov:delete"]));
}
