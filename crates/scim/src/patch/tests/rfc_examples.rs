//! All examples of RFC 7644 §3.5.2, in its order.

use super::{check, check_group};
use serde_json::{Value, json};

fn babs() -> Value {
    json!({
        "display": "Babs Jensen",
        "$ref": "https://example.com/v2/Users/2819c223-7f76-453a-919d-413861904646",
        "value": "2819c223-7f76-453a-919d-413861904646"
    })
}

fn james() -> Value {
    json!({
        "display": "James Smith",
        "$ref": "https://example.com/v2/Users/08e1d05d-121c-4561-8b96-473d93df9210",
        "value": "08e1d05d-121c-4561-8b96-473d93df9210"
    })
}

fn home_address() -> Value {
    json!({"type": "home", "streetAddress": "456 Hollywood Blvd", "locality": "Hollywood"})
}

fn old_work_address() -> Value {
    json!({"type": "work", "streetAddress": "1 Old Street", "locality": "Old Town", "primary": true})
}

#[test]
fn section_3_5_2_1_add_a_member_to_a_group() {
    check_group(
        json!({}),
        json!([{"op": "add", "path": "members", "value": [babs()]}]),
        json!({"members": [babs()]}),
    );
}

#[test]
fn section_3_5_2_1_add_one_or_more_attributes_without_a_path() {
    check(
        json!({"emails": [{"value": "bjensen@example.com", "type": "work"}]}),
        json!([{"op": "add", "value": {
            "emails": [{"value": "babs@jensen.org", "type": "home"}],
            "nickname": "Babs"
        }}]),
        json!({
            "emails": [
                {"value": "bjensen@example.com", "type": "work"},
                {"value": "babs@jensen.org", "type": "home"}
            ],
            "nickName": "Babs"
        }),
    );
}

#[test]
fn section_3_5_2_2_remove_all_members_of_a_group() {
    check_group(
        json!({"members": [babs(), james()]}),
        json!([{"op": "remove", "path": "members"}]),
        json!({}),
    );
}

#[test]
fn section_3_5_2_2_remove_a_single_member_of_a_group() {
    check_group(
        json!({"members": [babs(), james()]}),
        json!([{"op": "remove", "path": "members[value eq \"2819c223-7f76-453a-919d-413861904646\"]"}]),
        json!({"members": [james()]}),
    );
}

#[test]
fn section_3_5_2_2_remove_emails_by_a_complex_filter() {
    check(
        json!({"emails": [
            {"value": "bjensen@example.com", "type": "work", "primary": true},
            {"value": "bjensen@example.com", "type": "home"},
            {"value": "babs@jensen.org", "type": "work"}
        ]}),
        json!([{"op": "remove", "path": "emails[type eq \"work\" and value ew \"example.com\"]"}]),
        json!({"emails": [
            {"value": "bjensen@example.com", "type": "home"},
            {"value": "babs@jensen.org", "type": "work"}
        ]}),
    );
}

#[test]
fn section_3_5_2_2_remove_a_member_and_add_another_in_one_request() {
    check_group(
        json!({"members": [babs()]}),
        json!([
            {"op": "remove", "path": "members[value eq \"2819c223-7f76-453a-919d-413861904646\"]"},
            {"op": "add", "path": "members", "value": [james()]}
        ]),
        json!({"members": [james()]}),
    );
}

#[test]
fn section_3_5_2_2_replace_the_members_by_removing_all_and_adding() {
    check_group(
        json!({"members": [{"value": "someone-else"}]}),
        json!([
            {"op": "remove", "path": "members"},
            {"op": "add", "path": "members", "value": [babs(), james()]}
        ]),
        json!({"members": [babs(), james()]}),
    );
}

#[test]
fn section_3_5_2_3_replace_all_members() {
    check_group(
        json!({"members": [{"value": "someone-else"}]}),
        json!([{"op": "replace", "path": "members", "value": [babs(), james()]}]),
        json!({"members": [babs(), james()]}),
    );
}

#[test]
fn section_3_5_2_3_replace_the_whole_work_address() {
    let new = json!({
        "type": "work",
        "streetAddress": "911 Universal City Plaza",
        "locality": "Hollywood",
        "region": "CA",
        "postalCode": "91608",
        "country": "US",
        "formatted": "911 Universal City Plaza\nHollywood, CA 91608 US",
        "primary": true
    });
    check(
        json!({"addresses": [home_address(), old_work_address()]}),
        json!([{"op": "replace", "path": "addresses[type eq \"work\"]", "value": new.clone()}]),
        json!({"addresses": [home_address(), new]}),
    );
}

#[test]
fn section_3_5_2_3_replace_one_part_of_the_work_address() {
    let path = "addresses[type eq \"work\"].streetAddress";
    check(
        json!({"addresses": [home_address(), old_work_address()]}),
        json!([{"op": "replace", "path": path, "value": "1010 Broadway Ave"}]),
        json!({"addresses": [home_address(), {
            "type": "work", "streetAddress": "1010 Broadway Ave", "locality": "Old Town", "primary": true
        }]}),
    );
}

#[test]
fn section_3_5_2_3_replace_attributes_without_a_path() {
    let emails = json!([
        {"value": "bjensen@example.com", "type": "work", "primary": true},
        {"value": "babs@jensen.org", "type": "home"}
    ]);
    check(
        json!({"title": "Tour Guide", "emails": [{"value": "old@example.com", "type": "other"}]}),
        json!([{"op": "replace", "value": {"emails": emails, "nickname": "Babs"}}]),
        json!({"title": "Tour Guide", "emails": emails, "nickName": "Babs"}),
    );
}
