//! Reads the values of arguments, and explains values that are not valid.

use rollcall::directory::TenantId;
use rollcall::directory::lists::admin_list::MOST_SEARCH_CHARS;
use scim::schema::custom::CustomType;

pub fn search_text(text: &str) -> Result<String, String> {
    match text.chars().count() <= MOST_SEARCH_CHARS {
        true => Ok(text.to_owned()),
        false => Err(format!("at most {MOST_SEARCH_CHARS} characters")),
    }
}

pub fn origin(text: &str) -> Result<String, String> {
    match rollcall::config::is_origin(text) {
        true => Ok(text.to_owned()),
        false => Err(rollcall::config::ORIGIN_FORM.to_owned()),
    }
}

pub fn custom_type(text: &str) -> Result<CustomType, String> {
    CustomType::parse(text).ok_or_else(|| {
        let names = CustomType::ALL.map(CustomType::as_str);
        format!("one of {}", names.join(", "))
    })
}

pub fn tenant_id(text: &str) -> Result<TenantId, String> {
    TenantId::parse(text)
        .ok_or_else(|| "2 to 32 lower-case letters, digits and inner hyphens".to_owned())
}
