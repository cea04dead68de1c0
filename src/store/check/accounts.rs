//! Linked accounts: each belongs to an employee, and holds the claim on its subject.

use super::Checker;
use super::violation::{Finding, ViolationKind};
use crate::store::accounts::held_by;
use crate::store::dynamodb::transact::{Condition, Step};
use crate::store::items::account;
use crate::store::keys;
use uuid::Uuid;

impl<'s> Checker<'s> {
    /// Each account has an employee and the claim on its subject. Each claim has an account.
    ///
    /// The erasure of an employee removes the account after the record. Until then, the account is no violation.
    pub(super) fn check_accounts(&self) -> Vec<Finding<'s>> {
        let snapshot = &self.snapshot;
        let pending = snapshot.pending_erasures();
        let mut findings = Vec::new();
        for (employee, subject) in &snapshot.accounts {
            if snapshot.is_gone(*employee) {
                if !pending.contains(employee) {
                    findings.push(self.account_left(*employee));
                }
                continue;
            }
            match snapshot.subjects.get(subject) {
                Some(holder) if holder == employee => {}
                Some(_) => findings.push(self.held_by_another(*employee)),
                None => findings.push(self.claim_missing(*employee, subject)),
            }
        }
        for (subject, holder) in &snapshot.subjects {
            let has_account = snapshot.accounts.get(holder) == Some(subject);
            if !has_account && !snapshot.unreadable.contains(holder) {
                findings.push(self.claim_left(*holder, subject));
            }
        }
        findings
    }

    /// An account without an employee. The repair removes it, and then the next check finds its claim.
    fn account_left(&self, employee: Uuid) -> Finding<'s> {
        let mut repair = self.guarded([employee]);
        let key = keys::account(&self.part.tenant, employee);
        repair.delete(Step::Companion, &key, Condition::none());
        let detail = "a linked account has no employee";
        Finding::repairable(ViolationKind::AccountLeft, Some(employee), detail, repair)
    }

    /// An account without a claim, so that another employee could take the subject. The repair claims it.
    fn claim_missing(&self, employee: Uuid, subject: &str) -> Finding<'s> {
        let mut repair = self.guarded([employee]);
        let claim = account::claim_item(&self.part.tenant, subject, employee);
        repair.put(Step::Companion, claim, Condition::absent());
        let detail = "a linked account does not hold its subject";
        Finding::repairable(ViolationKind::AccountClaimMissing, Some(employee), detail, repair)
    }

    /// An account whose subject another employee holds. The repair unlinks it: the next sign-in links the right one.
    fn held_by_another(&self, employee: Uuid) -> Finding<'s> {
        let mut repair = self.guarded([employee]);
        let key = keys::account(&self.part.tenant, employee);
        repair.delete(Step::Companion, &key, Condition::none());
        let detail = "another employee holds the subject of a linked account";
        Finding::repairable(ViolationKind::AccountClaimMissing, Some(employee), detail, repair)
    }

    /// A claim without its account.
    fn claim_left(&self, holder: Uuid, subject: &str) -> Finding<'s> {
        let mut repair = self.empty();
        let key = keys::subject(&self.part.tenant, subject);
        repair.delete(Step::Record, &key, held_by(holder));
        let detail = "a claim on a subject has no linked account";
        Finding::repairable(ViolationKind::AccountClaimLeft, Some(holder), detail, repair)
    }
}
