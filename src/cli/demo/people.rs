//! The people of the demo. Their table is `people.csv`.

use anyhow::Context;
use scim::urn;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The number of people at the end of the month. The people after them in the table join while the demo runs.
pub const PEOPLE: usize = 200;
/// The domain of all addresses.
const DOMAIN: &str = "northwind.example";

/// A person of the demo.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    pub given_name: String,
    pub family_name: String,
    pub display_name: String,
    /// The part of the userName before the `@`.
    pub login: String,
    pub title: String,
    pub department: String,
    /// The code of the country. The identity provider sends it as the location.
    pub country: String,
    /// The city. The administrator sets it as the location.
    pub city: String,
    /// The login of the manager; empty for the head of the company.
    pub manager: String,
}

/// Reads all people.
pub fn read() -> anyhow::Result<Vec<Person>> {
    let mut reader = csv::Reader::from_reader(include_str!("people.csv").as_bytes());
    let people: Result<Vec<Person>, csv::Error> = reader.deserialize().collect();
    people.context("the people of the demo cannot be read")
}

impl Person {
    /// The userName, which is also the email address.
    pub fn user_name(&self) -> String {
        format!("{}@{DOMAIN}", self.login)
    }

    /// The user as Okta sends it. Every fourth person has attributes that Rollcall does not know.
    pub fn as_user(&self, index: usize) -> Value {
        self.as_user_with(index, &format!("00u{index:04}nw"))
    }

    /// The user with another `externalId`.
    pub fn as_user_with(&self, index: usize, external_id: &str) -> Value {
        let mut enterprise = Map::from_iter([
            ("employeeNumber".to_owned(), employee_number(index).into()),
            ("department".to_owned(), self.department.as_str().into()),
            ("location".to_owned(), self.country.as_str().into()),
        ]);
        let mut add = |name: &str, value: Value| enterprise.insert(name.to_owned(), value);
        if !self.manager.is_empty() {
            add("manager", json!({"value": format!("{}@{DOMAIN}", self.manager)}));
        }
        if index % 4 == 2 {
            add("tshirtSize", "M".into());
            add("badgeNumber", (40_000 + index).into());
            add("deskPhone", format!("+46 31 555 {index:03}").into());
        }
        let email = self.user_name();
        json!({
            "schemas": [urn::USER, urn::ENTERPRISE_USER],
            "userName": email,
            "name": {"givenName": self.given_name, "familyName": self.family_name},
            "displayName": self.display_name,
            "title": self.title,
            "emails": [{"primary": true, "value": email, "type": "work"}],
            "externalId": external_id,
            "groups": [],
            "active": true,
            (urn::ENTERPRISE_USER): enterprise,
        })
    }

    /// The person as a row of an import.
    pub fn as_import(&self, index: usize) -> Value {
        let manager = match self.manager.is_empty() {
            true => None,
            false => Some(format!("{}@{DOMAIN}", self.manager)),
        };
        json!({
            "userName": self.user_name(),
            "givenName": self.given_name,
            "familyName": self.family_name,
            "displayName": self.display_name,
            "email": self.user_name(),
            "title": self.title,
            "employeeNumber": employee_number(index),
            "department": self.department,
            "location": self.city,
            "manager": manager,
        })
    }
}

fn employee_number(index: usize) -> String {
    format!("NW-{}", 1_001 + index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The scripts of the names, by the first code point of their blocks.
    const SCRIPTS: [(&str, u32, u32); 8] = [
        ("Latin", 0x41, 0x24f),
        ("Greek", 0x370, 0x3ff),
        ("Cyrillic", 0x400, 0x4ff),
        ("Hebrew", 0x590, 0x5ff),
        ("Arabic", 0x600, 0x6ff),
        ("Devanagari", 0x900, 0x97f),
        ("Han", 0x4e00, 0x9fff),
        ("Hangul", 0xac00, 0xd7af),
    ];

    #[test]
    fn people_have_names_in_eight_scripts_and_managers_who_exist() {
        let people = read().unwrap();
        assert!(people.len() > PEOPLE);
        let logins: BTreeSet<&str> = people.iter().map(|person| &*person.login).collect();
        assert_eq!(logins.len(), people.len());
        let without: Vec<&Person> = people.iter().filter(|one| one.manager.is_empty()).collect();
        assert_eq!(without.len(), 1);
        let is_known =
            |person: &Person| person.manager.is_empty() || logins.contains(&*person.manager);
        assert!(people.iter().all(is_known));
        for (script, first, last) in SCRIPTS {
            let in_script = |person: &&Person| {
                let letter = person.display_name.chars().next().map_or(0, u32::from);
                (first..=last).contains(&letter)
            };
            let count = people.iter().take(PEOPLE).filter(in_script).count();
            assert!(count >= 8, "{script}: {count}");
        }
    }
}
