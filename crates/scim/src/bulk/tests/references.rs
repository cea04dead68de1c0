//! References to resources that the same request creates.

use crate::bulk::references;
use serde_json::json;

#[test]
fn references_stand_in_values_urls_and_filters() {
    let mut data = json!({
        "value": "bulkId:a",
        "$ref": "https://example.com/v2/Users/bulkId:a",
        "path": "members[value eq \"bulkId:a\"]",
        "bulkId:a": "see bulkId:a",
    });
    references::visit(&mut data, &mut |name| (name == "a").then(|| "1".to_owned()));
    let expected = json!({
        "value": "1",
        "$ref": "https://example.com/v2/Users/1",
        "path": "members[value eq \"1\"]",
        "bulkId:a": "see bulkId:a",
    });
    assert_eq!(data, expected);
}
