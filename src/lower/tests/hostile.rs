//! Shapes that nobody writes by hand: linear, and no deeper than the stack.
