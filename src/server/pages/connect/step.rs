//! The five steps of Connect. The address holds the step, and the server knows the steps that are done.

/// A step of Connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// Choose the identity provider.
    Choose,
    /// Create a Secret Token.
    Token,
    /// Paste the Tenant URL and the Secret Token.
    Paste,
    /// Map location, manager and department.
    Map,
    /// Assign one person.
    Assign,
}

/// A link to a step.
#[derive(Debug, Clone, Copy)]
pub(super) struct StepLink {
    pub(super) number: u8,
    pub(super) title: &'static str,
    /// The result of the step, for the summary.
    pub(super) check: &'static str,
    pub(super) is_current: bool,
    pub(super) is_done: bool,
}

impl Step {
    /// All steps, in order.
    pub(super) const ALL: [Self; 5] =
        [Self::Choose, Self::Token, Self::Paste, Self::Map, Self::Assign];

    /// Reads the step in an address, such as `3`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let number: u8 = text.parse().ok()?;
        Self::ALL.into_iter().find(|step| step.number() == number)
    }

    /// The number in the address.
    pub(super) fn number(self) -> u8 {
        match self {
            Self::Choose => 1,
            Self::Token => 2,
            Self::Paste => 3,
            Self::Map => 4,
            Self::Assign => 5,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Choose => "Choose",
            Self::Token => "Create token",
            Self::Paste => "Paste",
            Self::Map => "Map attributes",
            Self::Assign => "Assign one person",
        }
    }

    fn check(self) -> &'static str {
        match self {
            Self::Choose => "Identity provider chosen",
            Self::Token => "Secret Token active",
            Self::Paste => "First request arrived",
            Self::Map => "Location, manager or department arrived",
            Self::Assign => "First employee arrived",
        }
    }

    /// Returns the link to the step.
    pub(super) fn link(self, current: Option<Self>, is_done: bool) -> StepLink {
        StepLink {
            number: self.number(),
            title: self.title(),
            check: self.check(),
            is_current: current == Some(self),
            is_done,
        }
    }
}
