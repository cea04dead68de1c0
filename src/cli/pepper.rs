//! `rollcall pepper`.

use super::arguments::Deployment;
use super::arguments::pepper::PepperCommand;
use super::open::Purpose;
use super::{open, output};
use rollcall::directory::destinations::{ResealReport, SecretKind, UnreadableItem};
use serde_json::json;

pub async fn run(
    deployment: &Deployment,
    command: PepperCommand,
    json: bool,
) -> anyhow::Result<()> {
    let app = open::open(deployment, Purpose::Use).await?;
    let PepperCommand::Reseal { check } = command;
    let report = app.destinations.reseal(check).await?;
    match json {
        true => print_json(&report)?,
        false => print(&report, check)?,
    }
    match report.unreadable.len() {
        0 => Ok(()),
        count => anyhow::bail!("{count} secrets are sealed under neither pepper, and are lost"),
    }
}

fn print(report: &ResealReport, check: bool) -> anyhow::Result<()> {
    let rows = [SecretKind::Url, SecretKind::SigningSecret].map(|kind| {
        let of = |counts: &std::collections::BTreeMap<SecretKind, usize>| {
            counts.get(&kind).copied().unwrap_or_default().to_string()
        };
        let unreadable = report.unreadable.iter().filter(|item| item.kind == kind).count();
        vec![name(kind).to_owned(), of(&report.sealed), of(&report.skipped), unreadable.to_string()]
    });
    let sealed = if check { "to seal" } else { "sealed" };
    output::print_table(&["secret", sealed, "current", "lost"], rows.into(), "")?;
    for UnreadableItem { tenant, destination, kind } in &report.unreadable {
        output::print(&format!("Tenant {tenant}, destination {destination}: {kind}."))?;
    }
    Ok(())
}

fn print_json(report: &ResealReport) -> anyhow::Result<()> {
    let counts = |counts: &std::collections::BTreeMap<SecretKind, usize>| {
        let counts = counts.iter().map(|(kind, count)| (key(*kind).to_owned(), json!(count)));
        serde_json::Value::Object(counts.collect())
    };
    let unreadable = report.unreadable.iter().map(|item| {
        json!({
            "tenant": item.tenant.as_str(),
            "destination": item.destination,
            "secret": key(item.kind),
            "advice": item.kind.to_string(),
        })
    });
    output::print_json(&json!({
        "sealed": counts(&report.sealed),
        "skipped": counts(&report.skipped),
        "unreadable": unreadable.collect::<serde_json::Value>(),
    }))
}

fn name(kind: SecretKind) -> &'static str {
    match kind {
        SecretKind::Url => "URL of a destination",
        SecretKind::SigningSecret => "signing secret",
    }
}

fn key(kind: SecretKind) -> &'static str {
    match kind {
        SecretKind::Url => "url",
        SecretKind::SigningSecret => "signingSecret",
    }
}
