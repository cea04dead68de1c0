//! Groups for the tenant's administrator: lists, members page by page, and the groups of an employee.
//!
//! All use cases only read, because the identity provider owns groups.

use crate::directory::error::Error;
use crate::directory::groups::Groups;
use crate::directory::groups::unfinished_work::UnfinishedWork;
use crate::directory::lists::admin_list::{ListPage, Walk, begins_a_word, read_id};
use crate::directory::related::relations::GroupOf;
use crate::directory::related::relations::RelatedRecords;
use crate::model::employee::Employee;
use crate::model::group::Group;
use crate::model::id::parse_id;
use crate::model::kind::Kind;
use crate::model::member::Member;
use crate::store::employees::read::Visibility;
use scim::fold::fold;
use std::collections::HashMap;
use uuid::Uuid;

/// A search in the list of groups.
#[derive(Debug, Clone, Copy)]
pub struct GroupSearch<'a> {
    /// The whole name, in any case; empty for all groups.
    pub name: &'a str,
    /// The start of a word of the name, in any case; empty for all groups.
    pub text: &'a str,
    /// The cursor that an earlier page returned.
    pub cursor: Option<&'a str>,
    /// The most rows of a page.
    pub limit: usize,
}

/// A member, with its present name and status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberView {
    /// The member, with the name that the group stores for it.
    pub member: Member,
    /// The employee's present name; `None` for groups, and for employees without a name.
    pub name: Option<String>,
    /// The employee's title; `None` for groups, and for employees without a title.
    pub title: Option<String>,
    /// Whether the employee left; `None` for groups.
    pub archived: Option<bool>,
}

/// A group of an employee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembershipView {
    /// The group's id.
    pub id: Uuid,
    /// The group's name.
    pub name: String,
    /// Whether the employee is a member of the group itself, and not only through other groups.
    pub is_direct: bool,
}

impl Groups<'_> {
    /// Returns a page of groups, in id order.
    ///
    /// # Errors
    /// Fails with [`Error::BadCursor`], or as every call of the store does.
    pub async fn search(self, search: GroupSearch<'_>) -> Result<ListPage<Group>, Error> {
        let wanted = fold(search.text.trim());
        let walk = Walk {
            places: &[Visibility::Visible],
            cursor: search.cursor,
            limit: search.limit,
            all_are_rows: wanted.is_empty(),
        };
        let is_row = |group: &Group| begins_a_word(std::iter::once(group.display_name()), &wanted);
        if !search.name.is_empty() {
            let (_, after) = walk.start()?;
            let mut rows = Vec::from_iter(self.find(search.name).await?);
            rows.retain(|group| is_row(group) && after.is_none_or(|after| group.id > after));
            return Ok(ListPage { rows, next: None });
        }
        let read = |_, after, count| self.0.store.records().list_page::<Group>(after, count);
        walk.page(&self.0.store, read, is_row).await
    }

    /// Finds a group by its name, in any case.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn find(self, name: &str) -> Result<Option<Group>, Error> {
        match self.0.store.claims().get(Kind::Group, name).await?.holder {
            Some(id) => Ok(self.0.store.records().get(id).await?),
            None => Ok(None),
        }
    }

    /// Finds the group that a text names: by id, or by name in any case.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn find_by_any_name(self, text: &str) -> Result<Option<Group>, Error> {
        if let Some(id) = parse_id(text)
            && let Some(group) = self.0.store.records().get(id).await?
        {
            return Ok(Some(group));
        }
        self.find(text).await
    }

    /// Returns a page of a group's members, in id order.
    ///
    /// # Errors
    /// Fails with [`Error::BadCursor`], [`Error::NoGroup`], or as every call of the store does.
    pub async fn members_page(
        self,
        group: &Group,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<ListPage<MemberView>, Error> {
        let after = cursor.map(|cursor| read_id(cursor).ok_or(Error::BadCursor)).transpose()?;
        UnfinishedWork(self.0).settled_for_reading(group.clone()).await?;
        let (members, has_more) = self.0.store.members().list_page(group.id, after, limit).await?;
        let rows = self.view_members(members).await?;
        let last = rows.last().filter(|_| has_more);
        let next = last.map(|row| row.member.id.simple().to_string());
        Ok(ListPage { rows, next })
    }

    /// Adds the present name and status to members, in their order.
    pub(super) async fn view_members(self, members: Vec<Member>) -> Result<Vec<MemberView>, Error> {
        let employees = members.iter().filter(|member| member.kind == Kind::Employee);
        let ids: Vec<Uuid> = employees.map(|member| member.id).collect();
        let employees: Vec<Employee> = self.0.store.records().get_many(&ids).await?;
        let employees: HashMap<Uuid, Employee> =
            employees.into_iter().map(|employee| (employee.id, employee)).collect();
        let views = members.into_iter().map(|member| {
            let employee = employees.get(&member.id);
            MemberView {
                name: employee.and_then(Employee::display_name),
                title: employee.and_then(|employee| employee.text("title")).map(str::to_owned),
                archived: employee.map(Employee::is_archived),
                member,
            }
        });
        Ok(views.collect())
    }

    /// Lists the groups of an employee, as SCIM shows them. Direct groups come first, each part in the order of names.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn groups_of(self, employee: Uuid) -> Result<Vec<MembershipView>, Error> {
        let relations = RelatedRecords(self.0).groups_of(&[employee]).await?;
        let groups = relations.groups_of(employee).into_iter();
        let view = |GroupOf { group, is_direct }| MembershipView {
            id: group.id,
            name: group.display_name().to_owned(),
            is_direct,
        };
        let mut groups: Vec<MembershipView> = groups.map(view).collect();
        groups.sort_by_cached_key(|group| (!group.is_direct, fold(&group.name)));
        Ok(groups)
    }
}
