//! Claims and pointers: names, externalIds and addresses lead to their records only.

use super::Checker;
use super::snapshot::{RecordSummary, id_at_end};
use super::violation::{Finding, ViolationKind};
use crate::model::claim::{Claim, MOST_FORMER};
use crate::store::claims::replace_claim_at;
use crate::store::dynamodb::port::Item;
use crate::store::dynamodb::transact::{Condition, Step, text};
use crate::store::keys::{EMAIL_KEY, Key};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

impl<'s> Checker<'s> {
    /// Each visible record holds the claim on its name.
    pub(super) fn check_holders(&self) -> Vec<Finding<'s>> {
        let mut names: BTreeMap<&Key, Vec<Uuid>> = BTreeMap::new();
        for (id, record) in &self.snapshot.visible {
            names.entry(&record.claim).or_default().push(*id);
        }
        let mut findings = Vec::new();
        for (key, ids) in names {
            let claim = self.snapshot.claims.get(key).cloned().unwrap_or_default();
            if let [_, _, ..] = &*ids {
                let others = ids.iter().filter(|id| claim.holder != Some(**id));
                let one = |id: &Uuid| {
                    let detail = format!("the claim on its name names {}", named(claim.holder));
                    Finding::permanent(ViolationKind::NameTwice, Some(*id), detail)
                };
                findings.extend(others.map(one));
                continue;
            }
            let unclaimed = ids.iter().filter(|id| claim.holder != Some(**id));
            findings.extend(unclaimed.map(|id| {
                let after = Claim { holder: Some(*id), former: claim.without(*id).former };
                let detail = format!("the claim on its name names {}", named(claim.holder));
                self.claim_finding(ViolationKind::ClaimMissing, *id, detail, (key, &claim, &after))
            }));
        }
        findings
    }

    /// The claim on the userName names each hidden employee, unless the claim is full.
    pub(super) fn check_former_holders(&self) -> Vec<Finding<'s>> {
        let missing = self.snapshot.hidden.iter().filter_map(|(id, record)| {
            let claim = self.snapshot.claims.get(&record.claim).cloned().unwrap_or_default();
            if claim.former.contains(id) || claim.former.len() >= MOST_FORMER {
                return None;
            }
            // The time of the deletion is unknown. The first former holder returns last.
            let former = [*id].into_iter().chain(claim.former.iter().copied()).collect();
            let after = Claim { former, ..claim.clone() };
            let detail = "the claim on its userName does not remember it".to_owned();
            let change = (&record.claim, &claim, &after);
            Some(self.claim_finding(ViolationKind::FormerMissing, *id, detail, change))
        });
        missing.collect()
    }

    /// Each claim only names records with its name.
    pub(super) fn check_claims(&self) -> Vec<Finding<'s>> {
        let mut findings = Vec::new();
        for (key, claim) in &self.snapshot.claims {
            let has_name = |records: &BTreeMap<Uuid, RecordSummary>, id: &Uuid| {
                let record = records.get(id);
                record.is_some_and(|record| record.claim == *key)
                    || self.snapshot.unreadable.contains(id)
            };
            let holder = claim.holder.filter(|id| !has_name(&self.snapshot.visible, id));
            let former = claim.former.iter().filter(|id| !has_name(&self.snapshot.hidden, id));
            let detail = "a claim names it, and it does not have the name";
            let without_holder = Claim { holder: None, ..claim.clone() };
            let without = |id: &Uuid| Claim { holder: claim.holder, ..claim.without(*id) };
            let left = holder.map(|id| (id, without_holder)).into_iter();
            for (id, after) in left.chain(former.map(|id| (*id, without(id)))) {
                let change = (key, claim, &after);
                findings.push(self.claim_finding(
                    ViolationKind::ClaimLeft,
                    id,
                    detail.to_owned(),
                    change,
                ));
            }
        }
        findings
    }

    fn claim_finding(
        &self,
        kind: ViolationKind,
        id: Uuid,
        detail: String,
        (key, before, after): (&Key, &Claim, &Claim),
    ) -> Finding<'s> {
        let mut repair = self.guarded([id]);
        replace_claim_at(&mut repair, Step::Claim, key, before, after);
        Finding::repairable(kind, Some(id), detail, repair)
    }

    /// Each externalId and each further address of a visible record has a pointer, and there is no other pointer.
    pub(super) fn check_pointers(&self) -> Vec<Finding<'s>> {
        let visible = self.snapshot.visible.values();
        let expected: BTreeSet<&Key> = visible.flat_map(|record| &record.pointers).collect();
        let stored: BTreeSet<&Key> = self.snapshot.pointers.iter().collect();
        let mut findings = Vec::new();
        for (key, is_missing) in (expected.difference(&stored).map(|key| (*key, true)))
            .chain(stored.difference(&expected).map(|key| (*key, false)))
        {
            let Some(id) = id_at_end(&key.sort).filter(|id| !self.snapshot.unreadable.contains(id))
            else {
                continue;
            };
            let mut repair = self.guarded([id]);
            let (kind, detail) = match is_missing {
                true => {
                    repair.put(Step::Companion, key.to_item(), Condition::none());
                    (ViolationKind::PointerMissing, "does not lead to it")
                }
                false => {
                    repair.delete(Step::Companion, key, Condition::none());
                    (ViolationKind::PointerLeft, "leads to it, and it does not have the value")
                }
            };
            let detail = format!("a pointer from an externalId or address {detail}");
            findings.push(Finding::repairable(kind, Some(id), detail, repair));
        }
        findings
    }

    /// The index of addresses has the primary address of each visible employee, and no other address.
    pub(super) fn check_email_keys(&self) -> Vec<Finding<'s>> {
        let wrong = self
            .snapshot
            .records()
            .filter(|(_, record)| record.email_key != record.right_email_key);
        let findings = wrong.map(|(id, record)| {
            let mut repair = self.empty();
            let revision = Condition::revision(record.revision);
            let (change, values) = match &record.right_email_key {
                Some(key) => {
                    let value = (":email".to_owned(), text(key.clone()));
                    (format!("SET {EMAIL_KEY} = :email"), [value].into())
                }
                None => (format!("REMOVE {EMAIL_KEY}"), Item::new()),
            };
            repair.update(Step::Record, &record.key, &change, values, revision);
            let detail = "the key of the address index differs from the primary address";
            Finding::repairable(ViolationKind::EmailKeyWrong, Some(id), detail, repair)
        });
        findings.collect()
    }
}

fn named(holder: Option<Uuid>) -> String {
    holder.map_or_else(|| "nobody".to_owned(), |id| id.to_string())
}
