//! The check of step 4: the attributes that arrived.

use super::facts::Facts;
use super::person_card::{PersonCard, SentManager};

/// The check of step 4.
pub(super) struct AttributeCheck {
    pub(super) arrivals: [Arrival; 3],
    pub(super) active: u64,
}

/// An attribute, and the number of active employees with a value of the identity provider.
pub(super) struct Arrival {
    pub(super) name: &'static str,
    pub(super) sent: u64,
    /// The manager of the employee on the card.
    pub(super) manager: Option<SentManager>,
    /// The number of managers that are no employees. Only guests see it, because they see no names.
    pub(super) not_found: usize,
}

impl AttributeCheck {
    /// Builds the check. `not_found` is the number of managers that are no employees.
    pub(super) fn of(facts: &Facts, person: Option<&PersonCard>, not_found: usize) -> Self {
        let counts = &facts.counts;
        let arrival = |name, sent| Arrival { name, sent, manager: None, not_found: 0 };
        Self {
            arrivals: [
                arrival("location", counts.sent_location),
                Arrival {
                    manager: person.and_then(|person| person.manager.clone()),
                    not_found,
                    ..arrival("manager", counts.sent_manager)
                },
                arrival("department", counts.sent_department),
            ],
            active: counts.active,
        }
    }
}
