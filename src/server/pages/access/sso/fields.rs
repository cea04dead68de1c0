//! The fields of the configuration: as the page shows them, and as a browser sends them.

use super::problem;
use crate::directory::Directory;
use crate::directory::sso::configuration::{NewSso, SsoView};
use crate::model::sso::{ClientAuth, DEFAULT_HOURS, MOST_NAMED, MatchRule, Preset};
use crate::server::error::ApiError;
use crate::server::pages::form::Problems;
use crate::server::pages::messages::explain;
use crate::server::pages::posted_form::Form;
use crate::server::pages::words::{day_text, read_day};
use secrecy::SecretString;
use uuid::Uuid;

/// The values of the form. The client secret is never among them.
pub(super) struct SsoFields {
    pub(super) issuer: String,
    pub(super) client_id: String,
    client_auth: String,
    pub(super) secret_ends_on: String,
    match_by: String,
    provider: String,
    pub(super) hd: String,
    /// The name of the group.
    pub(super) group: String,
    /// The userNames of the named administrators, one a line.
    pub(super) admins: String,
    pub(super) hours: String,
}

/// An option of a list.
pub(super) struct FieldOption {
    pub(super) value: &'static str,
    pub(super) label: &'static str,
    pub(super) is_selected: bool,
}

impl SsoFields {
    /// Returns the form of a new configuration.
    pub(super) fn new() -> Self {
        let text = String::new;
        Self {
            issuer: text(),
            client_id: text(),
            client_auth: ClientAuth::Key.as_str().to_owned(),
            secret_ends_on: text(),
            match_by: text(),
            provider: text(),
            hd: text(),
            group: text(),
            admins: text(),
            hours: DEFAULT_HOURS.to_string(),
        }
    }

    /// Returns the form of a configuration. Reads the names of the group and of the administrators. An employee who came
    /// back from a deletion is not among them, so a save without the name does not name the employee again.
    pub(super) async fn of(view: &SsoView, directory: &Directory) -> Result<Self, ApiError> {
        let settings = &view.settings;
        let group = match settings.group {
            Some(id) => name_of_group(directory, id).await?,
            None => String::new(),
        };
        let admins = NamedAdmins::read(view, directory).await?;
        let counting = admins.0.iter().filter(|(id, _)| !view.returned.contains(id));
        let admins: Vec<&str> = counting.map(|(_, name)| name.as_str()).collect();
        let ends_on = view.secret.as_ref().and_then(|secret| secret.ends_on);
        Ok(Self {
            issuer: settings.issuer.clone(),
            client_id: settings.client_id.clone(),
            client_auth: settings.client_auth.as_str().to_owned(),
            secret_ends_on: ends_on.map(day_text).unwrap_or_default(),
            match_by: settings.match_by.as_str().to_owned(),
            provider: settings.provider.as_str().to_owned(),
            hd: settings.hd.clone().unwrap_or_default(),
            group,
            admins: admins.join("\n"),
            hours: settings.hours.to_string(),
        })
    }

    /// Returns the form as the administrator sent it.
    pub(super) fn entered(form: &Form) -> Self {
        let text = |name: &str| form.get(name).trim().to_owned();
        Self {
            issuer: text("issuer"),
            client_id: text("clientId"),
            client_auth: text("clientAuth"),
            secret_ends_on: text("secretEndsOn"),
            match_by: text("match"),
            provider: text("provider"),
            hd: text("hd"),
            group: text("group"),
            admins: text("admins"),
            hours: text("hours"),
        }
    }

    /// Returns the configuration that the form asks for. `before` is the saved one, and `secret` is the entered client
    /// secret.
    ///
    /// # Errors
    /// Fails as every call of the store does. Wrong values are the inner error; the directory checks the others.
    pub(super) async fn configuration(
        &self,
        directory: &Directory,
        before: Option<&SsoView>,
        secret: &str,
    ) -> Result<Result<NewSso, Problems>, ApiError> {
        let mut problems = Problems::default();
        let client_auth = ClientAuth::parse(&self.client_auth);
        if client_auth.is_none() {
            problem::add(&mut problems, "clientAuth", "Choose the client authentication");
        }
        let ends_on = Some(self.secret_ends_on.as_str()).filter(|text| !text.is_empty());
        let secret_ends_on = ends_on.and_then(read_day);
        if ends_on.is_some() && secret_ends_on.is_none() {
            problem::add(&mut problems, "secretEndsOn", "Enter a day, such as 2027-11-30");
        }
        let hours = self.hours.parse::<u8>().ok();
        if hours.is_none() {
            problem::add(&mut problems, "hours", "Enter 1 to 24 hours");
        }
        let group = self.find_group(directory, before, &mut problems).await?;
        let admins = self.find_admins(directory, before, &mut problems).await?;
        let (Some(client_auth), Some(hours), true) = (client_auth, hours, problems.is_empty())
        else {
            return Ok(Err(problems));
        };
        Ok(Ok(NewSso {
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            client_auth,
            client_secret: Some(secret).filter(|text| !text.is_empty()).map(SecretString::from),
            // The day of a secret that another authentication replaces.
            secret_ends_on: secret_ends_on.filter(|_| client_auth == ClientAuth::Secret),
            match_by: MatchRule::parse(&self.match_by),
            provider: Preset::parse(&self.provider),
            hd: Some(self.hd.clone()).filter(|text| !text.is_empty()),
            group,
            named_now: admins.clone(),
            admins,
            hours,
            token_sign_in: before.is_none_or(|view| view.settings.token_sign_in),
        }))
    }

    /// Finds the group by its name. A deleted group keeps its id in the field, and an unchanged field keeps the group.
    async fn find_group(
        &self,
        directory: &Directory,
        before: Option<&SsoView>,
        problems: &mut Problems,
    ) -> Result<Option<Uuid>, ApiError> {
        if self.group.is_empty() {
            return Ok(None);
        }
        let saved = before.and_then(|view| view.settings.group);
        if saved.is_some_and(|id| self.group == id.to_string()) {
            return Ok(saved);
        }
        let found = directory.groups().find_by_any_name(&self.group).await.map_err(explain)?;
        if found.is_none() {
            problem::add(problems, "group", "No group has this name. Push the group first");
        }
        Ok(found.map(|group| group.id))
    }

    /// Finds the administrators of the lines. A line of the saved form keeps its employee, so only new lines are looked
    /// up.
    async fn find_admins(
        &self,
        directory: &Directory,
        before: Option<&SsoView>,
        problems: &mut Problems,
    ) -> Result<Vec<Uuid>, ApiError> {
        let saved = match before {
            Some(view) => NamedAdmins::read(view, directory).await?,
            None => NamedAdmins(Vec::new()),
        };
        let lines = self.admins.lines().map(str::trim).filter(|line| !line.is_empty());
        // The directory does not save more names. Each further one would cost a read.
        let lines: Vec<&str> = lines.take(MOST_NAMED + 1).collect();
        let new = lines.iter().filter(|line| saved.find(line).is_none());
        let new: Vec<&str> = new.copied().collect();
        let mut found = directory.people().find_all(&new).await.map_err(explain)?.into_iter();
        let mut ids = Vec::new();
        for line in lines {
            match saved.find(line).or_else(|| found.next().flatten()) {
                Some(id) if ids.contains(&id) => {}
                Some(id) => ids.push(id),
                None => {
                    let text = format!("No employee has the userName “{line}”");
                    problem::add(problems, "admins", &text);
                }
            }
        }
        Ok(ids)
    }

    /// Returns the options of `clientAuth`.
    pub(super) fn proofs(&self) -> Vec<FieldOption> {
        let options = [
            (ClientAuth::Key.as_str(), "Key made by Rollcall"),
            (ClientAuth::Secret.as_str(), "Client secret"),
            (ClientAuth::None.as_str(), "None, PKCE only"),
        ];
        options_of(&options, &self.client_auth)
    }

    /// Returns the options of `match`.
    pub(super) fn matches(&self) -> Vec<FieldOption> {
        let options = [
            ("", "the usual value: oid for Entra ID, otherwise sub"),
            (MatchRule::SubExternalId.as_str(), "externalId = sub (Okta, Google)"),
            (MatchRule::OidExternalId.as_str(), "externalId = oid (Entra ID, objectId mapped)"),
            (
                MatchRule::PreferredUsernameUserName.as_str(),
                "userName = preferred_username (Entra ID, default mapping)",
            ),
            (MatchRule::EmailEmail.as_str(), "email = email, verified (the last choice)"),
        ];
        options_of(&options, &self.match_by)
    }

    /// Returns the options of `provider`.
    pub(super) fn providers(&self) -> Vec<FieldOption> {
        let options = [
            ("", "as the issuer shows"),
            (Preset::Okta.as_str(), "Okta"),
            (Preset::Entra.as_str(), "Microsoft Entra ID"),
            (Preset::Google.as_str(), "Google"),
            (Preset::Other.as_str(), "Another OpenID Connect provider"),
        ];
        options_of(&options, &self.provider)
    }

    /// Whether the first sign-in matches by the name that Entra ID may give to another person later.
    pub(super) fn is_by_user_name(&self) -> bool {
        self.match_by == MatchRule::PreferredUsernameUserName.as_str()
    }
}

fn options_of(options: &[(&'static str, &'static str)], selected: &str) -> Vec<FieldOption> {
    let option = |(value, label): &(&'static str, &'static str)| FieldOption {
        value,
        label,
        is_selected: *value == selected,
    };
    options.iter().map(option).collect()
}

/// The saved administrators, each with the text that the form shows: the userName, or the id of an employee that is
/// deleted or erased. The form sends the texts back, and another employee may have a userName by then.
struct NamedAdmins(Vec<(Uuid, String)>);

impl NamedAdmins {
    async fn read(view: &SsoView, directory: &Directory) -> Result<Self, ApiError> {
        let ids: Vec<Uuid> = view.settings.admins.iter().map(|admin| admin.id).collect();
        let mut names = directory.people().user_names(&ids).await.map_err(explain)?;
        let name = |id: Uuid| (id, names.remove(&id).unwrap_or_else(|| id.to_string()));
        Ok(Self(ids.into_iter().map(name).collect()))
    }

    /// Returns the saved administrator of a line.
    fn find(&self, line: &str) -> Option<Uuid> {
        self.0.iter().find(|(_, name)| name == line).map(|(id, _)| *id)
    }
}

/// Returns the name of a group; its id if the group is deleted.
async fn name_of_group(directory: &Directory, id: Uuid) -> Result<String, ApiError> {
    let text = id.to_string();
    let found = directory.groups().find_by_any_name(&text).await.map_err(explain)?;
    Ok(found.map_or(text, |group| group.display_name().to_owned()))
}
