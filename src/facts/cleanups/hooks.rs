//! End hooks that nobody calls: misspelt, renamed by the framework, or overridden without `super`.

use oxc_ast::AstKind;
use oxc_ast::ast::{Decorator, Expression, ObjectExpression, ObjectPropertyKind};
use oxc_span::GetSpan;
use strsim::osa_distance;

use super::{CleanupFlaw, Closing, DeadCleanup};
use crate::apis::Lifecycle;
use crate::facts::functions::key_name;
use crate::facts::names::dotted;
use crate::facts::places::SpotRoot;
use crate::facts::reader::{Reader, peel, times_named};
use crate::facts::{ClassId, END_METHODS, FunctionId};

impl<'a> Reader<'a, '_> {
    pub(super) fn note_hooks(&mut self, closings: &[Closing<'a>]) {
        for index in 0..self.facts.classes.len() {
            let class = ClassId(u32::try_from(index).unwrap_or(u32::MAX));
            if let Some(lifecycle) = self.lifecycle_of(class) {
                for (name, function) in self.hooks_of(class) {
                    self.note_hook((&name, function), lifecycle, closings);
                }
            }
            self.note_missing_super(class, closings);
        }
    }

    /// What is known of the framework that calls the hooks of a class or component object.
    pub(crate) fn lifecycle_of(&mut self, id: ClassId) -> Option<&'static Lifecycle> {
        match self.nodes.kind(self.class_nodes[id.0 as usize]) {
            AstKind::Class(class) => {
                let base = self.library_base(id).and_then(|t| self.apis.lifecycle(t));
                base.or_else(|| class.decorators.iter().find_map(|d| Some(self.decorated(d)?.0)))
            }
            AstKind::ObjectExpression(object) if self.is_options(object) => {
                self.apis.type_named("vue.Options").and_then(|t| self.apis.lifecycle(t))
            }
            _ => None,
        }
    }

    /// What a decorator of a library makes of a class, and the options that it is given.
    fn decorated(
        &mut self,
        decorator: &'a Decorator<'a>,
    ) -> Option<(&'static Lifecycle, Option<&'a ObjectExpression<'a>>)> {
        let (callee, options) = match &decorator.expression {
            Expression::CallExpression(call) => {
                let options = call.arguments.iter().find_map(|a| match a.as_expression().map(peel) {
                    Some(Expression::ObjectExpression(object)) => Some(&**object),
                    _ => None,
                });
                (&call.callee, options)
            }
            other => (other, None),
        };
        let spot = self.spot_of(callee)?;
        let SpotRoot::Module(module) = spot.root else { return None };
        let path = dotted(&spot.path)?;
        let of = self.apis.decorator(module, &path)?;
        Some((self.apis.lifecycle(of)?, options))
    }

    /// `@Injectable({ providedIn: 'root' })`: the framework makes one instance, and calls its hooks once.
    pub(crate) fn note_made_once(&mut self, id: ClassId) {
        let AstKind::Class(class) = self.nodes.kind(self.class_nodes[id.0 as usize]) else { return };
        for decorator in &class.decorators {
            let Some((lifecycle, options)) = self.decorated(decorator) else { continue };
            let Some(made) = &lifecycle.made_once else { continue };
            let says = |name: &String| options.is_some_and(|object| has_key(object, name));
            if (made.with.is_empty() || made.with.iter().any(says)) && !made.without.iter().any(says) {
                let hook = |name: &String| lifecycle.end_hooks.iter().chain(&lifecycle.hooks).any(|hook| hook == name);
                let facts = &mut self.facts.classes[id.0 as usize];
                facts.made_once = true;
                facts.called_once = facts.methods.iter().filter(|(name, _)| hook(name)).map(|(_, f)| *f).collect();
            }
        }
    }

    fn hooks_of(&self, class: ClassId) -> Vec<(String, FunctionId)> {
        if let AstKind::ObjectExpression(object) = self.nodes.kind(self.class_nodes[class.0 as usize]) {
            return self.functions_of(object);
        }
        self.facts.classes[class.0 as usize].methods.clone()
    }

    fn functions_of(&self, object: &'a ObjectExpression<'a>) -> Vec<(String, FunctionId)> {
        let named = object.properties.iter().filter_map(|p| match p {
            ObjectPropertyKind::ObjectProperty(p) => Some((key_name(&p.key)?, self.literal_function(&p.value)?)),
            ObjectPropertyKind::SpreadProperty(_) => None,
        });
        named.map(|(name, function)| (name.to_owned(), function)).collect()
    }

    fn note_hook(&mut self, (name, function): (&str, FunctionId), lifecycle: &Lifecycle, closings: &[Closing<'a>]) {
        let renamed = lifecycle.renamed.iter().find(|(old, _)| old == name);
        let right = match (renamed, &lifecycle.renamed_in) {
            (Some((_, new)), Some((_, major))) => Some((CleanupFlaw::Renamed(*major), new.as_str())),
            _ => misspelt(name, lifecycle).map(|right| (CleanupFlaw::Misspelt, right)),
        };
        let Some((flaw, right)) = right else { return };
        let closing =
            self.reached_from(&[function]).into_iter().find_map(|f| self.closings_in(f, closings).next().copied());
        let Some(closing) = closing else { return };
        // Called by its own name it may well be meant.
        if flaw == CleanupFlaw::Misspelt && times_named(self.text, name) > 1 {
            return;
        }
        let node = self.function_nodes[function.0 as usize];
        let opened = self.opened_with(&closing);
        self.facts.dead_cleanups.push(DeadCleanup {
            flaw,
            at: self.head_of_function(node),
            opened,
            function,
            name: name.to_owned(),
            right: right.to_owned(),
            library: lifecycle.renamed_in.as_ref().map_or_else(String::new, |(library, _)| library.clone()),
        });
    }

    /// `user.on(..)` for `user.off(..)`: the registration that the call was to undo.
    fn opened_with(&mut self, closing: &Closing<'a>) -> Option<crate::finding::Span> {
        let thing = self.text_of(closing.thing.span(), 60);
        let same = self.facts.handles.iter().find(|h| h.receiver.as_ref().is_some_and(|r| r.text == thing));
        same.map(|h| h.opened)
    }

    /// `dispose() { clearInterval(this.t) }` over a base whose `dispose` closes other things, without `super.dispose()`.
    fn note_missing_super(&mut self, class: ClassId, closings: &[Closing<'a>]) {
        let facts = &self.facts.classes[class.0 as usize];
        let Some(parent) = facts.parent else { return };
        let base = &self.facts.classes[parent.0 as usize].methods;
        let overridden: Vec<(String, FunctionId, FunctionId)> = facts
            .methods
            .iter()
            .filter(|(name, _)| END_METHODS.contains(&name.as_str()))
            .filter_map(|(name, own)| Some((name.clone(), *own, base.iter().find(|(n, _)| n == name)?.1)))
            .collect();
        for (name, own, base) in overridden {
            if self.names_in(own, "super") {
                continue;
            }
            let (mine, theirs) = (self.reached_from(&[own]), self.reached_from(&[base]));
            let left = theirs
                .iter()
                .filter(|f| !mine.contains(f))
                .find_map(|f| self.closings_in(*f, closings).next().copied());
            let Some(left) = left else { continue };
            // The same thing, closed here once more.
            let thing = self.text_of(left.thing.span(), 60);
            let closed =
                mine.iter().any(|f| self.closings_in(*f, closings).any(|c| self.text_of(c.thing.span(), 60) == thing));
            if !closed {
                let opened = Some(self.span(left.call.span));
                self.dead_cleanup(CleanupFlaw::NoSuper, (self.function_nodes[own.0 as usize], opened), name);
            }
        }
    }
}

/// Whether an object of options has this one; a spread may.
fn has_key(object: &ObjectExpression<'_>, name: &str) -> bool {
    object.properties.iter().any(|property| match property {
        ObjectPropertyKind::ObjectProperty(p) => key_name(&p.key) == Some(name),
        ObjectPropertyKind::SpreadProperty(_) => false,
    })
}

/// The end hook that a name was meant to be.
fn misspelt<'l>(name: &str, lifecycle: &'l Lifecycle) -> Option<&'l str> {
    let known = |n: &str| lifecycle.end_hooks.iter().chain(&lifecycle.hooks).any(|h| h == n);
    if name.len() < 8 || known(name) {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    lifecycle.end_hooks.iter().map(String::as_str).find(|hook| {
        let distance = osa_distance(&lower, &hook.to_ascii_lowercase());
        // Another hook may be nearer.
        let nearer = lifecycle.hooks.iter().any(|h| osa_distance(&lower, &h.to_ascii_lowercase()) < distance);
        distance <= if hook.len() >= 16 { 2 } else { 1 } && !nearer
    })
}
