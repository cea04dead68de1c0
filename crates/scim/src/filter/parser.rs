//! Parses tokens into a syntax tree, by the grammar of RFC 7644 §3.4.2.2, Figure 1. The parser knows no schema.
//!
//! Each level of precedence has one function: `or`, `and`, then `not` and grouping. Only an opening parenthesis or
//! bracket recurses deeper. The parser counts them, so no text can overflow the stack.

use super::lexer::{FilterToken, TokenKind, tokens};
use super::{CompareOp, CompareValue, Filter, MAX_NESTING};
use crate::attr_path::AttrPath;
use crate::error::excerpt;
use crate::{Error, Limits};
use std::iter::Peekable;

const TERM: &str = "an attribute name, \"not (\" or \"(\"";
const OPERATOR: &str = "a comparison operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr)";

pub(super) fn parse_filter(text: &str, limits: &Limits) -> Result<Filter, Error> {
    let mut parser = Parser::new("Filter", text, limits)?;
    if parser.peek().is_none() {
        return Err(Error::invalid_filter(
            "Filter: the text is empty; expected a comparison such as userName eq \"ada@example.com\"",
        ));
    }
    let filter = parser.disjunction()?;
    parser.end("\"and\", \"or\" or the end")?;
    Ok(filter)
}

pub(super) fn parse_value_path(
    text: &str,
    limits: &Limits,
) -> Result<(AttrPath, Filter, Option<String>), Error> {
    // RFC 7644 Table 9: `invalidFilter` is for the filter in a path, `invalidPath` for the path around it.
    let around = |error: Error| Error::invalid_path(error.detail);
    let mut parser = Parser::new("Path", text, limits)?;
    let path = parser.attr_path("an attribute name").map_err(around)?;
    let open = parser.expect(&TokenKind::OpenBracket, "\"[\"").map_err(around)?;
    let filter = parser.value_filter(&open)?;
    let sub_attribute = parser.sub_attribute().map_err(around)?;
    parser.end("\".\" with a sub-attribute, or the end").map_err(around)?;
    Ok((path, filter, sub_attribute))
}

struct Parser<'t> {
    /// The name of the text in errors.
    subject: &'static str,
    tokens: Peekable<std::vec::IntoIter<FilterToken<'t>>>,
    /// The last token taken. An error says that the expected token follows it.
    previous: Option<FilterToken<'t>>,
    /// The position after the last character.
    end: usize,
    /// The number of open parentheses and brackets.
    depth: usize,
    in_value_filter: bool,
}

impl<'t> Parser<'t> {
    fn new(subject: &'static str, text: &'t str, limits: &Limits) -> Result<Self, Error> {
        Ok(Self {
            subject,
            tokens: tokens(subject, text, limits)?.into_iter().peekable(),
            previous: None,
            end: text.chars().count() + 1,
            depth: 0,
            in_value_filter: false,
        })
    }

    fn disjunction(&mut self) -> Result<Filter, Error> {
        let mut terms = vec![self.conjunction()?];
        while self.take_keyword("or").is_some() {
            terms.push(self.conjunction()?);
        }
        Ok(Filter::or(terms))
    }

    fn conjunction(&mut self) -> Result<Filter, Error> {
        let mut terms = vec![self.term()?];
        while self.take_keyword("and").is_some() {
            terms.push(self.term()?);
        }
        Ok(Filter::and(terms))
    }

    fn term(&mut self) -> Result<Filter, Error> {
        if self.take_keyword("not").is_some() {
            let open = self.expect(&TokenKind::OpenParenthesis, "\"(\"")?;
            let filter = self.nested(&open, &TokenKind::CloseParenthesis, "\")\"")?;
            return Ok(Filter::Not(Box::new(filter)));
        }
        if let Some(open) = self.take(&TokenKind::OpenParenthesis) {
            return self.nested(&open, &TokenKind::CloseParenthesis, "\")\"");
        }
        let path = self.attr_path(TERM)?;
        match self.take(&TokenKind::OpenBracket) {
            Some(open) => self.value_path(path, &open),
            None => self.comparison(path),
        }
    }

    /// Parses the rest of a value path, after `attrPath "["`.
    fn value_path(&mut self, path: AttrPath, open: &FilterToken<'t>) -> Result<Filter, Error> {
        let filter = self.value_filter(open)?;
        let filter = match self.sub_attribute()? {
            // Entra ID's `emails[type eq "work"].value eq "x"` tests both terms on the same value.
            Some(name) => {
                let path = AttrPath { urn: None, name, sub_attribute: None };
                Filter::and(vec![filter, self.comparison(path)?])
            }
            None => filter,
        };
        Ok(Filter::ValuePath { path, filter: Box::new(filter) })
    }

    /// Parses `valFilter "]"`, after its opening bracket.
    fn value_filter(&mut self, open: &FilterToken<'t>) -> Result<Filter, Error> {
        if self.in_value_filter {
            return Err(self.error(format!(
                "\"[\" at character {} is inside other brackets; a filter in [ ] cannot contain another one",
                open.position
            )));
        }
        self.in_value_filter = true;
        let filter = self.nested(open, &TokenKind::CloseBracket, "\"]\"")?;
        self.in_value_filter = false;
        Ok(filter)
    }

    /// Parses `"." subAttr`, which the lexer returns as one word.
    fn sub_attribute(&mut self) -> Result<Option<String>, Error> {
        let Some(token) = self.take_word(|word| word.starts_with('.')) else { return Ok(None) };
        match token.raw.strip_prefix('.').and_then(AttrPath::parse) {
            Some(AttrPath { urn: None, name, sub_attribute: None }) if !is_reserved(&name) => {
                Ok(Some(name))
            }
            _ => Err(self.error(format!(
                "expected one sub-attribute after \"]\" at character {}, found {}",
                token.position,
                token.shown()
            ))),
        }
    }

    /// Parses `compareOp compValue`, or `pr`.
    fn comparison(&mut self, path: AttrPath) -> Result<Filter, Error> {
        if self.take_keyword("pr").is_some() {
            return Ok(Filter::Present(path));
        }
        let word = self.peek().filter(|token| token.kind == TokenKind::Word);
        let Some(op) = word.and_then(|token| token.raw.parse::<CompareOp>().ok()) else {
            return Err(self.expected(OPERATOR));
        };
        self.advance();
        let value = self.compare_value(op)?;
        Ok(Filter::Compare { path, op, value })
    }

    /// Parses `compValue`. After `eq` a single word may lack its quotes: no other token can stand there.
    fn compare_value(&mut self, op: CompareOp) -> Result<CompareValue, Error> {
        let value = match self.peek() {
            Some(FilterToken { kind: TokenKind::Text(text), .. }) => {
                CompareValue::String(text.clone())
            }
            Some(token) if token.kind == TokenKind::Word => match read_word(token.raw) {
                Some(value) => value,
                None if op == CompareOp::Eq && is_bare_text(token.raw) => {
                    CompareValue::String(token.raw.to_owned())
                }
                None => {
                    let (position, word) = (token.position, excerpt(token.raw));
                    return Err(self.error(format!(
                        "text must be in double quotes: expected true, false, null, a number or text such as \
                         \"ada\" at character {position}, found {word}"
                    )));
                }
            },
            _ => {
                return Err(
                    self.expected("a value (text in double quotes, a number, true, false or null)")
                );
            }
        };
        self.advance();
        Ok(value)
    }

    fn attr_path(&mut self, what: &str) -> Result<AttrPath, Error> {
        let word =
            self.peek().filter(|token| token.kind == TokenKind::Word && !is_reserved(token.raw));
        let Some(path) = word.and_then(|token| AttrPath::parse(token.raw)) else {
            return Err(self.expected(what));
        };
        self.advance();
        Ok(path)
    }

    /// Parses a filter and its closing token, after the opening token.
    fn nested(
        &mut self,
        open: &FilterToken<'t>,
        close: &TokenKind,
        shown: &str,
    ) -> Result<Filter, Error> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return Err(self.error(format!(
                "nested too deeply at character {}; at most {MAX_NESTING} parentheses and brackets may be open",
                open.position
            )));
        }
        let filter = self.disjunction()?;
        self.expect(close, &format!("\"and\", \"or\" or {shown}"))?;
        self.depth -= 1;
        Ok(filter)
    }

    fn end(&mut self, what: &str) -> Result<(), Error> {
        if self.peek().is_some() { Err(self.expected(what)) } else { Ok(()) }
    }

    fn expect(&mut self, kind: &TokenKind, what: &str) -> Result<FilterToken<'t>, Error> {
        match self.take(kind) {
            Some(token) => Ok(token),
            None => Err(self.expected(what)),
        }
    }

    fn peek(&mut self) -> Option<&FilterToken<'t>> {
        self.tokens.peek()
    }

    fn advance(&mut self) {
        self.previous = self.tokens.next();
    }

    fn take(&mut self, kind: &TokenKind) -> Option<FilterToken<'t>> {
        let token = self.tokens.next_if(|token| token.kind == *kind)?;
        self.previous = Some(token.clone());
        Some(token)
    }

    fn take_word(&mut self, is_it: impl FnOnce(&str) -> bool) -> Option<FilterToken<'t>> {
        let token =
            self.tokens.next_if(|token| token.kind == TokenKind::Word && is_it(token.raw))?;
        self.previous = Some(token.clone());
        Some(token)
    }

    fn take_keyword(&mut self, keyword: &str) -> Option<FilterToken<'t>> {
        self.take_word(|word| word.eq_ignore_ascii_case(keyword))
    }

    /// An error that names the expected token and the token found.
    fn expected(&mut self, what: &str) -> Error {
        let (position, found) = match self.tokens.peek() {
            Some(token) => (token.position, token.shown()),
            None => (self.end, "the end".to_owned()),
        };
        let after = match &self.previous {
            Some(token) => format!(" after {}", token.shown()),
            None => String::new(),
        };
        self.error(format!("expected {what}{after} at character {position}, found {found}"))
    }

    fn error(&self, what: String) -> Error {
        Error::invalid_filter(format!("{}: {what}", self.subject))
    }
}

/// Returns whether a word cannot be an attribute name. An attribute with such a name must be written with its URN.
fn is_reserved(word: &str) -> bool {
    ["and", "or", "not"].iter().any(|keyword| keyword.eq_ignore_ascii_case(word))
}

/// Returns whether a word can be text without its quotes. Quotes other than double quotes are excluded: they may or may
/// not belong to the text.
fn is_bare_text(word: &str) -> bool {
    const OTHER_QUOTES: [char; 8] = ['\'', '`', '´', '‘', '’', '“', '”', '„'];
    !is_reserved(word) && !word.starts_with(OTHER_QUOTES)
}

fn read_word(word: &str) -> Option<CompareValue> {
    if word.eq_ignore_ascii_case("true") {
        return Some(CompareValue::Boolean(true));
    }
    if word.eq_ignore_ascii_case("false") {
        return Some(CompareValue::Boolean(false));
    }
    if word.eq_ignore_ascii_case("null") {
        return Some(CompareValue::Null);
    }
    serde_json::from_str(word).ok().map(CompareValue::Number)
}
