//! Reads the values of arguments, and explains values that are not valid.

use rollcall::directory::TenantId;
use rollcall::directory::lists::admin_list::MOST_SEARCH_CHARS;
use rollcall::model::sso::{ClientAuth, MatchRule, Preset};
use rollcall::outbound::parse_private_hosts;
use scim::schema::custom::CustomType;
use std::net::SocketAddr;
use strum::IntoEnumIterator;
use time::Date;
use time::macros::format_description;

/// Reads the address of `--listen`.
pub fn listen_address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .ok()
        .ok_or_else(|| "it must be an IP address and a port, such as 127.0.0.1:8080".to_owned())
}

/// The value of `--private-hosts`.
#[derive(Debug, Clone)]
pub struct PrivateHosts(pub Vec<String>);

/// Reads the names of `--private-hosts`.
pub fn private_hosts(text: &str) -> Result<PrivateHosts, String> {
    parse_private_hosts(text).map(PrivateHosts).map_err(|problem| problem.to_string())
}

/// Reads the text of `--search`.
pub fn search_text(text: &str) -> Result<String, String> {
    match text.chars().count() <= MOST_SEARCH_CHARS {
        true => Ok(text.to_owned()),
        false => Err(format!("the text may have at most {MOST_SEARCH_CHARS} characters")),
    }
}

/// Reads the URL that Tenant URLs begin with.
pub fn origin(text: &str) -> Result<String, String> {
    match rollcall::config::is_origin(text) {
        true => Ok(text.to_owned()),
        false => Err(format!("it must be {}", rollcall::config::ORIGIN_FORM)),
    }
}

/// Reads the type of a custom attribute.
pub fn custom_type(text: &str) -> Result<CustomType, String> {
    CustomType::parse(text).ok_or_else(|| {
        let names = CustomType::ALL.map(CustomType::as_str);
        format!("the type must be one of {}", names.join(", "))
    })
}

/// Reads the id of a tenant.
pub fn tenant_id(text: &str) -> Result<TenantId, String> {
    TenantId::parse(text).ok_or_else(|| {
        "an id has 2 to 32 characters: a-z, 0-9, and hyphens that are neither first nor last"
            .to_owned()
    })
}

/// Reads a day.
pub fn date(text: &str) -> Result<Date, String> {
    Date::parse(text, format_description!("[year]-[month]-[day]"))
        .map_err(|_| "it must be a day, such as 2027-11-30".to_owned())
}

/// Reads the proof of a client.
pub fn client_auth(text: &str) -> Result<ClientAuth, String> {
    ClientAuth::parse(text).ok_or_else(|| one_of(ClientAuth::iter().map(ClientAuth::as_str)))
}

/// Reads the kind of an identity provider.
pub fn preset(text: &str) -> Result<Preset, String> {
    Preset::parse(text).ok_or_else(|| one_of(Preset::iter().map(Preset::as_str)))
}

/// Reads the claim and the attribute of the first sign-in.
pub fn match_rule(text: &str) -> Result<MatchRule, String> {
    MatchRule::parse(text).ok_or_else(|| one_of(MatchRule::iter().map(MatchRule::as_str)))
}

fn one_of(names: impl Iterator<Item = &'static str>) -> String {
    format!("it must be one of {}", names.collect::<Vec<_>>().join(", "))
}
