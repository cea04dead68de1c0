//! The groups of the demo.

use super::people::Person;

/// A group of the demo.
#[derive(Debug, Clone, Copy)]
pub struct DemoGroup {
    pub name: &'static str,
    members: Membership,
}

/// The people of a group.
#[derive(Debug, Clone, Copy)]
enum Membership {
    /// The people of a department.
    Department(&'static str),
    /// The people whose title has one of these words.
    Titles(&'static [&'static str]),
    /// One person of this many.
    OneOf(usize),
}

/// All groups.
pub const GROUPS: [DemoGroup; 12] = [
    of_department("Operations"),
    of_department("Warehouse"),
    of_department("Engineering"),
    of_department("Sales"),
    of_department("Customer Care"),
    of_department("Finance"),
    of_department("People"),
    of_department("Legal"),
    DemoGroup {
        name: "Managers",
        members: Membership::Titles(&["VP ", "Chief ", "Lead", "General Counsel"]),
    },
    DemoGroup { name: "First Aid", members: Membership::OneOf(17) },
    DemoGroup { name: "Works Council", members: Membership::OneOf(29) },
    DemoGroup { name: "Company Car", members: Membership::OneOf(23) },
];

const fn of_department(name: &'static str) -> DemoGroup {
    DemoGroup { name, members: Membership::Department(name) }
}

impl DemoGroup {
    /// Whether a person is a member.
    pub fn has(&self, index: usize, person: &Person) -> bool {
        match self.members {
            Membership::Department(department) => person.department == department,
            Membership::Titles(words) => words.iter().any(|word| person.title.contains(word)),
            Membership::OneOf(number) => index % number == 5,
        }
    }
}
