//! Who keeps a value and how long.
