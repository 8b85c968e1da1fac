//! Components of frameworks: where they begin, and the functions that run when they end.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, Expression, ObjectExpression, ObjectPropertyKind};
use oxc_semantic::NodeId;

use super::OwnerKind;
use crate::apis::Cleanup;
use crate::facts::flow::nodes_within;
use crate::facts::functions::key_name;
use crate::facts::reader::{Reader, last_name, peel};
use crate::facts::sites::May;
use crate::facts::{ClassId, FunctionId};

/// Options by which a Vue component is known.
const OPTIONS: [&str; 10] =
    ["methods", "data", "mounted", "created", "computed", "watch", "props", "components", "setup", "render"];

impl<'a> Reader<'a, '_> {
    /// `useEffect(() => { ..; return cleanup })`, `watchEffect((onCleanup) => ..)`: what runs when the effect ends.
    pub(crate) fn effect_ends(&mut self, function: FunctionId) -> Option<Vec<FunctionId>> {
        let cleanup = self.mounted(function)?.cleanup?;
        let mut ends = match cleanup {
            // What comes in a promise is called by nobody.
            Cleanup::Returned if !self.facts.functions[function.0 as usize].is_async => self.cleanups_of(function),
            Cleanup::Parameter => self.handed_to_parameters(function),
            Cleanup::Returned | Cleanup::Inside => Vec::new(),
        };
        ends.extend(self.handed_to_ends(self.function_nodes[function.0 as usize]));
        Some(ends)
    }

    /// An effect that has no cleanup and runs again whenever what it looks at changes.
    pub(super) fn is_effect_without_end(&mut self, function: FunctionId) -> bool {
        let node = self.function_nodes[function.0 as usize];
        let AstKind::CallExpression(call) = self.nodes.kind(self.outside(node).1) else { return false };
        // `[]`: once for each mount.
        let again = match call.arguments.get(1) {
            Some(Argument::ArrayExpression(list)) => !list.elements.is_empty(),
            Some(_) => false,
            None => last_name(&call.callee) != Some("onMount"),
        };
        again && self.effect_ends(function).is_some_and(|ends| ends.is_empty())
    }

    /// The functions that a function returns, also by name and by condition.
    fn cleanups_of(&mut self, function: FunctionId) -> Vec<FunctionId> {
        let mut ends = Vec::new();
        let mut work: Vec<&'a Expression<'a>> =
            self.returned.get(&function).map_or_else(Vec::new, |r| r.iter().copied().collect());
        while let Some(expr) = work.pop() {
            match peel(expr) {
                Expression::ConditionalExpression(e) => work.extend([&e.consequent, &e.alternate]),
                Expression::LogicalExpression(e) => work.extend([&e.left, &e.right]),
                Expression::CallExpression(call) => {
                    // `return debounced(stop)`, `return listen(..)`: what it gives is not known, what it is handed may run.
                    let arguments = call.arguments.iter().filter_map(Argument::as_expression);
                    ends.extend(arguments.filter_map(|a| self.function_denoted(a)).collect::<Vec<_>>());
                }
                other => ends.extend(self.function_denoted(other)),
            }
        }
        ends
    }

    /// Callbacks of `onUnmounted(..)` and the like inside a function.
    pub(super) fn handed_to_ends(&mut self, node: NodeId) -> Vec<FunctionId> {
        let mut ends = Vec::new();
        for named in self.named_within(node, usize::MAX) {
            let call = named.call;
            if named.may(May::LAST)
                && self.runs_at_the_end(call)
                && let Some(argument) = call.arguments.first().and_then(Argument::as_expression)
            {
                ends.extend(self.function_denoted(argument));
            }
        }
        ends
    }

    /// A component function, hook or option of a component object.
    pub(super) fn component_ends(&mut self, function: FunctionId) -> Option<Vec<FunctionId>> {
        let node = self.function_nodes[function.0 as usize];
        if let Some(object) = self.options_around(node) {
            return (!self.says(object.span, "hook:beforeDestroy")).then(|| self.option_ends(object));
        }
        let name = self.name_of_function(node)?.0;
        let hook = name.strip_prefix("use").is_some_and(|rest| rest.starts_with(char::is_uppercase));
        let part = name.starts_with(char::is_uppercase);
        if !hook && !part && name != "setup" {
            return None;
        }
        let mut ends = self.handed_to_ends(node);
        let mut effects = false;
        for id in nodes_within(self.nodes, node) {
            if let Some(inner) = self.function_of_node.get(&id).copied()
                && let Some(found) = self.effect_ends(inner)
            {
                effects = true;
                ends.extend(found);
            }
        }
        (effects || !ends.is_empty() || (hook && self.is_framework_file())).then_some(ends)
    }

    fn is_framework_file(&self) -> bool {
        ["vue", "react", "preact/hooks", "@vue/composition-api"]
            .iter()
            .any(|m| self.text.contains(&format!("from '{m}'")) || self.text.contains(&format!("from \"{m}\"")))
    }

    /// The script of a component file without an exported object: all of it runs for each instance.
    pub(super) fn script_owner(&mut self) -> Option<(OwnerKind, Vec<FunctionId>, bool)> {
        if !self.is_component_script() {
            return None;
        }
        let ends = self.handed_to_ends(NodeId::ROOT);
        Some((OwnerKind::Component, ends, false))
    }

    pub(crate) fn is_component_script(&self) -> bool {
        let file = self.path.rsplit(['/', '\\']).next().unwrap_or("");
        // `App.vue`: the component that is there as long as the page.
        file.rsplit_once('.').is_some_and(|(name, ending)| matches!(ending, "svelte" | "vue") && name != "App")
            && !self.text.contains("export default")
    }

    /// The object of options that a function is part of: `{ methods: { f() {} }, created() {} }`.
    pub(in crate::facts) fn options_around(&self, function: NodeId) -> Option<&'a ObjectExpression<'a>> {
        let mut at = function;
        for _ in 0..5 {
            let (_, parent) = self.outside(at);
            match self.nodes.kind(parent) {
                AstKind::ObjectProperty(_) => at = parent,
                AstKind::ObjectExpression(object) => {
                    if self.is_options(object) {
                        return Some(object);
                    }
                    at = parent;
                }
                _ => return None,
            }
        }
        None
    }

    /// An object of at least two options of a Vue component.
    pub(crate) fn is_options(&self, object: &ObjectExpression<'_>) -> bool {
        let node = object.node_id.get();
        if let Some(known) = self.options_seen.borrow().get(&node) {
            return *known;
        }
        let is = self.has_options(object);
        self.options_seen.borrow_mut().insert(node, is);
        is
    }

    fn has_options(&self, object: &ObjectExpression<'_>) -> bool {
        let known = object.properties.iter().filter(|p| match p {
            ObjectPropertyKind::ObjectProperty(p) => {
                key_name(&p.key).is_some_and(|k| OPTIONS.contains(&k) || self.ends_options().any(|end| end == k))
            }
            ObjectPropertyKind::SpreadProperty(_) => false,
        });
        known.take(2).count() == 2
    }

    fn option_ends(&self, object: &'a ObjectExpression<'a>) -> Vec<FunctionId> {
        self.ends_options().filter_map(|name| self.option_function(object, name)).collect()
    }

    /// Options that run when a Vue component is over.
    fn ends_options(&self) -> impl Iterator<Item = &'static str> + use<> {
        let lifecycle = self.apis.type_named("vue.Options").and_then(|t| self.apis.lifecycle(t));
        lifecycle.into_iter().flat_map(|l| &l.end_hooks).map(String::as_str)
    }

    pub(super) fn option_function(&self, object: &'a ObjectExpression<'a>, name: &str) -> Option<FunctionId> {
        object.properties.iter().find_map(|p| match p {
            ObjectPropertyKind::ObjectProperty(p) if key_name(&p.key) == Some(name) => self.literal_function(&p.value),
            _ => None,
        })
    }

    /// The method of a component object that `this.name` is.
    pub(in crate::facts) fn option_method(&mut self, callee: &'a Expression<'a>) -> Option<FunctionId> {
        let Expression::StaticMemberExpression(m) = peel(callee) else { return None };
        let Expression::ThisExpression(this) = peel(&m.object) else { return None };
        let home = this.node_id.get();
        let mut at = self.owner_of(home);
        for _ in 0..6 {
            let node = self.function_nodes[at.0 as usize];
            if let Some(object) = self.options_around(node) {
                let methods = object.properties.iter().find_map(|p| match p {
                    ObjectPropertyKind::ObjectProperty(p) if key_name(&p.key) == Some("methods") => {
                        match peel(&p.value) {
                            Expression::ObjectExpression(methods) => Some(methods),
                            _ => None,
                        }
                    }
                    _ => None,
                })?;
                return self.option_function(methods, m.property.name.as_str());
            }
            at = self.facts.functions[at.0 as usize].parent;
        }
        None
    }

    /// `class X extends Component`, `extends HTMLElement`, `@Directive() class X`.
    pub(in crate::facts) fn is_component_class(&mut self, class: ClassId) -> bool {
        let AstKind::Class(node) = self.nodes.kind(self.class_nodes[class.0 as usize]) else { return false };
        // `selector: 'app-root'`: the component that is there as long as the page.
        let root = node.decorators.iter().any(|d| {
            let whole = self.text_of(d.span, 4000);
            ["-root'", "-root\""].iter().any(|end| whole.contains(end))
        });
        !root && self.lifecycle_of(class).is_some_and(|l| !l.lasting)
    }
}
