//! Functions that frameworks run when something appears or is over: whose they are, and how they say their cleanup.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression};
use oxc_span::GetSpan;

use super::callback_in;
use crate::apis::{Cleanup, Often, is_effect_hook};
use crate::facts::FunctionId;
use crate::facts::places::SpotRoot;
use crate::facts::reader::{Reader, last_name};

/// A function that runs when a component appears, or whenever what it looks at changes.
#[derive(Clone, Copy)]
pub(crate) struct Mounted<'a> {
    pub call: &'a CallExpression<'a>,
    /// Absent: it is no effect, and what it opens belongs to the component.
    pub cleanup: Option<Cleanup>,
}

impl<'a> Reader<'a, '_> {
    /// What runs a function at each mount, if something does: the row of the library that the call is imported from, or
    /// the name of a hook of one's own.
    pub(crate) fn mounted(&mut self, function: FunctionId) -> Option<Mounted<'a>> {
        let (child, parent) = self.outside(self.function_nodes[function.0 as usize]);
        let AstKind::CallExpression(call) = self.nodes.kind(parent) else { return None };
        let name = last_name(&call.callee).filter(|name| self.apis.may_be_effect(name))?;
        let span = self.nodes.kind(child).span();
        let index = call.arguments.iter().position(|a| a.span() == span)?;
        let Some(hit) = self.api_of_call(call).filter(|hit| hit.known) else {
            return (index == 0 && is_effect_hook(name)).then_some(Mounted { call, cleanup: Some(Cleanup::Returned) });
        };
        let callback = callback_in(self.apis.row(hit.row), call.arguments.len(), (index, None))?;
        let mounts = callback.cleanup.is_some() || (callback.runs == Some(Often::Mount) && !callback.at_end);
        mounts.then_some(Mounted { call, cleanup: callback.cleanup })
    }

    /// `useEffect(() => ..)`: the function itself, not one inside it.
    pub(crate) fn is_effect(&mut self, function: FunctionId) -> bool {
        self.mounted(function).is_some_and(|mounted| mounted.cleanup.is_some())
    }

    /// Whether a call hands its function to what runs it at the end. A file of the project may hand on such a call, and a
    /// parameter may be one: that something is not undone must be certain.
    pub(crate) fn runs_at_the_end(&mut self, call: &'a CallExpression<'a>) -> bool {
        if let Some(hit) = self.api_of_call(call).filter(|hit| hit.known) {
            return self.apis.row(hit.row).callback.iter().any(|callback| callback.at_end);
        }
        match self.spot_of(&call.callee).map(|spot| spot.root) {
            Some(SpotRoot::Module(module)) => !self.apis.knows_module(module),
            _ => true,
        }
    }

    /// `watchEffect((onCleanup) => onCleanup(stop))`: functions that are handed to a parameter.
    pub(crate) fn handed_to_parameters(&mut self, function: FunctionId) -> Vec<FunctionId> {
        let mut ends = Vec::new();
        for symbol in self.param_symbols(self.function_nodes[function.0 as usize]).into_iter().flatten() {
            let reads: Vec<_> = self.reads_of(symbol).collect();
            for read in reads {
                let (child, parent) = self.outside(read);
                if let AstKind::CallExpression(call) = self.nodes.kind(parent)
                    && call.callee.span() == self.nodes.kind(child).span()
                    && let Some(argument) = call.arguments.first().and_then(Argument::as_expression)
                {
                    ends.extend(self.function_denoted(argument));
                }
            }
        }
        ends
    }

    /// A function of the same library that runs what it is handed at the end, for the help.
    pub(crate) fn end_hook_beside(&mut self, call: &'a CallExpression<'a>) -> String {
        let module = match self.spot_of(&call.callee).map(|spot| spot.root) {
            Some(SpotRoot::Module(module)) => self.apis.end_hook(module),
            _ => None,
        };
        module.unwrap_or_default().to_owned()
    }
}
