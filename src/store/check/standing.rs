//! The index of standings: the keys and the words of each employee follow from the record.

use super::Checker;
use super::violation::{Finding, ViolationKind};
use crate::store::dynamodb::port::Item;
use crate::store::dynamodb::transact::{Condition, Step, text};

impl<'s> Checker<'s> {
    /// The index has each employee at the place and with the words of the record.
    pub(super) fn check_standing(&self) -> Vec<Finding<'s>> {
        let wrong =
            self.snapshot.records().filter(|(_, record)| record.standing != record.right_standing);
        let findings = wrong.map(|(id, record)| {
            let mut repair = self.empty();
            let names = record.right_standing.keys();
            let terms: Vec<String> = names.map(|name| format!("{name} = :{name}")).collect();
            let change = format!("SET {}", terms.join(", "));
            let values = record.right_standing.iter();
            let values: Item =
                values.map(|(name, value)| (format!(":{name}"), text(value.clone()))).collect();
            let revision = Condition::revision(record.revision);
            repair.update(Step::Record, &record.key, &change, values, revision);
            let detail = "the keys or words of the index of standings differ from the record";
            Finding::repairable(ViolationKind::StandingWrong, Some(id), detail, repair)
        });
        findings.collect()
    }
}
