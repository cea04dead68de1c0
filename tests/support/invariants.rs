//! Checks for the end of a destructive test. The tenant's items keep their invariants, and the API shows exactly these
//! items.

use super::TestTenant;
use aws_sdk_dynamodb::types::AttributeValue;
use rollcall::directory::Report;
use rollcall::directory::people::{PeopleCounts, PeopleFilters, PeopleQuery};
use rollcall::directory::users::administration::Status;
use rollcall::model::tenant::Settings;
use rollcall::store::dynamodb::port::{Consistency, Item, QueryCall};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// With more records than this, the check compares only lists, and reads no single records.
const MOST_SINGLE: usize = 40;

/// With more partitions than this, the check does not count their items.
const MOST_COUNTED: usize = 500;

/// The ids of a record's members or groups, by the record's id.
type Relations = BTreeMap<String, BTreeSet<String>>;

impl TestTenant {
    /// Finishes unfinished work as an operator does. Then checks that items and API agree.
    pub async fn expect_sound(&self) {
        let directory = self.directory();
        directory.unfinished().finish_all().await.expect("the work can be finished");
        self.expect_settled_and_sound().await;
    }

    /// Checks that no work is unfinished, and that items and API agree.
    pub async fn expect_settled_and_sound(&self) {
        self.expect_sound_by(&self.report().await).await;
    }

    /// Like [`Self::expect_settled_and_sound`], with the report of an earlier check.
    pub async fn expect_sound_by(&self, report: &Report) {
        assert!(report.unfinished.is_empty(), "{:?}", report.unfinished);
        self.expect_no_violations(report).await;
        self.expect_api_shows_items().await;
    }

    /// Checks the tenant's items. Returns the report.
    pub async fn report(&self) -> Report {
        self.directory().integrity().check().await.expect("a check")
    }

    /// Checks that the report has no violations, and counts every item of the tenant.
    async fn expect_no_violations(&self, report: &Report) {
        assert_eq!(report.violations, []);
        let partitions = self.partitions();
        if partitions.len() > MOST_COUNTED {
            return;
        }
        let mut items = 0;
        for partition in partitions {
            items += self.items(&partition).await.len();
        }
        // A table behind the SDK records no partitions, so there are no items to compare.
        if items > 0 {
            let line = usize::from(!self.items("TENANTS").await.is_empty());
            assert_eq!(report.items, items + line, "the check misses items");
        }
    }

    fn partitions(&self) -> BTreeSet<String> {
        let prefixes = [format!("TENANT#{}", self.id), format!("TENANT#{}#", self.id)];
        let is_ours = |name: &String| *name == prefixes[0] || name.starts_with(&prefixes[1]);
        self.app.faults.written_partitions().into_iter().filter(is_ours).collect()
    }

    /// All items of a partition, as they are stored.
    pub async fn items(&self, partition: &str) -> Vec<Item> {
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let call = QueryCall {
                index: None,
                condition: "PK = :partition".to_owned(),
                values: Item::from([(
                    ":partition".to_owned(),
                    AttributeValue::S(partition.to_owned()),
                )]),
                limit: None,
                start,
                forward: true,
                consistency: Consistency::Strong,
                is_long: true,
            };
            let page = self.app.table.query(call).await.expect("a page").value;
            items.extend(page.items);
            start = page.next;
            if start.is_none() {
                return items;
            }
        }
    }

    /// Reads all rows of a SCIM list, and checks the total.
    pub async fn listed(&self, resources: &str) -> Vec<Value> {
        let mut rows: Vec<Value> = Vec::new();
        loop {
            let page = format!("/{resources}?startIndex={}&count=200", rows.len() + 1);
            let page = self.get(&page).await.expect(200);
            let more = page["Resources"].as_array().cloned().unwrap_or_default();
            rows.extend(more.iter().cloned());
            if more.len() < 200 {
                assert_eq!(page["totalResults"], rows.len(), "the total of {resources}");
                return rows;
            }
        }
    }

    async fn expect_api_shows_items(&self) {
        let id = &self.id;
        let keys = async |name: &str| {
            let items = self.items(&format!("TENANT#{id}#{name}")).await;
            items.iter().map(|item| text(item, "SK")).collect::<BTreeSet<String>>()
        };
        let (users, groups) = (self.listed("Users").await, self.listed("Groups").await);
        assert_eq!(ids(&users), keys("EMPLOYEE").await, "users");
        assert_eq!(ids(&groups), keys("GROUP").await, "groups");
        self.expect_people_follow_items().await;
        let members = relations(&groups, "members", |_| true);
        for (group, shown) in &members {
            assert_eq!(*shown, keys(&format!("MEMBER#{group}")).await, "members of {group}");
        }
        let groups_of = relations(&users, "groups", |group| group["type"] == "direct");
        let mut stored: Relations = BTreeMap::new();
        for item in self.items(&format!("TENANT#{id}#MEMBEROF")).await {
            let groups = item.get("memberOf").and_then(|value| value.as_ss().ok());
            stored.insert(text(&item, "SK"), groups.cloned().into_iter().flatten().collect());
        }
        for (user, shown) in &groups_of {
            assert_eq!(*shown, stored.get(user).cloned().unwrap_or_default(), "groups of {user}");
        }
        if users.len() + groups.len() > MOST_SINGLE {
            return;
        }
        for (resources, rows) in [("Users", &users), ("Groups", &groups)] {
            for row in rows {
                let path = format!("/{resources}/{}", row["id"].as_str().expect("an id"));
                assert_eq!(self.get(&path).await.expect(200), *row, "{path}");
            }
        }
        for user in &users {
            let name = user["userName"].as_str().expect("a userName").replace(['\\', '"'], "?");
            if user["userName"] == *name {
                assert_eq!(self.found(&format!("userName eq \"{name}\"")).await, [name]);
            }
        }
        self.expect_administration_shows_items(&keys("HIDDEN").await, &users, &groups).await;
    }

    /// The index of standings has exactly the employees, with their words. The counts and the list of people follow
    /// from the items too.
    async fn expect_people_follow_items(&self) {
        let mut stored = self.items(&self.partition("EMPLOYEE")).await;
        stored.extend(self.items(&self.partition("HIDDEN")).await);
        let indexed = |item: &Item| {
            ["PK", "SK", "standing", "standingKey", "words"].map(|name| text(item, name))
        };
        let mut in_index = BTreeSet::new();
        let mut in_order = Vec::new();
        for (standing, forward) in [("ACTIVE", true), ("ARCHIVED", false)] {
            let entries = self.index_entries(&format!("{}#{standing}", self.id), forward).await;
            in_order.extend(entries.iter().map(|entry| text(entry, "SK")));
            in_index.extend(entries.iter().map(indexed));
        }
        assert_eq!(in_index, stored.iter().map(indexed).collect(), "the index of standings");
        let is = |item: &Item, name: &str| item[name].as_bool().copied().expect("a flag");
        let sends = |name: &str| {
            let active = stored.iter().filter(|item| !is(item, "archived"));
            let sent = active.filter(|item| {
                let enterprise = item.get("enterprise").and_then(|value| value.as_s().ok());
                let enterprise = enterprise.map_or(Value::Null, |text| text.parse().expect("JSON"));
                let value = &enterprise[name];
                [value, &value["value"], &value["displayName"]]
                    .iter()
                    .any(|value| value.is_string())
            });
            sent.count() as u64
        };
        let archived = stored.iter().filter(|item| is(item, "archived")).count();
        let active = stored.iter().filter(|item| !is(item, "archived"));
        let unlinked =
            active.filter(|item| item.contains_key("imported") && !item.contains_key("linked"));
        let counts = self.directory().people().counts().await.expect("counts");
        let expected = PeopleCounts {
            active: (stored.len() - archived) as u64,
            archived: archived as u64,
            sent_location: sends("location"),
            sent_department: sends("department"),
            sent_manager: sends("manager"),
            unlinked: unlinked.count() as u64,
        };
        assert_eq!(counts, expected, "the counts of people");
        let (mut listed, mut cursor) = (Vec::new(), None);
        loop {
            let query = PeopleQuery {
                status: Status::All,
                search: "",
                filters: PeopleFilters::default(),
                settings: Settings::default(),
                cursor: cursor.as_deref(),
                limit: 200,
            };
            let page = self.directory().people().page(&query).await.expect("people");
            assert_eq!(page.total, Some(stored.len() as u64), "the total of people");
            listed.extend(page.rows.into_iter().map(|row| row.employee.id.to_string()));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(listed, in_order, "the list of people");
    }

    /// All entries of the index of standings under a value.
    async fn index_entries(&self, value: &str, forward: bool) -> Vec<Item> {
        let (mut items, mut start) = (Vec::new(), None);
        loop {
            let value = AttributeValue::S(value.to_owned());
            let low = AttributeValue::S(" ".to_owned());
            let call = QueryCall {
                index: Some("by-standing"),
                condition: "standing = :value AND standingKey > :low".to_owned(),
                values: Item::from([(":value".to_owned(), value), (":low".to_owned(), low)]),
                limit: None,
                start,
                forward,
                consistency: Consistency::Eventual,
                is_long: true,
            };
            let page = self.app.table.query(call).await.expect("a page").value;
            items.extend(page.items);
            start = page.next;
            if start.is_none() {
                return items;
            }
        }
    }

    async fn expect_administration_shows_items(
        &self,
        hidden: &BTreeSet<String>,
        users: &[Value],
        groups: &[Value],
    ) {
        let get = async |rest: &str| super::admin::get(self, rest).await;
        let listed = get("/employees?limit=200").await;
        let listed = ids(listed["employees"].as_array().expect("employees"));
        assert_eq!(listed, &ids(users) | hidden, "employees");
        for id in &listed {
            let path = format!("/employees/{id}");
            let employee = super::admin::admin(self, "GET", &path, Value::Null).await;
            let history = get(&format!("{path}/history?limit=1")).await;
            let revision = &history["entries"][0]["revision"];
            assert_eq!(employee.header("etag"), format!("W/\"{revision}\""), "{id}");
        }
        for group in groups {
            let id = group["id"].as_str().expect("an id");
            let members = get(&format!("/groups/{id}/members?limit=200")).await;
            let members = ids(members["members"].as_array().expect("members"));
            let shown = relations(std::slice::from_ref(group), "members", |_| true);
            assert_eq!(members, shown[id], "members of {id}");
            let count = get(&format!("/groups/{id}")).await["memberCount"].clone();
            assert_eq!(count, members.len(), "the number of members of {id}");
        }
    }
}

fn text(item: &Item, name: &str) -> String {
    item.get(name).and_then(|value| value.as_s().ok()).expect("a text").clone()
}

fn ids(rows: &[Value]) -> BTreeSet<String> {
    rows.iter().map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
}

/// For each row, the ids of the wanted values in its attribute `name`.
fn relations(rows: &[Value], name: &str, wanted: impl Fn(&Value) -> bool) -> Relations {
    let relation = |row: &Value| {
        let values = row[name].as_array().cloned().unwrap_or_default();
        let values = values.iter().filter(|value| wanted(value));
        values.map(|value| value["value"].as_str().expect("an id").to_owned()).collect()
    };
    rows.iter().map(|row| (row["id"].as_str().expect("an id").to_owned(), relation(row))).collect()
}
