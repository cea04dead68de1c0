//! The pages of one employee, as a browser sees them.

pub(crate) mod profile;
pub(crate) mod value;
pub(crate) mod archive;
pub(crate) mod erase;
pub(crate) mod groups;
pub(crate) mod history;
pub(crate) mod reports;
pub(crate) mod raw;

use crate::support::browser::{Browser, after};
use crate::support::urns::ENTERPRISE;
use serde_json::{Value, json};

/// Ada Lovelace, with values of both kinds.
fn ada() -> Value {
    json!({
        "userName": "ada@example.com", "displayName": "Ada Lovelace", "title": "Countess",
        "externalId": "00u1", "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"value": "ada@example.com", "type": "work", "primary": true}],
        "phoneNumbers": [{"value": "+44 20", "type": "mobile"}],
        ENTERPRISE: {"department": "Research", "location": "GB"},
    })
}

/// Creates an employee and returns the path of the page.
async fn page_of(browser: &Browser, body: &Value) -> String {
    format!("employees/{}", browser.tenant.create(body).await)
}

/// The tags that make no space in the text.
const INLINE: [&str; 7] = ["a", "bdi", "span", "code", "time", "del", "ins"];

/// The text of some HTML, without its tags and with single spaces.
fn plain(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        let Some((tag, words)) = part.split_once('>') else {
            text.push_str(part);
            continue;
        };
        let name = tag.trim_start_matches('/').split_whitespace().next().unwrap_or_default();
        text.push_str(if INLINE.contains(&name) { "" } else { " " });
        text.push_str(words);
    }
    let text = unescaped(&text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of escaped HTML.
fn unescaped(html: &str) -> String {
    [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")]
        .iter()
        .fold(html.to_owned(), |text, (escape, letter)| text.replace(escape, letter))
}

/// The main part of a page as text.
fn main(page: &str) -> String {
    plain(after(page, "<main", "</main>"))
}

/// The row of an attribute on the profile, as text.
fn row(page: &str, title: &str) -> String {
    plain(after(page, &format!("class=\"main\">{title}</th>"), "</tr>"))
}

/// The notice on a page, as text.
fn notice(page: &str) -> String {
    plain(&format!("<div{}", after(page, "role=\"status\" data-toast", "</div>")))
}

/// The hidden fields of the notice's form, except the CSRF token, and the path of the form.
fn undo(page: &str) -> (String, Vec<(String, String)>) {
    let form = after(page, "data-toast", "</form>");
    let action = after(form, "action=\"/tenants/acme/", "\"").to_owned();
    let fields = form.split("type=\"hidden\" name=\"").skip(1).map(|field| {
        let value = unescaped(after(field, "value=\"", "\""));
        (after(field, "", "\"").to_owned(), value)
    });
    (action, fields.filter(|(name, _)| name != "csrf").collect())
}

/// Sends the form of the notice on a page.
async fn press_undo(browser: &Browser, page: &str) -> crate::support::request::Answer {
    let (action, fields) = undo(page);
    assert!(!action.is_empty(), "{page}");
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    browser.submit(&action, &fields).await
}

/// Follows the redirect of an answer.
async fn follow(browser: &Browser, answer: &crate::support::request::Answer) -> String {
    let location = answer.redirect();
    let below = location.strip_prefix("/tenants/acme/").expect("a page of the tenant");
    browser.get(below).await.page(200)
}
