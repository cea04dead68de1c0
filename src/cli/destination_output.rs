//! Prints destinations and their deliveries.

use super::output;
use rollcall::directory::destinations::calls::CallOutcome;
use rollcall::directory::destinations::{DestinationView, Digest, Form, LoggedDelivery, Payload};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

/// Prints a destination, and its new signing secret.
pub fn show(
    view: &DestinationView,
    secret: Option<&SecretString>,
    json: bool,
) -> anyhow::Result<()> {
    let secret = secret.map(ExposeSecret::expose_secret);
    if json {
        let mut body = view_json(view);
        if let (Some(secret), Some(body)) = (secret, body.as_object_mut()) {
            body.insert("signingSecret".to_owned(), secret.into());
        }
        return output::print_json(&body);
    }
    let DestinationView { destination, state } = view;
    let mut fields = vec![
        ("Destination", destination.id.to_string()),
        ("Name", destination.name.clone()),
        ("Kind", destination.kind().as_str().to_owned()),
        ("URL", destination.hint.clone()),
        ("Types", destination.types.join(", ")),
    ];
    if !destination.attributes.is_empty() {
        fields.push(("Attributes", destination.attributes.join(", ")));
    }
    match &destination.form {
        Form::Webhook { payload, .. } => fields.push(("Payload", payload.as_str().to_owned())),
        Form::Slack(digest) | Form::Teams(digest) => {
            fields.push(("Message", described(*digest)));
        }
    }
    fields.push(("State", state.status.as_str().to_owned()));
    if let Some(why) = &state.disabled_because {
        fields.push(("Disabled because", why.clone()));
    }
    fields.push(("Position", state.position.to_string()));
    fields.push(("Waiting", state.waiting.to_string()));
    for (name, at) in [
        ("Failing since", state.failing_since),
        ("Next try", state.next_try),
        ("Last success", state.last_success),
    ] {
        fields.extend(at.map(|at| (name, output::instant(at))));
    }
    for secret in destination.secrets() {
        let end = secret.expires.map(|end| format!(", ends on {}", output::instant(end)));
        let text = format!("set on {}{}", output::instant(secret.created), end.unwrap_or_default());
        fields.push(("Signing secret", text));
    }
    if let Some(secret) = secret {
        fields.push(("New secret", secret.to_owned()));
    }
    output::print_record(&fields)?;
    match secret {
        None => Ok(()),
        Some(_) => output::print("\nThe signing secret is shown only once: copy it now."),
    }
}

fn described(digest: Digest) -> String {
    let names = if digest.names { "with names" } else { "with counts only" };
    format!("every {}, day at {}:00 UTC, {names}", digest.every.as_str(), digest.hour)
}

/// Prints destinations as a table.
pub fn print_list(listed: &[DestinationView]) -> anyhow::Result<()> {
    let row = |DestinationView { destination, state }: &DestinationView| {
        vec![
            destination.id.to_string(),
            destination.name.clone(),
            destination.kind().as_str().to_owned(),
            destination.hint.clone(),
            state.status.as_str().to_owned(),
            state.waiting.to_string(),
        ]
    };
    let rows = listed.iter().map(row).collect();
    let header = ["id", "name", "kind", "url", "state", "waiting"];
    output::print_table(&header, rows, "There are no destinations.")
}

/// Formats a destination as JSON, with the names of the API.
pub fn view_json(DestinationView { destination, state }: &DestinationView) -> Value {
    let mut body = json!({
        "id": destination.id,
        "revision": destination.revision,
        "kind": destination.kind().as_str(),
        "name": destination.name,
        "hint": destination.hint,
        "types": destination.types,
        "attributes": destination.attributes,
        "enabled": destination.enabled,
        "state": {
            "status": state.status.as_str(),
            "position": state.position.to_string(),
            "waiting": state.waiting,
            "failingSince": state.failing_since.map(output::instant),
            "nextTry": state.next_try.map(output::instant),
            "lastSuccess": state.last_success.map(output::instant),
            "disabledBecause": state.disabled_because,
        },
    });
    let options = match &destination.form {
        Form::Webhook { payload, .. } => json!({"payload": Payload::as_str(*payload)}),
        Form::Slack(digest) | Form::Teams(digest) => {
            json!({"every": digest.every.as_str(), "hour": digest.hour, "names": digest.names})
        }
    };
    if let (Some(body), Value::Object(options)) = (body.as_object_mut(), options) {
        body.extend(options);
    }
    body
}

/// Formats deliveries as JSON, with the names of the API.
pub fn deliveries_json(rows: &[LoggedDelivery]) -> Value {
    let deliveries = rows.iter().map(|LoggedDelivery { event, delivery }| {
        json!({
            "at": output::instant(delivery.at),
            "event": event,
            "type": delivery.event_type,
            "attempt": delivery.attempt,
            "status": delivery.status,
            "milliseconds": delivery.milliseconds,
            "failure": delivery.failure,
            "says": delivery.says,
            "nextTry": delivery.next_try.map(output::instant),
        })
    });
    deliveries.collect()
}

/// Prints deliveries as a table.
pub fn print_deliveries(rows: &[LoggedDelivery]) -> anyhow::Result<()> {
    let row = |LoggedDelivery { event, delivery }: &LoggedDelivery| {
        let status = delivery.status.map(|status| status.to_string());
        vec![
            output::instant(delivery.at),
            event.clone(),
            delivery.event_type.clone(),
            delivery.attempt.to_string(),
            status.or(delivery.failure.clone()).unwrap_or_else(|| "-".to_owned()),
            delivery.milliseconds.to_string(),
            delivery.next_try.map_or_else(|| "-".to_owned(), output::instant),
        ]
    };
    let header = ["time", "event", "type", "try", "outcome", "ms", "next try"];
    output::print_table(&header, rows.iter().map(row).collect(), "There are no deliveries.")
}

/// Prints the result of a call to a destination.
pub fn print_outcome(outcome: &CallOutcome, json: bool) -> anyhow::Result<()> {
    let CallOutcome { status, milliseconds, failure } = outcome;
    if json {
        let outcome = json!({"status": status, "milliseconds": milliseconds, "failure": failure});
        return output::print_json(&outcome);
    }
    let answer = match (status, failure) {
        (Some(status), _) => status.to_string(),
        (None, failure) => format!("no answer ({})", failure.unwrap_or("failed")),
    };
    output::print(&format!("{answer}, after {milliseconds} ms"))
}
