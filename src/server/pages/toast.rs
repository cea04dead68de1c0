//! The notice about the action just completed. A script shows it as a toast.

use std::borrow::Cow;

/// The notice about a completed action.
#[derive(Debug, Clone)]
pub(super) struct Toast {
    pub(super) text: Cow<'static, str>,
    /// The form that takes the action back.
    pub(super) undo: Option<Undo>,
}

/// A form that takes an action back.
#[derive(Debug, Clone)]
pub(super) struct Undo {
    /// The path of the form, below the root.
    pub(super) action: String,
    /// The hidden fields. They name the old value and the revision that the action made, so a later change stays.
    pub(super) fields: Vec<(&'static str, String)>,
    /// The text of the button.
    pub(super) label: &'static str,
}

impl Toast {
    /// Returns a notice without a way back.
    pub(super) fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self { text: text.into(), undo: None }
    }

    /// Returns the notice of a completed action. Only these texts can appear on a page, never text of the query.
    pub(super) fn of_action(name: &str) -> Option<Self> {
        let text = match name {
            "saved" => "Saved. The new values apply now.",
            "declared" => "The attribute is added. It is in effect within a minute.",
            "undeclared" => "The attribute is removed. It is in effect within a minute.",
            "revoked" => "The token is revoked. It stops within a minute.",
            "signed-out" => "You are signed out.",
            "local" => "The values are saved.",
            "recording" => "Recording for 1 hour. Requests appear here within a minute.",
            "recording-stopped" => "The recording is stopped.",
            "erased" => "The employee and the history are erased.",
            "destination-added" => "The destination is added. It starts with the next change.",
            "destination-saved" => "The destination is saved.",
            "destination-paused" => "The destination is paused.",
            "destination-resumed" => "The destination is resumed.",
            "destination-removed" => "The destination is removed.",
            "link-revoked" => "The set-up link is revoked.",
            "link-sessions-ended" => "All link sessions ended.",
            "sso-removed" => {
                "Single sign-on is removed. Administrators sign in with the Admin token."
            }
            "sso-key-made" => "The key is made. Identity providers read it within minutes.",
            "sso-key-used" => "Rollcall signs with the new key now.",
            "sso-only" => "The sign-in page has no token form now.",
            "sso-token" => "The sign-in page has the token form again.",
            "sso-signed-out" => "All administrators with single sign-on are signed out.",
            "employee-signed-out" => "The sessions of this employee are ended.",
            "unlinked" => "The account is unlinked. The next sign-in links it again.",
            _ => return None,
        };
        Some(Self::new(text))
    }
}
