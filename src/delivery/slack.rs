//! Messages for Slack's incoming webhooks.
//!
//! Names come from outside. Only `rich_text` elements of type `text` carry them, because Slack parses nothing in them.

use super::digest::Digest;
use super::message::{MessageContext, ShownSection, build_to_fit};
use serde_json::{Value, json};

/// The maximum number of characters of a message, after it is serialised. Slack refuses messages above about 13,200.
pub const MAX_CHARS: usize = 10_000;

/// Builds the message of a digest.
pub fn digest_message(digest: &Digest, context: MessageContext<'_>) -> Vec<u8> {
    let title = format!("{} in {}", digest.total_in_words(), context.tenant_name());
    let fallback = format!("{title}: {}", digest.counts());
    let build = |sections: &[ShownSection<'_>]| {
        let elements: Vec<Value> = sections.iter().flat_map(|shown| section(*shown)).collect();
        message(&title, &fallback, elements, context)
    };
    build_to_fit(digest, MAX_CHARS, build, utf16_units).into_bytes()
}

/// Builds the message of a test.
pub fn test_message(context: MessageContext<'_>) -> Vec<u8> {
    let title = "Test message from Rollcall";
    let text = format!("Changes in {} will appear in this channel.", context.tenant_name());
    let fallback = format!("{title}. {text}");
    message(title, &fallback, vec![rich_text_section(&text, false)], context).into_bytes()
}

fn message(
    title: &str,
    fallback: &str,
    elements: Vec<Value>,
    context: MessageContext<'_>,
) -> String {
    let mut blocks = vec![
        json!({ "type": "header", "text": { "type": "plain_text", "text": title } }),
        rich_text(elements),
    ];
    let link = context.link().map(|url| {
        let link = json!({ "type": "link", "url": url, "text": "Open in Rollcall" });
        rich_text(vec![json!({ "type": "rich_text_section", "elements": [link] })])
    });
    blocks.extend(link);
    json!({ "text": escaped(fallback), "blocks": blocks }).to_string()
}

fn rich_text(elements: Vec<Value>) -> Value {
    json!({ "type": "rich_text", "elements": elements })
}

/// A heading, and a list when the section has lines.
fn section(shown: ShownSection<'_>) -> Vec<Value> {
    let lines = shown.lines();
    let items: Vec<Value> = lines.iter().map(|line| rich_text_section(line, false)).collect();
    let list = json!({ "type": "rich_text_list", "style": "bullet", "elements": items });
    let mut elements = vec![rich_text_section(&shown.heading(), true)];
    elements.extend((!lines.is_empty()).then_some(list));
    elements
}

fn rich_text_section(text: &str, bold: bool) -> Value {
    let element = if bold {
        json!({ "type": "text", "text": text, "style": { "bold": true } })
    } else {
        json!({ "type": "text", "text": text })
    };
    json!({ "type": "rich_text_section", "elements": [element] })
}

/// Escapes a text for the fallback, in which Slack looks for mentions and links.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The number of UTF-16 units: at least the number of characters. Slack does not say which of them it counts.
fn utf16_units(text: &str) -> usize {
    text.encode_utf16().count()
}
