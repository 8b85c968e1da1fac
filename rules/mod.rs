//! The list of rules and of API tables: a new rule is two lines here.

use crate::rule::Rule;

pub mod promise_never_settles;
pub mod promise_path_unsettled;

/// Every rule, in the order of the documentation.
pub const RULES: &[&Rule] = &[&promise_never_settles::RULE, &promise_path_unsettled::RULE];

/// The built-in tables: file name and text.
pub const TABLES: &[(&str, &str)] = &[];
