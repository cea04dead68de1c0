//! `rollcall pepper`.

use super::arguments::Deployment;
use super::arguments::pepper::PepperCommand;
use super::open::Purpose;
use super::{open, output};
use rollcall::directory::reseal::{ResealReport, SealedKind, UnreadableItem};
use serde_json::json;
use std::collections::BTreeMap;

pub async fn run(
    deployment: &Deployment,
    command: PepperCommand,
    json: bool,
) -> anyhow::Result<()> {
    let app = open::open(deployment, Purpose::Use).await?;
    let PepperCommand::Reseal { check } = command;
    let mut report = app.destinations.reseal(check).await?;
    report.add(app.sso.reseal(check).await?);
    match json {
        true => print_json(&report)?,
        false => print(&report, check)?,
    }
    match report.unreadable.len() {
        0 => Ok(()),
        1 => anyhow::bail!("1 secret is sealed under neither pepper, and is lost"),
        count => anyhow::bail!("{count} secrets are sealed under neither pepper, and are lost"),
    }
}

fn print(report: &ResealReport, check: bool) -> anyhow::Result<()> {
    let rows = SealedKind::all().map(|kind| {
        let of = |counts: &BTreeMap<SealedKind, usize>| {
            counts.get(&kind).copied().unwrap_or_default().to_string()
        };
        let unreadable = report.unreadable.iter().filter(|item| item.kind == kind).count();
        vec![name(kind).to_owned(), of(&report.sealed), of(&report.skipped), unreadable.to_string()]
    });
    let sealed = if check { "to seal" } else { "sealed" };
    output::print_table(&["secret", sealed, "current", "lost"], rows.collect(), "")?;
    for UnreadableItem { tenant, destination, kind } in &report.unreadable {
        let item = match destination {
            Some(id) => format!("destination {id}"),
            None => "single sign-on".to_owned(),
        };
        output::print(&format!("Tenant {tenant}, {item}: {kind}."))?;
    }
    Ok(())
}

fn print_json(report: &ResealReport) -> anyhow::Result<()> {
    let counts = |counts: &BTreeMap<SealedKind, usize>| {
        let counts = counts.iter().map(|(kind, count)| (kind.as_str().to_owned(), json!(count)));
        serde_json::Value::Object(counts.collect())
    };
    let unreadable = report.unreadable.iter().map(|item| {
        json!({
            "tenant": item.tenant.as_str(),
            "destination": item.destination,
            "secret": item.kind.as_str(),
            "advice": item.kind.to_string(),
        })
    });
    output::print_json(&json!({
        "sealed": counts(&report.sealed),
        "skipped": counts(&report.skipped),
        "unreadable": unreadable.collect::<serde_json::Value>(),
    }))
}

fn name(kind: SealedKind) -> &'static str {
    match kind {
        SealedKind::Url => "URL of a destination",
        SealedKind::SigningSecret => "signing secret",
        SealedKind::ClientSecret => "client secret",
        SealedKind::ClientKey => "client key",
    }
}
