//! The parts that messages to Slack and to Teams share.

use super::digest::{Digest, Section};

/// The maximum number of bytes of a link. Slack refuses links above 3,000 characters.
const MAX_LINK_BYTES: usize = 2_000;

/// The tenant of a message.
#[derive(Debug, Clone, Copy)]
pub struct MessageContext<'a> {
    /// The tenant's name.
    pub tenant: &'a str,
    /// The URL of the tenant's Activity page.
    pub activity_url: &'a str,
}

impl<'a> MessageContext<'a> {
    /// The link of a message; `None` when the services would refuse the URL.
    pub(super) fn link(self) -> Option<&'a str> {
        let is_good = self.activity_url.len() <= MAX_LINK_BYTES
            && (self.activity_url.starts_with("https://")
                || self.activity_url.starts_with("http://"))
            && self.activity_url.bytes().all(|byte| byte.is_ascii_graphic());
        is_good.then_some(self.activity_url)
    }

    /// The tenant's name as text of one line.
    pub(super) fn tenant_name(self) -> String {
        super::plain_text::one_line(self.tenant).unwrap_or_else(|| "Rollcall".to_owned())
    }
}

/// A section, and the number of its lines that a message shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct ShownSection<'a> {
    section: Section<'a>,
    limit: usize,
}

impl<'a> ShownSection<'a> {
    /// The heading: "New employees: 1".
    pub(super) fn heading(self) -> String {
        format!("{}: {}", super::words::heading(self.section.kind), self.section.count)
    }

    /// The lines with names, and the number of changes without a name: "and 470 more".
    pub(super) fn lines(self) -> Vec<String> {
        let names = self.section.lines(self.limit).map(str::to_owned);
        names.chain(self.section.more(self.limit).map(|more| format!("and {more} more"))).collect()
    }
}

/// Builds a message that fits. Drops as few whole lines as possible, each from the longest section.
///
/// `size` measures the message after it is serialised.
pub(super) fn build_to_fit(
    digest: &Digest,
    ceiling: usize,
    build: impl Fn(&[ShownSection<'_>]) -> String,
    size: impl Fn(&str) -> usize,
) -> String {
    let sections = digest.sections();
    let whole = build(&without(&sections, 0));
    if size(&whole) <= ceiling {
        return whole;
    }
    let (mut too_few, mut enough) = (0, sections.iter().map(|section| section.names).sum());
    let mut message = build(&without(&sections, enough));
    while enough - too_few > 1 {
        let drops = too_few.midpoint(enough);
        let candidate = build(&without(&sections, drops));
        if size(&candidate) <= ceiling {
            (enough, message) = (drops, candidate);
        } else {
            too_few = drops;
        }
    }
    message
}

/// The sections after `drops` lines were dropped, one at a time, from the longest section.
fn without<'a>(sections: &[Section<'a>], drops: usize) -> Vec<ShownSection<'a>> {
    let all =
        sections.iter().map(|section| ShownSection { section: *section, limit: section.names });
    let mut shown: Vec<ShownSection<'a>> = all.collect();
    for _ in 0..drops {
        if let Some(longest) = shown.iter_mut().max_by_key(|shown| shown.limit) {
            longest.limit = longest.limit.saturating_sub(1);
        }
    }
    shown
}
