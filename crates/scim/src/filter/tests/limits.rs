use crate::Limits;
use crate::filter::{Filter, MAX_NESTING};

#[track_caller]
fn check_error(text: &str, detail: &str) {
    assert_eq!(
        Filter::parse(text, &Limits::default()).expect_err("refused").detail,
        format!("Filter: {detail}")
    );
}

#[test]
fn an_empty_filter_is_refused() {
    for text in ["", " ", "\r\n\t"] {
        check_error(
            text,
            "the text is empty; expected a comparison such as userName eq \"ada@example.com\"",
        );
    }
}

#[test]
fn a_filter_has_a_longest_length() {
    let of_length = |bytes: usize| format!("userName eq \"{}\"", "a".repeat(bytes - 14));
    assert!(Filter::parse(&of_length(Limits::default().filter_bytes), &Limits::default()).is_ok());
    check_error(&of_length(4097), "the text has 4097 bytes; at most 4096 are accepted");
    check_error(&"é".repeat(2049), "the text has 4098 bytes; at most 4096 are accepted");
    let terms = vec!["a pr"; 10_000].join(" or ");
    check_error(&terms, "the text has 79996 bytes; at most 4096 are accepted");
    let parentheses = format!("{}a pr{}", "(".repeat(10_000), ")".repeat(10_000));
    check_error(&parentheses, "the text has 20004 bytes; at most 4096 are accepted");
    assert!(Filter::parse(&vec!["a pr"; 512].join(" or "), &Limits::default()).is_ok());
}

#[test]
fn parentheses_and_brackets_have_a_deepest_nesting() {
    let too_deep = |position: usize| {
        format!(
            "nested too deeply at character {position}; at most 32 parentheses and brackets may be open"
        )
    };
    let nested =
        |open: &str, depth: usize| format!("{}a pr{}", open.repeat(depth), ")".repeat(depth));
    assert!(Filter::parse(&nested("(", MAX_NESTING), &Limits::default()).is_ok());
    assert!(Filter::parse(&nested("not (", MAX_NESTING), &Limits::default()).is_ok());
    check_error(&nested("(", 33), &too_deep(33));
    check_error(&nested("not (", 33), &too_deep(165));
    check_error(&"(".repeat(4096), &too_deep(33));
    check_error(&"not(".repeat(1024), &too_deep(132));
    let with_brackets = |depth: usize| format!("{}e[a pr]{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Filter::parse(&with_brackets(31), &Limits::default()).is_ok());
    check_error(&with_brackets(32), &too_deep(34));
    assert!(
        Filter::parse(&vec!["(a pr)"; 100].join(" and "), &Limits::default()).is_ok(),
        "beside each other is not deep"
    );
}
