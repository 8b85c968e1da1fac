//! The list of rules and of API tables: a new rule is two lines here.

use crate::rule::Rule;

/// Every rule, in the order of the documentation.
pub const RULES: &[&Rule] = &[];

/// The built-in tables: file name and text.
pub const TABLES: &[(&str, &str)] = &[];
