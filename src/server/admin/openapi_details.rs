//! Completes the OpenAPI description: the licence, the problems of each operation, and examples.

use super::openapi_examples::Examples;
use crate::server::problems::ProblemCause;
use http::StatusCode;
use serde_json::{Value, json};
use utoipa::openapi::OpenApi;

/// The licence of Rollcall, as an SPDX expression.
const LICENCE: &str = env!("CARGO_PKG_LICENSE");
/// The name of the response for wrong requests.
const WRONG_REQUEST: &str = "WrongRequest";
/// The content type of problems.
const PROBLEM_JSON: &str = "application/problem+json";

/// Returns the completed description as JSON.
///
/// # Errors
/// Fails if the description cannot be written as JSON, which is a defect.
pub(super) fn complete(document: &OpenApi) -> Result<Value, serde_json::Error> {
    let mut document = serde_json::to_value(document)?;
    if let Some(info) = document.get_mut("info") {
        put(info, "license", json!({"name": LICENCE, "identifier": LICENCE}));
    }
    let text =
        "The request is wrong. The problem names the cause, and the wrong attributes of a body";
    let content = json!({PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}});
    let wrong = json!({"description": text, "content": content});
    if let Some(components) = document.get_mut("components") {
        let mut responses = components.get("responses").cloned().unwrap_or_else(|| json!({}));
        put(&mut responses, WRONG_REQUEST, wrong);
        put(components, "responses", responses);
    }
    let examples = Examples::of(&document);
    if let Some(responses) = document.pointer_mut("/components/responses") {
        for (name, response) in members(responses) {
            let status = if name == WRONG_REQUEST { "4XX" } else { "403" };
            add_examples(response, status, &examples);
        }
    }
    if let Some(paths) = document.get_mut("paths") {
        for (_, methods) in members(paths) {
            for (_, operation) in members(methods) {
                complete_operation(operation, &examples);
            }
        }
    }
    Ok(document)
}

fn complete_operation(operation: &mut Value, examples: &Examples) {
    if let Some(responses) = operation.get_mut("responses") {
        let reference = format!("#/components/responses/{WRONG_REQUEST}");
        put(responses, "4XX", json!({"$ref": reference}));
        for (status, response) in members(responses) {
            add_examples(response, &status, examples);
        }
    }
    if let Some(body) = operation.get_mut("requestBody") {
        add_examples(body, "", examples);
    }
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        if let Some(schema) = parameter.get_mut("schema") {
            forbid_null(schema);
        }
    }
}

/// Adds an example to each JSON content of a response or of a request's body.
fn add_examples(holder: &mut Value, status: &str, examples: &Examples) {
    let Some(content) = holder.get_mut("content") else { return };
    for (media_type, content) in members(content) {
        let is_described = content.get("example").is_some() || content.get("examples").is_some();
        let Some(schema) = content.get("schema").filter(|_| !is_described) else { continue };
        let example = match &*media_type {
            PROBLEM_JSON => problem(status),
            _ => examples.of_schema(schema),
        };
        put(content, "example", example);
    }
}

/// Returns an example of a problem with a status of the description.
fn problem(status: &str) -> Value {
    let number = match status {
        "4XX" => 400,
        "default" => 503,
        number => number.parse().unwrap_or(500),
    };
    let status = StatusCode::from_u16(number).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (cause, detail) = match number {
        400 => (ProblemCause::InvalidBody, "label: expected a string"),
        403 => (ProblemCause::ReadOnlyToken, "This token can only read. Use an admin token."),
        404 => (ProblemCause::NotFound, "There is nothing with this id"),
        _ => (ProblemCause::of_status(status), "Send the request again later"),
    };
    let text = cause.text();
    let mut problem = json!({
        "type": format!("https://rollcall.example/problems/{}", text.name),
        "cause": text.name,
        "title": text.title,
        "status": number,
        "detail": detail,
        "requestId": "0f8fad5b-d9cb-469f-a165-70867728950e",
    });
    if number == 400 {
        put(&mut problem, "errors", json!([{"field": "label", "detail": "expected a string"}]));
    }
    problem
}

/// Takes `null` out of the schema of a parameter. A parameter is absent or has a value.
fn forbid_null(schema: &mut Value) {
    if let Some(types) = schema.get_mut("type").and_then(Value::as_array_mut) {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            put(schema, "type", only);
        }
    }
    if let Some(choices) = schema.get_mut("oneOf").and_then(Value::as_array_mut) {
        choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
        if let [only] = choices.as_slice() {
            *schema = only.clone();
        }
    }
}

fn put(holder: &mut Value, name: &str, value: Value) {
    if let Some(object) = holder.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
}

fn members(holder: &mut Value) -> impl Iterator<Item = (String, &mut Value)> {
    let object = holder.as_object_mut();
    object
        .into_iter()
        .flat_map(|object| object.iter_mut().map(|(name, value)| (name.clone(), value)))
}
