//! The sections of the console, and the links to them.

/// The section of the console that a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Overview,
    Employees,
    Groups,
    Activity,
    Requests,
    Connect,
    Sources,
    Notifications,
    Access,
    /// The list of all sections, for small screens.
    Menu,
}

/// A link to a section.
#[derive(Debug, Clone, Copy)]
pub(super) struct NavLink {
    pub(super) title: &'static str,
    /// The path below the root.
    pub(super) path: &'static str,
    /// The key that follows `g` in the shortcut.
    pub(super) key: char,
    pub(super) is_current: bool,
}

/// The sections for the daily work.
pub(super) const MAIN: [Section; 5] =
    [Section::Overview, Section::Employees, Section::Groups, Section::Activity, Section::Requests];
/// The sections for the set-up.
pub(super) const SETUP: [Section; 4] =
    [Section::Connect, Section::Sources, Section::Notifications, Section::Access];
/// The sections of the bar at the bottom of a small screen. [`Section::Menu`] leads to the others.
const BOTTOM: [Section; 5] =
    [Section::Overview, Section::Employees, Section::Activity, Section::Requests, Section::Menu];

impl Section {
    /// Returns the section of a request's path, such as `/tenants/acme/employees/7`.
    pub(super) fn of_path(path: &str) -> Option<Self> {
        let (_, below) = path.trim_start_matches('/').strip_prefix("tenants/")?.split_once('/')?;
        let first = below.split('/').next()?;
        let is_there = |section: &Self| section.link(Self::Menu).path == first;
        MAIN.into_iter().chain(SETUP).find(|section| !first.is_empty() && is_there(section))
    }

    /// Returns the link to the section, as a page of `current` shows it.
    pub(super) fn link(self, current: Self) -> NavLink {
        let (title, path, key) = match self {
            Self::Overview => ("Overview", "", 'o'),
            Self::Employees => ("Employees", "employees", 'e'),
            Self::Groups => ("Groups", "groups", 'g'),
            Self::Activity => ("Activity", "activity", 'a'),
            Self::Requests => ("Requests", "requests", 'r'),
            Self::Connect => ("Connect", "connect", 'c'),
            Self::Sources => ("Data sources", "sources", 'd'),
            Self::Notifications => ("Notifications", "notifications", 'n'),
            Self::Access => ("Tokens & access", "access", 't'),
            Self::Menu => ("More", "menu", 'm'),
        };
        NavLink { title, path, key, is_current: self == current }
    }

    /// Returns the links of the bottom bar. The section of a page without an own link is marked as *More*.
    pub(super) fn bottom_links(self) -> [NavLink; 5] {
        let current = if BOTTOM.contains(&self) { self } else { Self::Menu };
        BOTTOM.map(|section| section.link(current))
    }

    /// Returns the links that the bottom bar does not show.
    pub(super) fn menu_links(self) -> Vec<NavLink> {
        let all = MAIN.into_iter().chain(SETUP);
        all.filter(|section| !BOTTOM.contains(section)).map(|section| section.link(self)).collect()
    }
}
