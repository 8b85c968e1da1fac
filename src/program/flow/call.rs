//! What a call calls, and who calls a function.

use super::{FunctionRef, Node};
use crate::apis::{Often, RowId, TypeId};

/// A call of a library, as a row describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiCall {
    pub row: RowId,
    /// The type of the receiver, of a method.
    pub of: Option<TypeId>,
    /// The row means a method of this name on whatever receiver: a hint, no knowledge.
    pub by_name: bool,
}

/// How a caller runs the function that it is handed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Runs {
    /// It is called here and now, as often as the caller runs.
    Called,
    /// A callback that runs before the call returns, once or for each element.
    Sync,
    /// A callback that runs at most once, later.
    Later,
    /// A callback that runs each time that something happens.
    Each(Often),
    /// It is handed to a call that nobody knows: never, once or often.
    Perhaps,
}

/// One way in which a function comes to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Caller {
    /// The call, `new`, element, read of a getter or write of a setter.
    pub at: Node,
    pub runs: Runs,
    pub function: FunctionRef,
}
