use crate::Limits;
use crate::ScimType;
use crate::filter::Filter;

#[track_caller]
fn check(text: &str, canonical: &str) {
    let filter =
        Filter::parse(text, &Limits::default()).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(filter.to_string(), canonical);
    assert_eq!(
        Filter::parse(canonical, &Limits::default()),
        Ok(filter),
        "{text} printed and parsed again"
    );
}

/// Checks the error for `text`. `Filter: ` precedes `detail`.
#[track_caller]
fn check_error(text: &str, detail: &str) {
    let error = Filter::parse(text, &Limits::default()).expect_err(text);
    assert_eq!(error.scim_type, ScimType::InvalidFilter);
    assert_eq!(error.detail, format!("Filter: {detail}"), "{text}");
}

/// Prints the tree with parentheses around every group.
fn grouped(filter: &Filter) -> String {
    let joined = |terms: &[Filter], separator: &str| {
        format!("({})", terms.iter().map(grouped).collect::<Vec<_>>().join(separator))
    };
    match filter {
        Filter::And(terms) => joined(terms, " and "),
        Filter::Or(terms) => joined(terms, " or "),
        Filter::Not(filter) => format!("not {}", grouped(filter)),
        Filter::ValuePath { path, filter } => format!("{path}[{}]", grouped(filter)),
        Filter::Present(path) => path.to_string(),
        compare @ Filter::Compare { .. } => compare.to_string(),
    }
}

#[test]
fn grouping_comes_before_not_before_and_before_or() {
    let check = |text: &str, expected: &str| {
        assert_eq!(grouped(&Filter::parse(text, &Limits::default()).unwrap()), expected, "{text}");
    };
    check("a pr or b pr and c pr", "(a or (b and c))");
    check("a pr and b pr or c pr", "((a and b) or c)");
    check("(a pr or b pr) and c pr", "((a or b) and c)");
    check("not (a pr) and b pr", "(not a and b)");
    check("not (a pr) or b pr", "(not a or b)");
    check("not (a pr or b pr) and c pr", "(not (a or b) and c)");
    check("a pr and not (b pr) or c pr", "((a and not b) or c)");
    check("a pr or b pr and c pr or d pr", "(a or (b and c) or d)");
    check("a pr and (b pr and (c pr)) and d pr", "(a and b and c and d)");
    check("a pr or ((b pr or c pr))", "(a or b or c)");
    check("e[a pr or b pr and c pr] and d pr", "(e[(a or (b and c))] and d)");
}

#[test]
fn keywords_and_operators_are_the_same_in_any_case() {
    check("a EQ 1 AND b Pr oR NOT (c Ne nulL)", "a eq 1 and b pr or not (c ne null)");
    check("a eq TRUE and b eq False", "a eq true and b eq false");
    for op in ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"] {
        check(&format!("a {} \"x\"", op.to_uppercase()), &format!("a {op} \"x\""));
    }
}

#[test]
fn attribute_names_stay_as_written() {
    check("userNAME pr", "userNAME pr");
    check("manager.$ref pr", "manager.$ref pr");
    check("urn:a:2.0:User:manager.value pr", "urn:a:2.0:User:manager.value pr");
    check("urn:a:2.0:User:manager[value pr]", "urn:a:2.0:User:manager[value pr]");
    check("android pr or nothing pr", "android pr or nothing pr");
}

#[test]
fn white_space_may_be_left_out_or_added() {
    check("not(a pr)and(b pr)or c eq\"x\"", "not (a pr) and b pr or c eq \"x\"");
    check(" \t a \r\n pr ", "a pr");
    check("e [ a pr ] .b pr", "e[a pr and b pr]");
}

#[test]
fn text_has_the_rules_of_json() {
    check(r#"a eq "O'Mal\"ley\\ \u00e9\/""#, r#"a eq "O'Mal\"ley\\ é/""#);
    check(r#"a eq "\ud83d\ude00""#, r#"a eq "😀""#);
    check(r#"a eq "\n\u0000""#, r#"a eq "\n\u0000""#);
    check(r#"a eq "(x) and [y] or not pr""#, r#"a eq "(x) and [y] or not pr""#);
    check(r#"a eq """#, r#"a eq """#);
}

#[test]
fn numbers_have_the_rules_of_json() {
    check("a eq -1", "a eq -1");
    check("a eq 18446744073709551615", "a eq 18446744073709551615");
    check("a eq 2.5e-1", "a eq 0.25");
    check("a eq 9.007199254740993E15", "a eq 9007199254740992.0");
    for number in ["01", "+1", "1.", ".5", "0x1", "1e", "NaN", "1e999", "1,5"] {
        check(&format!("a eq {number}"), &format!("a eq \"{number}\""));
        let found = format!("character 6, found {number}");
        let error = Filter::parse(&format!("a gt {number}"), &Limits::default()).expect_err(number);
        assert!(error.detail.ends_with(&found), "{}", error.detail);
    }
}

#[test]
fn a_sub_attribute_after_a_value_path_belongs_to_the_same_value() {
    check(r#"emails[type eq "work"].value eq "x""#, r#"emails[type eq "work" and value eq "x"]"#);
    check("emails[a pr and b pr].c pr", "emails[a pr and b pr and c pr]");
    check("emails[a pr or b pr].c ne 1 or d pr", "emails[(a pr or b pr) and c ne 1] or d pr");
}

#[test]
fn what_is_expected_in_place_of_a_term() {
    let term = "expected an attribute name, \"not (\" or \"(\"";
    check_error("(", &format!("{term} after \"(\" at character 2, found the end"));
    check_error("a pr and", &format!("{term} after \"and\" at character 9, found the end"));
    check_error("a pr or or b pr", &format!("{term} after \"or\" at character 9, found \"or\""));
    check_error("or pr", &format!("{term} at character 1, found \"or\""));
    check_error("()", &format!("{term} after \"(\" at character 2, found \")\""));
    check_error("e[]", &format!("{term} after \"[\" at character 3, found \"]\""));
    check_error("\"a\" eq 1", &format!("{term} at character 1, found \"a\""));
    check_error("2a pr", &format!("{term} at character 1, found \"2a\""));
    check_error("http:a pr", &format!("{term} at character 1, found \"http:a\""));
    check_error("größe pr", &format!("{term} at character 1, found \"größe\""));
    check_error("not a pr", "expected \"(\" after \"not\" at character 5, found \"a\"");
}

#[test]
fn what_is_expected_in_place_of_an_operator() {
    let operator =
        "expected a comparison operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr) after";
    check_error(
        "userName equals \"x\"",
        &format!("{operator} \"userName\" at character 10, found \"equals\""),
    );
    check_error("userName", &format!("{operator} \"userName\" at character 9, found the end"));
    check_error("(a) pr", &format!("{operator} \"a\" at character 3, found \")\""));
    check_error("a \"eq\" 1", &format!("{operator} \"a\" at character 3, found \"eq\""));
    check_error("a = 1", &format!("{operator} \"a\" at character 3, found \"=\""));
    check_error("e[a pr].b", &format!("{operator} \".b\" at character 10, found the end"));
}

#[test]
fn what_is_expected_in_place_of_a_value() {
    let value =
        "expected a value (text in double quotes, a number, true, false or null) after \"eq\"";
    check_error("a eq", &format!("{value} at character 5, found the end"));
    check_error("a eq (1)", &format!("{value} at character 6, found \"(\""));
    let quotes = "text must be in double quotes: expected true, false, null, a number or text such as \"ada\"";
    check_error("externalId sw jyoung", &format!("{quotes} at character 15, found jyoung"));
    check_error("externalId eq and", &format!("{quotes} at character 15, found and"));
    check_error("a eq 'x'", &format!("{quotes} at character 6, found 'x'"));
    check_error("a eq “ä”", &format!("{quotes} at character 6, found “ä”"));
}

#[test]
fn a_word_after_eq_is_text() {
    check("userName eq ada", "userName eq \"ada\"");
    check("a EQ ada@x.example and (b eq O'Hara)", "a eq \"ada@x.example\" and b eq \"O'Hara\"");
    check("emails[type eq work].value eq w", "emails[type eq \"work\" and value eq \"w\"]");
    check_error(
        "displayName eq Ada Lovelace",
        "expected \"and\", \"or\" or the end after \"Ada\" at character 20, found \"Lovelace\"",
    );
}

#[test]
fn what_is_expected_after_a_term() {
    check_error(
        "a pr b pr",
        "expected \"and\", \"or\" or the end after \"pr\" at character 6, found \"b\"",
    );
    check_error(
        "a pr)",
        "expected \"and\", \"or\" or the end after \"pr\" at character 5, found \")\"",
    );
    check_error(
        "a eq \"é\"]",
        "expected \"and\", \"or\" or the end after \"é\" at character 9, found \"]\"",
    );
    check_error(
        "(a pr",
        "expected \"and\", \"or\" or \")\" after \"pr\" at character 6, found the end",
    );
    check_error(
        "e[a pr)",
        "expected \"and\", \"or\" or \"]\" after \"pr\" at character 7, found \")\"",
    );
    check_error(
        "(e[a pr)]",
        "expected \"and\", \"or\" or \"]\" after \"pr\" at character 8, found \")\"",
    );
}

#[test]
fn brackets_do_not_nest() {
    check_error(
        "e[a[b pr]]",
        "\"[\" at character 4 is inside other brackets; a filter in [ ] cannot contain another one",
    );
    check("e[a pr] and f[b pr]", "e[a pr] and f[b pr]");
    check_error(
        "e[a pr].b.c pr",
        "expected one sub-attribute after \"]\" at character 8, found \".b.c\"",
    );
    check_error(
        "e[a pr]. pr",
        "expected one sub-attribute after \"]\" at character 8, found \".\"",
    );
    check_error(
        "e[a pr].NOT pr",
        "expected one sub-attribute after \"]\" at character 8, found \".NOT\"",
    );
}

#[test]
fn text_that_is_not_json_is_refused() {
    check_error("a eq \"x", "the text that begins at character 6 has no closing double quote");
    check_error("a eq \"x\\\"", "the text that begins at character 6 has no closing double quote");
    let hint = "a backslash is written \\\\ and a quote \\\"";
    check_error(
        r#"a eq "CORP\jdoe""#,
        &format!("the text at character 6 is not a JSON string: \"CORP\\jdoe\"; {hint}"),
    );
    check_error(
        r#"a eq "\ud83d""#,
        &format!("the text at character 6 is not a JSON string: \"\\ud83d\"; {hint}"),
    );
}

#[test]
fn a_path_of_a_patch_has_three_parts() {
    let check = |text: &str, path: &str, filter: &str, sub_attribute: Option<&str>| {
        let parts = Filter::parse_value_path(text, &Limits::default()).unwrap();
        let parts = (parts.0.to_string(), parts.1.to_string(), parts.2);
        assert_eq!(parts, (path.to_owned(), filter.to_owned(), sub_attribute.map(str::to_owned)));
    };
    check(r#"emails[type eq "work"].value"#, "emails", r#"type eq "work""#, Some("value"));
    check(r#"members[value EQ "7f4b"]"#, "members", r#"value eq "7f4b""#, None);
    check("urn:a:b:c[d pr].$ref", "urn:a:b:c", "d pr", Some("$ref"));
}

#[test]
fn what_is_wrong_around_the_filter_of_a_path_is_an_invalid_path() {
    let check = |text: &str, scim_type: ScimType, detail: &str| {
        let error = Filter::parse_value_path(text, &Limits::default()).expect_err(text);
        assert_eq!((error.scim_type, error.detail.as_str()), (scim_type, detail));
    };
    use ScimType::{InvalidFilter, InvalidPath};
    check("", InvalidPath, "Path: expected an attribute name at character 1, found the end");
    check("a", InvalidPath, "Path: expected \"[\" after \"a\" at character 2, found the end");
    check(
        "a[b pr].c.d",
        InvalidPath,
        "Path: expected one sub-attribute after \"]\" at character 8, found \".c.d\"",
    );
    check(
        "a[b pr].c eq 1",
        InvalidPath,
        "Path: expected \".\" with a sub-attribute, or the end after \".c\" at character 11, found \"eq\"",
    );
    check(
        "a[b px]",
        InvalidFilter,
        "Path: expected a comparison operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr) after \"b\" at character 5, \
         found \"px\"",
    );
}
