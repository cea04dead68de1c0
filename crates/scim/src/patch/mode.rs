//! The two ways of writing a value: `add` and `replace`.

/// The effect of a new value on existing values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// New values of a list join the existing values.
    Add,
    /// New values of a list replace the existing values.
    Replace,
}
