//! The check of step 4: the attributes that arrived, and those that Rollcall ignored.

use super::facts::Facts;
use super::guard::ConnectUser;
use super::person_card::{PersonCard, SentManager};
use crate::directory::UnknownAttribute;
use crate::directory::tenants::ignored::Advice;
use crate::server::pages::sources::AdviceText;

/// The most ignored attributes that the check shows.
const MOST_IGNORED: usize = 5;

/// The check of step 4.
pub(super) struct AttributeCheck {
    pub(super) arrivals: [Arrival; 3],
    pub(super) active: u64,
    pub(super) ignored: Vec<Ignored>,
}

/// An attribute, and the number of active employees with a value of the identity provider.
pub(super) struct Arrival {
    pub(super) name: &'static str,
    pub(super) sent: u64,
    /// The manager of the employee on the card.
    pub(super) manager: Option<SentManager>,
}

/// An attribute that the identity provider sent, and that Rollcall ignored.
pub(super) struct Ignored {
    pub(super) name: String,
    /// The advice about a name or a namespace that is nearly right.
    pub(super) advice: Option<AdviceText>,
}

impl AttributeCheck {
    /// Builds the check. A guest sees no attribute that last arrived before the day of the link.
    pub(super) fn of(user: &ConnectUser, facts: &Facts, person: Option<&PersonCard>) -> Self {
        let counts = &facts.counts;
        let arrival = |name, sent| Arrival { name, sent, manager: None };
        let first_day = user.link().map(|link| link.created.date().to_string()).unwrap_or_default();
        let unknown = facts.sync.shown_unknown(facts.now);
        let unknown = unknown.filter(|one| one.resource_type == "User" && one.day >= first_day);
        Self {
            arrivals: [
                arrival("location", counts.sent_location),
                Arrival {
                    manager: person.and_then(|person| person.manager.clone()),
                    ..arrival("manager", counts.sent_manager)
                },
                arrival("department", counts.sent_department),
            ],
            active: counts.active,
            ignored: unknown
                .take(MOST_IGNORED)
                .map(|unknown| Ignored::of(user, facts, unknown))
                .collect(),
        }
    }
}

impl Ignored {
    fn of(user: &ConnectUser, facts: &Facts, unknown: &UnknownAttribute) -> Self {
        let advice = user.directory.advice(&facts.tenant, unknown);
        let advice = match &advice {
            Advice::NearMiss { .. } => {
                Some(AdviceText::of(&advice, &unknown.name, facts.tenant.settings.idp()))
            }
            _ => None,
        };
        Self { name: unknown.name.clone(), advice }
    }
}
