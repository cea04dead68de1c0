//! `rollcall group`.

use super::arguments::Deployment;
use super::arguments::group::GroupCommand;
use super::exit::NotFound;
use super::history::NamedHistory;
use super::open::{self, Purpose, enter};
use super::output;
use super::paging::read_rows;
use rollcall::directory::groups::view::GroupSearch;
use rollcall::directory::{Directory, Group, Member};
use rollcall::model::id::parse_id;
use serde_json::{Value, json};
use uuid::Uuid;

pub async fn run(deployment: &Deployment, command: GroupCommand, json: bool) -> anyhow::Result<()> {
    let app = open::open(deployment, Purpose::Use).await?;
    match command {
        GroupCommand::List { tenant, name, search, limit } => {
            let (_, directory) = enter(&app, &tenant).await?;
            let (name, text) = (name.as_deref().unwrap_or_default(), &*search);
            let read = async |cursor: Option<&str>, limit: usize| {
                directory.groups().search(GroupSearch { name, text, cursor, limit }).await
            };
            list(&read_rows(limit, read).await?, json)?;
        }
        GroupCommand::Show { tenant, group, members, history } => {
            let (_, directory) = enter(&app, &tenant).await?;
            let details = GroupDetails::read(&directory, &group, members, history).await?;
            if json { output::print_json(&details.to_json())? } else { details.print()? }
        }
    }
    Ok(())
}

/// The data of a group that a command shows.
struct GroupDetails {
    id: Uuid,
    /// `None` if the group is deleted.
    group: Option<Group>,
    members: Option<Vec<Member>>,
    history: Option<NamedHistory>,
}

impl GroupDetails {
    async fn read(
        directory: &Directory,
        text: &str,
        with_members: bool,
        with_history: bool,
    ) -> anyhow::Result<Self> {
        let not_found = || NotFound(format!("no group has the id or name {text}"));
        let found = directory.groups().find_by_any_name(text).await?;
        let (id, group, members) = match found {
            Some(group) if with_members => {
                let (group, members) = directory.members().of(group).await?;
                (group.id, Some(group), Some(members))
            }
            Some(group) => (group.id, Some(group), None),
            // The history of a deleted group still exists.
            None => (parse_id(text).filter(|_| with_history).ok_or_else(not_found)?, None, None),
        };
        let history = match with_history {
            true => {
                let entries = directory.history().of_group(id).await?;
                Some(NamedHistory::of(directory, entries).await?)
            }
            false => None,
        };
        Ok(Self { id, group, members, history })
    }

    fn to_json(&self) -> Value {
        let mut shown = match &self.group {
            Some(group) => group_json(group),
            None => json!({"id": self.id, "deleted": true}),
        };
        if let Some(shown) = shown.as_object_mut() {
            let members = self.members.as_ref().map(|members| members.iter().map(member_json));
            shown.extend(members.map(|members| ("members".to_owned(), members.collect())));
            let history = self.history.as_ref().map(NamedHistory::to_json);
            shown.extend(history.map(|history| ("history".to_owned(), history)));
        }
        shown
    }

    fn print(&self) -> anyhow::Result<()> {
        match &self.group {
            Some(group) => output::print_record(&[
                ("Id", group.id.to_string()),
                ("Name", group.display_name().to_owned()),
                ("externalId", group.external_id().unwrap_or("-").to_owned()),
                ("Members", group.member_count.to_string()),
                ("Created", output::instant(group.created)),
                ("Last modified", output::instant(group.last_modified)),
            ])?,
            None => output::print(&format!("Group {} is deleted.", self.id))?,
        }
        if let Some(members) = &self.members {
            let rows = members.iter().map(|member| {
                let name = member.display.clone().unwrap_or_else(|| "-".to_owned());
                vec![member.id.to_string(), member.kind.as_str().to_owned(), name]
            });
            output::print("")?;
            output::print_table(
                &["id", "type", "name"],
                rows.collect(),
                "The group has no members.",
            )?;
        }
        if let Some(history) = &self.history {
            output::print("")?;
            history.print()?;
        }
        Ok(())
    }
}

fn list(groups: &[Group], json: bool) -> anyhow::Result<()> {
    if json {
        return output::print_json(&groups.iter().map(group_json).collect());
    }
    let rows = groups.iter().map(|group| {
        vec![
            group.id.to_string(),
            group.display_name().to_owned(),
            group.external_id().unwrap_or("-").to_owned(),
            group.member_count.to_string(),
        ]
    });
    let header = ["id", "name", "externalId", "members"];
    output::print_table(&header, rows.collect(), "There are no such groups.")
}

fn group_json(group: &Group) -> Value {
    json!({
        "id": group.id,
        "displayName": group.display_name(),
        "externalId": group.external_id(),
        "created": output::instant(group.created),
        "lastModified": output::instant(group.last_modified),
        "memberCount": group.member_count,
    })
}

fn member_json(member: &Member) -> Value {
    json!({"id": member.id, "type": member.kind.as_str(), "display": member.display})
}
