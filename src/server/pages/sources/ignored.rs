//! The ignored attributes on the page, each with advice.

use crate::directory::tenants::ignored::Advice;
use crate::directory::{Tenant, UnknownAttribute};
use crate::server::pages::frame::encoded;
use crate::server::pages::guard::Visitor;
use crate::server::pages::words::{self, read_day};
use scim::json_shape::{JsonShape, JsonType};

/// An ignored attribute.
pub(super) struct IgnoredRow {
    /// Identifies the attribute in forms.
    pub(super) key: String,
    /// The name without the URN.
    pub(super) name: String,
    /// The URN; empty without one.
    pub(super) urn: String,
    pub(super) kind: String,
    /// The day on which the attribute was last sent.
    pub(super) day: String,
    /// The advice, as a sentence; empty for an attribute that the tenant can declare.
    pub(super) advice: String,
    /// A text that the advice tells to copy.
    pub(super) copy: Option<String>,
    /// The id of that text on the page.
    pub(super) copy_id: String,
    /// The path of the form that declares the attribute, below the root.
    pub(super) keep: Option<String>,
}

impl IgnoredRow {
    pub(super) fn of(visitor: &Visitor, tenant: &Tenant, ignored: &UnknownAttribute) -> Self {
        let advice = visitor.directory.advice(tenant, ignored);
        let (urn, name) = match ignored.name.rsplit_once(':') {
            Some((urn, name)) => (urn.to_owned(), name.to_owned()),
            None => (String::new(), ignored.name.clone()),
        };
        let mut row = Self {
            key: ignored.key(),
            kind: ignored.shape.words(),
            day: read_day(&ignored.day)
                .map(|day| format!("{} UTC", words::day(day.midnight().assume_utc())))
                .unwrap_or_default(),
            advice: String::new(),
            copy: None,
            copy_id: format!("copy-{}", ignored.hidden_name()),
            keep: None,
            urn,
            name,
        };
        match advice {
            Advice::Declare(_) => {
                row.keep = Some(format!("sources/custom?keep={}", encoded(&row.key)));
            }
            advice => {
                let text = AdviceText::of(&advice, &ignored.name, visitor.idp);
                (row.advice, row.copy) = (text.sentence, text.copy);
            }
        }
        row
    }
}

/// The advice about an ignored attribute, as a sentence.
pub(in crate::server::pages) struct AdviceText {
    /// The sentence; empty for an attribute that the tenant can declare.
    pub(in crate::server::pages) sentence: String,
    /// A text that the sentence tells to copy.
    pub(in crate::server::pages) copy: Option<String>,
}

impl AdviceText {
    /// Words the advice about the attribute `ignored`, in attribute notation.
    pub(in crate::server::pages) fn of(advice: &Advice, ignored: &str, idp: &str) -> Self {
        let (sentence, copy) = match advice {
            Advice::Declare(_) => (String::new(), None),
            Advice::NearMiss { name, urn, is_name_right: true } => {
                let place = match ignored.rsplit_once(':') {
                    Some((urn, _)) => format!("under {urn}"),
                    None => "without a namespace".to_owned(),
                };
                let sentence = format!("{name} arrives {place}. Use exactly this namespace:");
                (sentence, Some(urn))
            }
            Advice::NearMiss { name, is_name_right: false, .. } => {
                let sentence = format!("Did you mean {name}? Use exactly this name in {idp}:");
                (sentence, Some(name))
            }
            Advice::NeedsUrn(urn) => {
                let sentence =
                    format!("To keep it, give it a namespace of your own in {idp}, such as:");
                (sentence, Some(urn))
            }
            Advice::IsObject => {
                (format!("Rollcall cannot keep an object. Map its parts in {idp}."), None)
            }
            Advice::CorrectMapping => (format!("Correct the mapping in {idp}."), None),
        };
        Self { sentence, copy: copy.cloned() }
    }
}

/// The type of a value in words.
trait TypeWords {
    /// Returns the type in words, such as *list of text*.
    fn words(self) -> String;
}

impl TypeWords for JsonShape {
    fn words(self) -> String {
        let kind = match self.kind {
            JsonType::Null => return "no value".to_owned(),
            JsonType::Boolean => "true or false",
            JsonType::Integer => "whole number",
            JsonType::Decimal => "number",
            JsonType::String => "text",
            JsonType::Object => "object",
            JsonType::Mixed => "mixed types",
        };
        match self.multi_valued {
            true => format!("list: {kind}"),
            false => kind.to_owned(),
        }
    }
}
