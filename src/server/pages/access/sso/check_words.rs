//! The report of a check, in words.

use crate::directory::sso::check::{CheckReport, client_auth_of};
use crate::model::sso::ClientAuth;
use crate::server::pages::words::joined;

/// The result of *Save and check*.
pub(super) struct CheckWords {
    pub(super) is_success: bool,
    /// The sentence: what the identity provider offers, or the problem.
    pub(super) text: String,
    /// Sentences about the configuration that may not work.
    pub(super) warnings: Vec<&'static str>,
}

impl CheckWords {
    /// Describes a report.
    pub(super) fn of(report: &CheckReport) -> Self {
        let warnings = report.warnings.clone();
        match &report.found {
            Err(problem) => Self { is_success: false, text: format!("Saved. {problem}"), warnings },
            Ok((discovery, _)) => {
                let mut offers: Vec<&str> =
                    discovery.id_token_signing_algs.iter().map(|one| one.as_str()).collect();
                offers.extend(client_auth_of(discovery).into_iter().map(proof));
                if discovery.supports_pkce_s256 {
                    offers.push("PKCE");
                }
                if discovery.end_session_endpoint.is_some() {
                    offers.push("sign-out");
                }
                if discovery.back_channel_logout {
                    offers.push("back-channel logout");
                }
                let text =
                    format!("Saved. Found {}. It offers {}.", report.issuer, joined(&offers));
                Self { is_success: true, text, warnings }
            }
        }
    }

    /// Describes a check that the limit of a minute prevented.
    pub(super) fn too_many(most: u64) -> Self {
        let text = format!(
            "Saved, but not checked. A tenant has at most {most} checks and calls to destinations in a minute. \
             Wait a minute, and save again."
        );
        Self { is_success: false, text, warnings: Vec::new() }
    }
}

fn proof(proof: ClientAuth) -> &'static str {
    match proof {
        ClientAuth::Secret => "client secrets",
        ClientAuth::Key => "keys",
        ClientAuth::None => "public clients (method none)",
    }
}
