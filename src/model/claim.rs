//! Claims on names. A claim makes a userName or the name of a group unique within a tenant.

use uuid::Uuid;

/// The holder of a name, and the former holders.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claim {
    /// The visible record with this name.
    pub holder: Option<Uuid>,
    /// Hidden employees that had the userName at their deletion, the latest last; at most [`MOST_FORMER`].
    pub former: Vec<Uuid>,
}

/// The most former holders in a claim: as many as one batch reads, and far below the 400 KB of an item.
pub const MOST_FORMER: usize = 100;

impl Claim {
    /// The claim without a record as holder or former holder.
    pub(crate) fn without(&self, id: Uuid) -> Self {
        Self {
            holder: self.holder.filter(|holder| *holder != id),
            former: self.former.iter().copied().filter(|former| *former != id).collect(),
        }
    }

    /// The claim after its holder is hidden: the employee becomes the latest former holder.
    pub(crate) fn given_up_by(&self, id: Uuid) -> Self {
        let mut former = self.without(id).former;
        former.push(id);
        let forgotten = former.len().saturating_sub(MOST_FORMER);
        former.drain(..forgotten);
        Self { holder: None, former }
    }
}
