//! The order in which the operations of a bulk request run (RFC 7644 §3.7.1).
//!
//! An operation follows the POSTs that it refers to, and earlier operations on the same path.

use std::collections::{BTreeSet, VecDeque};

/// A step of the operation with this index.
#[derive(Debug, Clone, Copy)]
pub(super) enum Turn {
    /// The operation that the client sent.
    First(usize),
    /// A PATCH that adds the references that the first step left out.
    Second(usize),
}

/// Sorts the operations so that each runs after its predecessors in `follows`. Only POSTs can form a circle.
pub(super) fn in_order(mut follows: Vec<Vec<usize>>) -> VecDeque<Turn> {
    let mut open: BTreeSet<usize> = (0..follows.len()).collect();
    let mut in_parts = Vec::new();
    let mut turns = VecDeque::with_capacity(follows.len());
    loop {
        let mut waiting = follows.iter_mut().enumerate().filter(|(index, _)| open.contains(index));
        let ready = waiting.find_map(|(index, before)| is_over(before, &open).then_some(index));
        let Some(index) = ready.or_else(|| first_of_circle(&follows, &open)) else { return turns };
        open.remove(&index);
        turns.push_back(Turn::First(index));
        if ready.is_none() {
            in_parts.push(index);
        }
        in_parts.retain(|index| {
            let is_over = follows.get_mut(*index).is_none_or(|before| is_over(before, &open));
            if is_over {
                turns.push_back(Turn::Second(*index));
            }
            !is_over
        });
    }
}

/// Whether none of these operations is open. Pops finished operations off the end of `before`.
fn is_over(before: &mut Vec<usize>, open: &BTreeSet<usize>) -> bool {
    while before.pop_if(|index| !open.contains(index)).is_some() {}
    before.is_empty()
}

/// The lowest index in a circle. Every open operation must wait for an open operation. So the last entries of `follows`
/// lead into a circle.
fn first_of_circle(follows: &[Vec<usize>], open: &BTreeSet<usize>) -> Option<usize> {
    let mut at = *open.first()?;
    let mut path = Vec::new();
    loop {
        if let Some(start) = path.iter().position(|passed| *passed == at) {
            return path.into_iter().skip(start).min();
        }
        path.push(at);
        at = *follows.get(at)?.last()?;
    }
}
