//! `rollcall tenant check`. `store/check/violation.rs` has the names of the violations and the advice for each.

use super::actor::ACTOR;
use super::exit::Damaged;
use super::output;
use rollcall::app::App;
use rollcall::directory::tenants::check::Repair;
use rollcall::directory::{Error, TenantId, Violation, Work};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Checks a tenant, repairs it on request, and prints the result. Damage that remains is a failure.
pub async fn run(app: &App, id: &TenantId, repair: bool, json: bool) -> anyhow::Result<()> {
    // The check itself reports a tenant record that cannot be read.
    match app.tenants.get(id).await {
        Ok(_) | Err(Error::Broken(_)) => {}
        Err(other) => return Err(other.into()),
    }
    let directory = app.tenants.directory(id);
    let Repair { repaired, left } = match repair {
        true => directory.integrity().repair(&ACTOR).await?,
        false => Repair { left: directory.integrity().check().await?, ..Repair::default() },
    };
    if json {
        output::print_json(&json!({
            "id": id.as_str(),
            "items": left.items,
            "unfinished": to_map(&left.unfinished),
            "violations": to_json(&left.violations),
            "repaired": to_json(&repaired),
        }))?;
    } else {
        if !repaired.is_empty() {
            output::print("Repaired:")?;
            print_violations(&repaired)?;
            output::print("")?;
        }
        match left.violations.is_empty() {
            true => output::print("No item contradicts another.")?,
            false => print_violations(&left.violations)?,
        }
        print_unfinished(&left.unfinished)?;
    }
    let count = left.violations.len();
    if count == 0 {
        return Ok(());
    }
    let are_repairable = left.violations.iter().any(|violation| violation.is_repairable);
    let rest = match are_repairable && !repair {
        true => {
            ": run the check with --repair, which restores every item that can be derived from the records"
        }
        false => "",
    };
    let violations = if count == 1 { "violation" } else { "violations" };
    Err(Damaged(format!("tenant {id} is damaged, {count} {violations}{rest}")).into())
}

fn to_json(violations: &[Violation]) -> Value {
    let entries = violations.iter().map(|violation| {
        json!({
            "kind": violation.kind.as_str(),
            "id": violation.record,
            "detail": violation.detail,
            "repairable": violation.is_repairable,
            "advice": violation.kind.advice(),
        })
    });
    entries.collect()
}

fn to_map(unfinished: &BTreeMap<Work, usize>) -> Value {
    unfinished.iter().map(|(work, count)| (work.as_str().to_owned(), json!(count))).collect()
}

fn print_violations(violations: &[Violation]) -> anyhow::Result<()> {
    let rows = violations.iter().map(|violation| {
        vec![
            violation.kind.as_str().to_owned(),
            violation.record.map_or_else(|| "-".to_owned(), |id| id.to_string()),
            if violation.is_repairable { "yes" } else { "no" }.to_owned(),
            violation.detail.clone(),
        ]
    });
    output::print_table(&["kind", "id", "repairable", "detail"], rows.collect(), "")?;
    let advice: BTreeSet<(&str, &str)> = violations
        .iter()
        .filter_map(|violation| Some((violation.kind.as_str(), violation.kind.advice()?)))
        .collect();
    for (kind, text) in advice {
        output::print(&format!("\n{kind}: {text}"))?;
    }
    Ok(())
}

fn print_unfinished(unfinished: &BTreeMap<Work, usize>) -> anyhow::Result<()> {
    for (work, count) in unfinished {
        let kind = match work {
            Work::Change => "large changes of members",
            Work::Departure => "departures from groups",
            Work::Deletion => "deletions of groups",
            Work::Erasure => "erasures of employees",
            Work::Expiry => continue,
        };
        output::print(&format!(
            "Unfinished {kind}: {count}. A later request or --repair finishes them."
        ))?;
    }
    Ok(())
}
