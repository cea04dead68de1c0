//! Step 1: chooses the identity provider. The choice changes words only.

use super::facts::Facts;
use super::guard::ConnectUser;
use super::page::StepPage;
use super::step::Step;
use crate::directory::precondition::Precondition;
use crate::directory::{Provider, Settings};
use crate::server::context::Services;
use crate::server::error::Answer;
use crate::server::pages::form::Problems;
use crate::server::pages::guard::Form;
use crate::server::pages::messages::explain;
use crate::server::response::redirect;

/// Saves the identity provider, and leads to step 2.
pub(super) async fn save(services: &Services, user: &ConnectUser, form: &Form) -> Answer {
    let Some(provider) = Provider::parse(form.get("provider")) else {
        let facts = Facts::read(services, user).await?;
        let page = StepPage::of(user, &facts, Step::Choose, None).await?;
        return page.with_problems(Problems::one("provider", "Choose one."), "").answer();
    };
    let change = |before| Settings { provider: Some(provider), ..before };
    let none = Precondition::default();
    let saved = services.access.set_settings(&user.tenant, change, &none, &user.actor).await;
    saved.map_err(explain)?;
    Ok(redirect(&user.site.path("connect/2")))
}
