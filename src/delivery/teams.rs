//! Messages for workflows of Teams: an Adaptive Card 1.4.
//!
//! Names come from outside. Only `TextRun`s in a `RichTextBlock` carry them. A `TextBlock` renders Markdown links, so it
//! carries our own words only.

use super::digest::Digest;
use super::message::{MessageContext, ShownSection, build_to_fit};
use serde_json::{Value, json};

/// The maximum number of bytes of a message, after it is serialised. Workflows refused messages above 21 KB.
pub const MAX_BYTES: usize = 16_000;

/// Builds the message of a digest.
pub fn digest_message(digest: &Digest, context: MessageContext<'_>) -> Vec<u8> {
    let title = digest.total_in_words();
    let build = |sections: &[ShownSection<'_>]| {
        message(&title, sections.iter().flat_map(|shown| section(*shown)).collect(), context)
    };
    build_to_fit(digest, MAX_BYTES, build, str::len).into_bytes()
}

/// Builds the message of a test.
pub fn test_message(context: MessageContext<'_>) -> Vec<u8> {
    let text = format!("Changes in {} will appear in this channel.", context.tenant_name());
    message("Test message from Rollcall", vec![line(&text)], context).into_bytes()
}

/// Builds a message. `title` consists of our own words only.
fn message(title: &str, sections: Vec<Value>, context: MessageContext<'_>) -> String {
    let mut body = vec![json!({
        "type": "TextBlock", "size": "Medium", "weight": "Bolder", "wrap": true, "text": title
    })];
    body.extend(sections);
    let mut card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": { "width": "Full" },
        "body": body
    });
    if let (Some(url), Some(card)) = (context.link(), card.as_object_mut()) {
        let action = json!({ "type": "Action.OpenUrl", "title": "Open in Rollcall", "url": url });
        card.insert("actions".to_owned(), json!([action]));
    }
    let attachment = json!({
        "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": null, "content": card
    });
    json!({ "type": "message", "attachments": [attachment] }).to_string()
}

/// A heading and a block for each line.
fn section(shown: ShownSection<'_>) -> Vec<Value> {
    let heading = json!({ "type": "TextRun", "text": shown.heading(), "weight": "Bolder" });
    let mut blocks = vec![json!({ "type": "RichTextBlock", "inlines": [heading] })];
    blocks.extend(shown.lines().iter().map(|text| line(&format!("• {text}"))));
    blocks
}

fn line(text: &str) -> Value {
    let run = json!({ "type": "TextRun", "text": text });
    json!({ "type": "RichTextBlock", "spacing": "None", "inlines": [run] })
}
