//! Splits filter text into tokens with their positions. The lexer decodes JSON strings. It does not know the meaning of
//! words.

use crate::error::{excerpt, quoted};
use crate::{Error, Limits};

/// A token and its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FilterToken<'t> {
    pub(super) kind: TokenKind,
    /// The text as written, with quotes.
    pub(super) raw: &'t str,
    /// The position of the first character, counted in characters from 1.
    pub(super) position: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A path, keyword, operator, number, or any other text without quotes.
    Word,
    /// A JSON string, decoded.
    Text(String),
    OpenParenthesis,
    CloseParenthesis,
    OpenBracket,
    CloseBracket,
}

impl FilterToken<'_> {
    /// The token in the form for an error text: in quotes and shortened.
    pub(super) fn shown(&self) -> String {
        match self.kind {
            TokenKind::Text(_) => excerpt(self.raw),
            _ => quoted(self.raw),
        }
    }
}

/// Splits `text` into tokens. Error texts call the text `subject`.
pub(super) fn tokens<'t>(
    subject: &str,
    text: &'t str,
    limits: &Limits,
) -> Result<Vec<FilterToken<'t>>, Error> {
    let most = limits.filter_bytes;
    if text.len() > most {
        return Err(Error::invalid_filter(format!(
            "{subject}: the text has {} bytes; at most {most} are accepted",
            text.len()
        )));
    }
    let mut tokens = Vec::new();
    let mut position = 1;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (raw, after) = match first {
            '(' | ')' | '[' | ']' => take(rest, 1),
            '"' => take(rest, string_length(rest).ok_or_else(|| unclosed(subject, position))?),
            space if is_space(space) => take(rest, 1),
            _ => take(rest, rest.find(ends_word).unwrap_or(rest.len())),
        };
        let kind = match first {
            '(' => Some(TokenKind::OpenParenthesis),
            ')' => Some(TokenKind::CloseParenthesis),
            '[' => Some(TokenKind::OpenBracket),
            ']' => Some(TokenKind::CloseBracket),
            '"' => Some(TokenKind::Text(decode(subject, raw, position)?)),
            space if is_space(space) => None,
            _ => Some(TokenKind::Word),
        };
        tokens.extend(kind.map(|kind| FilterToken { kind, raw, position }));
        position += raw.chars().count();
        rest = after;
    }
    Ok(tokens)
}

/// Splits `text` after `length` bytes. `length` must be a character boundary or the end of `text`.
fn take(text: &str, length: usize) -> (&str, &str) {
    text.split_at_checked(length).unwrap_or((text, ""))
}

/// The grammar has single spaces only. Clients that build filters from templates also leave line breaks in them.
fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}

fn ends_word(character: char) -> bool {
    is_space(character) || matches!(character, '(' | ')' | '[' | ']' | '"')
}

/// The length in bytes of the string literal at the start of `text`, with both quotes; `None` without a closing quote.
fn string_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (index, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(index + 1),
            _ => {}
        }
    }
    None
}

/// Decodes a string by the rules of JSON, which apply to comparison values (RFC 7644 §3.4.2.2).
fn decode(subject: &str, raw: &str, position: usize) -> Result<String, Error> {
    serde_json::from_str(raw).map_err(|_| {
        Error::invalid_filter(format!(
            "{subject}: the text at character {position} is not a JSON string: {}; \
             a backslash is written \\\\ and a quote \\\"",
            excerpt(raw)
        ))
    })
}

fn unclosed(subject: &str, position: usize) -> Error {
    Error::invalid_filter(format!(
        "{subject}: the text that begins at character {position} has no closing double quote"
    ))
}
