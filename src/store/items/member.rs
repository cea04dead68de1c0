//! Converts members of groups from and to the attributes of DynamoDB items.

use crate::model::kind::Kind;
use crate::model::member::Member;
use crate::store::dynamodb::error::Error;
use crate::store::dynamodb::port::Item;
use crate::store::dynamodb::transact::text;
use crate::store::record::id_in_key;
use uuid::Uuid;

const TYPE: &str = "type";
const DISPLAY: &str = "display";
/// The attribute with the revision of the group that wrote a row.
pub(in crate::store) const REVISION: &str = "revision";

/// The row of a member in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRow {
    /// The member.
    pub member: Member,
    /// The revision of the group that wrote the row.
    pub revision: u64,
}

impl Member {
    /// The attributes of the member's item, without the keys. A user has no `type`, because nearly all members are
    /// users.
    pub(in crate::store) fn attributes(&self) -> Item {
        let mut item = Item::new();
        if self.kind == Kind::Group {
            item.insert(TYPE.to_owned(), text(self.kind.as_str()));
        }
        item.extend(self.display.as_ref().map(|display| (DISPLAY.to_owned(), text(display))));
        item
    }

    /// Reads the attributes that [`Self::attributes`] wrote.
    ///
    /// # Errors
    /// [`Error::BadItem`] for another `type`.
    pub(in crate::store) fn from_attributes(id: Uuid, item: &Item) -> Result<Self, Error> {
        let attribute = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
        let kind = match attribute(TYPE).map(String::as_str) {
            None => Kind::Employee,
            Some(name) if name == Kind::Group.as_str() => Kind::Group,
            Some(_) => return Err(Error::bad_item("a member of an unknown type")),
        };
        Ok(Self { id, kind, display: attribute(DISPLAY).cloned() })
    }
}

impl MemberRow {
    /// Reads a row.
    ///
    /// # Errors
    /// [`Error::BadItem`] for a row without a revision.
    pub(in crate::store) fn from_item(item: &Item) -> Result<Self, Error> {
        let revision = item.get(REVISION).and_then(|value| value.as_n().ok());
        let revision = revision.and_then(|number| number.parse().ok());
        Ok(Self {
            member: Member::from_attributes(id_in_key(item)?, item)?,
            revision: revision.ok_or_else(|| Error::bad_item("a row without a revision"))?,
        })
    }
}
