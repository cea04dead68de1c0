//! The company of the demo: runs the steps of the story through the service.

use super::client::DemoClient;
use super::groups::GROUPS;
use super::people::{PEOPLE, Person};
use super::story::{FIRST_IMPORTED, Failure, Step};
use anyhow::Context;
use http::Method;
use scim::urn;
use secrecy::SecretString;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The request with which Okta tests the credentials.
const TEST: &str = "/Users?startIndex=1&count=2";

/// The company, with the ids that the service gave.
#[derive(Debug)]
pub struct Company {
    pub okta: DemoClient,
    pub people: Vec<Person>,
    /// The ids of people, by place in the table.
    pub ids: BTreeMap<usize, String>,
    /// The ids of groups, in the order of [`GROUPS`].
    pub groups: Vec<String>,
    replaced_token: Option<SecretString>,
}

impl Company {
    /// Makes a company without people.
    pub fn new(okta: DemoClient, people: Vec<Person>) -> Self {
        Self { okta, people, ids: BTreeMap::new(), groups: Vec::new(), replaced_token: None }
    }

    /// Runs one step.
    pub async fn run(&mut self, step: Step) -> anyhow::Result<()> {
        match step {
            Step::Import => self.import().await,
            Step::Connect => self.connect().await,
            Step::Hire(index) => self.hire(index).await,
            Step::Link(index) => self.link(index).await,
            Step::PushGroup(group) => self.push_group(group).await,
            Step::SetCity(index) => {
                let city = self.person(index)?.city.clone();
                let path = format!("/employees/{}", self.id(index)?);
                let body = json!({ "location": city });
                self.okta.admin(Method::PATCH, &path, body).await?.expect(200).map(drop)
            }
            Step::Promote(index) => {
                let title = format!("Senior {}", self.person(index)?.title);
                self.patch(index, json!({ "title": title })).await
            }
            Step::Relocate(index) => {
                let other = (index * 5 + 3) % self.people.len();
                let country = self.person(other)?.country.clone();
                let path = format!("{}:location", urn::ENTERPRISE_USER);
                self.patch(index, json!({ (path): country })).await
            }
            Step::Leave(index) => self.patch(index, json!({"active": false})).await,
            Step::Delete(index) => {
                let path = format!("/Users/{}", self.id(index)?);
                self.okta.scim(Method::DELETE, &path, Value::Null).await?.expect(204).map(drop)
            }
            Step::Fail(failure) => self.fail(failure).await,
            Step::ReplaceToken => self.replace_token("Okta 2027").await,
            Step::UseReplacedToken => {
                let token = self.replaced_token.clone().context("no token was replaced")?;
                self.use_wrong_token(&token).await
            }
            Step::UseAdminToken => self.use_wrong_token(&self.okta.admin_token).await,
        }
    }

    /// Returns a person of the table.
    pub fn person(&self, index: usize) -> anyhow::Result<&Person> {
        self.people.get(index).context("there is no such person in the demo")
    }

    fn id(&self, index: usize) -> anyhow::Result<&str> {
        self.ids.get(&index).map(String::as_str).context("the person of the demo has no id yet")
    }

    async fn import(&mut self) -> anyhow::Result<()> {
        let imported = self.people.iter().enumerate().take(PEOPLE).skip(FIRST_IMPORTED);
        let rows: Vec<Value> = imported.map(|(index, one)| one.as_import(index)).collect();
        let body = json!({ "employees": rows });
        self.okta.admin(Method::POST, "/employees/import", body).await?.expect(200).map(drop)
    }

    async fn connect(&mut self) -> anyhow::Result<()> {
        let settings =
            json!({"provider": "okta", "departmentFromIdp": true, "managerFromIdp": true});
        self.okta.admin(Method::PATCH, "/settings", settings).await?.expect(200)?;
        self.replace_token("Okta 2026").await?;
        self.test_connection().await
    }

    /// Tests the credentials, as Okta does.
    pub async fn test_connection(&self) -> anyhow::Result<()> {
        self.okta.scim(Method::GET, TEST, Value::Null).await?.expect(200).map(drop)
    }

    async fn replace_token(&mut self, label: &str) -> anyhow::Result<()> {
        let body = json!({"label": label, "overlapSecs": 0});
        let answer = self.okta.admin(Method::POST, "/tokens/scim/replace", body).await?;
        let new = text_of(&answer.expect(200)?, "token")?;
        let old = std::mem::replace(&mut self.okta.scim_token, SecretString::from(new));
        self.replaced_token = Some(old);
        Ok(())
    }

    /// Looks a person up by userName. Returns the id, if there is a user.
    async fn find(&self, index: usize) -> anyhow::Result<Option<String>> {
        let user_name = self.person(index)?.user_name().replace('@', "%40");
        let path =
            format!("/Users?filter=userName%20eq%20%22{user_name}%22&startIndex=1&count=100");
        let found = self.okta.scim(Method::GET, &path, Value::Null).await?.expect(200)?;
        found.pointer("/Resources/0").map(|user| text_of(user, "id")).transpose()
    }

    /// Creates a user, and adds it to the group of the department.
    pub async fn hire(&mut self, index: usize) -> anyhow::Result<()> {
        if self.find(index).await?.is_some() {
            anyhow::bail!("the person of the demo exists already");
        }
        let person = self.person(index)?;
        let (body, department) = (person.as_user(index), person.department.clone());
        let made = self.okta.scim(Method::POST, "/Users", body).await?.expect(201)?;
        let id = text_of(&made, "id")?;
        self.ids.insert(index, id.clone());
        let own = GROUPS.iter().position(|group| group.name == department);
        match own.and_then(|own| self.groups.get(own)) {
            None => Ok(()),
            Some(group) => self.change_members(group, "add", &id).await,
        }
    }

    async fn link(&mut self, index: usize) -> anyhow::Result<()> {
        let id = self.find(index).await?.context("the imported person of the demo is missing")?;
        let body = self.person(index)?.as_user(index);
        self.okta.scim(Method::PUT, &format!("/Users/{id}"), body).await?.expect(200)?;
        self.ids.insert(index, id);
        Ok(())
    }

    async fn push_group(&mut self, number: usize) -> anyhow::Result<()> {
        let group = GROUPS.get(number).context("there is no such group in the demo")?;
        let members = self.ids.iter().filter_map(|(index, id)| {
            let is_member = self.people.get(*index).is_some_and(|one| group.has(*index, one));
            is_member.then(|| json!({ "value": id }))
        });
        let body = json!({
            "schemas": [urn::GROUP], "displayName": group.name, "members": members.collect::<Vec<_>>(),
        });
        let made = self.okta.scim(Method::POST, "/Groups", body).await?.expect(201)?;
        self.groups.push(text_of(&made, "id")?);
        Ok(())
    }

    /// Changes attributes of a user.
    pub async fn patch(&self, index: usize, values: Value) -> anyhow::Result<()> {
        let path = format!("/Users/{}", self.id(index)?);
        let body = patch(json!([{"op": "replace", "value": values}]));
        self.okta.scim(Method::PATCH, &path, body).await?.expect(200).map(drop)
    }

    /// Adds a member to a group, or removes it.
    pub async fn change_members(&self, group: &str, op: &str, id: &str) -> anyhow::Result<()> {
        let change = match op {
            "remove" => json!({"op": op, "path": format!("members[value eq \"{id}\"]")}),
            _ => json!({"op": op, "path": "members", "value": [{"value": id}]}),
        };
        let path = format!("/Groups/{group}?excludedAttributes=members");
        self.okta.scim(Method::PATCH, &path, patch(json!([change]))).await?.expect(200).map(drop)
    }

    /// Sends a request that fails.
    pub async fn fail(&self, failure: Failure) -> anyhow::Result<()> {
        let users = "/Users";
        let (answer, status) = match failure {
            Failure::UserNameTaken(index) => {
                let external_id = format!("00u9{index:03}nw");
                let user = self.person(index)?.as_user_with(index, &external_id);
                (self.okta.scim(Method::POST, users, user).await?, 409)
            }
            Failure::WrongStatus(index) => {
                let path = format!("/Users/{}", self.id(index)?);
                let body = patch(json!([{"op": "replace", "value": {"active": "maybe"}}]));
                (self.okta.scim(Method::PATCH, &path, body).await?, 400)
            }
            Failure::GroupNameTaken(number) => {
                let group = GROUPS.get(number).context("there is no such group in the demo")?;
                let body = json!({"schemas": [urn::GROUP], "displayName": group.name});
                (self.okta.scim(Method::POST, "/Groups", body).await?, 409)
            }
            Failure::NoUserName => {
                let body = json!({"schemas": [urn::USER], "displayName": "New Colleague"});
                (self.okta.scim(Method::POST, users, body).await?, 400)
            }
        };
        answer.expect(status).map(drop)
    }

    async fn use_wrong_token(&self, token: &SecretString) -> anyhow::Result<()> {
        let answer = self.okta.scim_with(token, Method::GET, TEST, Value::Null).await?;
        answer.expect(401).map(drop)
    }
}

fn patch(operations: Value) -> Value {
    json!({"schemas": [urn::PATCH_OP], "Operations": operations})
}

fn text_of(body: &Value, name: &str) -> anyhow::Result<String> {
    let text = body.get(name).and_then(Value::as_str).map(str::to_owned);
    text.with_context(|| format!("the answer of the demo's service has no {name}"))
}
