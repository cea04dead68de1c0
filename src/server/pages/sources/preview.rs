//! Shows the effect of another source, before it is saved.

use super::{AttributeName, PATH, SOURCE, people, read_source, source_name};
use crate::directory::tenants::sources::{Sample, SourcePreview};
use crate::server::error::Answer;
use crate::server::pages::frame::{Frame, Section, show as show_page};
use crate::server::pages::guard::Visitor;
use crate::server::pages::messages::explain;
use crate::server::pages::words::joined;
use crate::server::query::Pairs;
use askama::Template;

#[derive(Template)]
#[template(path = "source_preview.html")]
struct PreviewPage {
    frame: Frame,
    /// The path of the form, below the root.
    action: String,
    source: &'static str,
    question: String,
    /// The button that saves.
    button: String,
    /// The effect, in sentences.
    effect: Vec<String>,
    samples: Vec<Sample>,
    /// The effect on the changed people without a sample, as a sentence; empty without such people.
    rest: String,
}

/// Shows the preview. Without a source in the query, it is the source that is not set.
pub(in crate::server::pages) async fn show(
    visitor: Visitor,
    AttributeName(attribute): AttributeName,
    query: Pairs,
) -> Answer {
    let from_idp = query.get(SOURCE).and_then(read_source);
    let from_idp = from_idp.unwrap_or(!attribute.is_from_idp(visitor.record.settings));
    let preview = visitor.directory.preview_source(attribute, from_idp).await.map_err(explain)?;
    let values = match from_idp {
        true => format!("{}’s values", visitor.idp),
        false => "your own values".to_owned(),
    };
    show_page(&PreviewPage {
        frame: Frame::of(&visitor, Section::Sources),
        action: format!("{PATH}/{}", attribute.name()),
        source: source_name(from_idp),
        question: format!("Use {values} for {}?", attribute.name()),
        button: format!("Use {values}"),
        effect: effect(&preview, visitor.idp),
        rest: rest(&preview),
        samples: preview.samples,
    })
}

/// Returns the effect in sentences.
fn effect(preview: &SourcePreview, idp: &str) -> Vec<String> {
    let SourcePreview { attribute, from_idp, active, changed, losing, .. } = *preview;
    if active == 0 {
        return vec!["There are no active employees yet, so nobody changes.".to_owned()];
    }
    if changed == 0 {
        return vec![format!("Nothing would change for {} who are active.", people(active))];
    }
    let mut sentences = vec![format!("{changed} of {} would change.", active_people(active))];
    if losing > 0 {
        let sender = if from_idp { format!("{idp} sends") } else { "you set".to_owned() };
        sentences.push(format!(
            "{losing} would have no {}, because {sender} none for them.",
            attribute.name()
        ));
    }
    sentences
}

/// Returns the effect on the people without a sample, as a sentence.
fn rest(preview: &SourcePreview) -> String {
    let SourcePreview { changed, losing, ref samples, .. } = *preview;
    let count = |is_loss: bool| samples.iter().filter(|one| one.then.is_none() == is_loss).count();
    let [lost, new] =
        [true, false].map(|is_loss| u64::try_from(count(is_loss)).unwrap_or_default());
    let losing_more = losing.saturating_sub(lost);
    let new_more = changed.saturating_sub(losing).saturating_sub(new);
    let verb = |count: u64, one: &str, many: &str, object: &str| {
        (count > 0)
            .then(|| format!("{count} more {} {object}", if count == 1 { one } else { many }))
    };
    let parts = [
        verb(losing_more, "loses", "lose", "the value"),
        verb(new_more, "gets", "get", "a new value"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { String::new() } else { format!("{}.", joined(&parts)) }
}

fn active_people(count: u64) -> String {
    match count {
        1 => "1 active person".to_owned(),
        count => format!("{count} active people"),
    }
}

#[cfg(test)]
mod tests {
    use super::{effect, rest};
    use crate::directory::GovernedAttribute;
    use crate::directory::tenants::sources::{Sample, SourcePreview};
    use uuid::Uuid;

    #[track_caller]
    fn check(from_idp: bool, [active, changed, losing]: [u64; 3], expected: &str) {
        let attribute = GovernedAttribute::Department;
        let samples = Vec::new();
        let preview = SourcePreview { attribute, from_idp, active, changed, losing, samples };
        assert_eq!(effect(&preview, "Okta").join(" "), expected);
    }

    #[test]
    fn the_effect_is_in_sentences() {
        check(
            true,
            [454, 454, 12],
            "454 of 454 active people would change. 12 would have no department, because Okta sends none for them.",
        );
        check(
            false,
            [454, 3, 1],
            "3 of 454 active people would change. 1 would have no department, because you set none for them.",
        );
        check(true, [1, 1, 0], "1 of 1 active person would change.");
        check(true, [454, 0, 0], "Nothing would change for 454 people who are active.");
        check(true, [0, 0, 0], "There are no active employees yet, so nobody changes.");
    }

    #[test]
    fn the_people_without_a_sample_are_counted_by_their_effect() {
        let attribute = GovernedAttribute::Department;
        let sample = |then: Option<&str>| Sample {
            id: Uuid::nil(),
            name: String::new(),
            now: Some("Sales".to_owned()),
            then: then.map(str::to_owned),
        };
        let new = || sample(Some("Research"));
        for (changed, losing, samples, expected) in [
            (
                190,
                5,
                vec![sample(None), sample(None), sample(None), new(), new()],
                "2 more lose the value and 183 more get a new value.",
            ),
            (7, 1, vec![sample(None), new(), new(), new(), new()], "2 more get a new value."),
            (4, 4, vec![sample(None), sample(None), sample(None)], "1 more loses the value."),
            (1, 0, vec![new()], ""),
        ] {
            let preview =
                SourcePreview { attribute, from_idp: true, active: 200, changed, losing, samples };
            assert_eq!(rest(&preview), expected);
        }
    }
}
