//! Subscriptions of components whose source is not known by a row: whether it lives longer than the component.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression, Expression};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

use super::Opener;
use crate::facts::places::SpotRoot;
use crate::facts::reader::{Reader, Type, peel};
use crate::facts::{FunctionKind, Life, TOP};

/// Operators that end the stream of values sooner or later.
const ENDING: [&str; 8] =
    ["take(", "first(", "takeWhile", "untilDestroyed", "takeUntilDestroyed", "until(", "last(", "toPromise"];

/// Methods that hand on a stream that does not end by itself.
const STREAMS: [&str; 8] =
    ["pipe", "asObservable", "select", "valueChanges", "stateChanges", "watch", "observe", "changes"];

impl<'a> Reader<'a, '_> {
    /// `this.service.changes.subscribe(..)` when a component is made: nothing else ends it, and the service stays.
    pub(super) fn is_subscribed_to_more_lasting(&mut self, opener: &Opener<'a>) -> bool {
        let Some(member) = peel(opener.callee).as_member_expression() else { return false };
        if !self.is_at_birth(opener.node) || opener.arguments.is_empty() {
            return false;
        }
        let text = self.text.get(member.object().span().start as usize..member.object().span().end as usize);
        if text.is_none_or(|text| ENDING.iter().any(|word| text.contains(word))) || self.is_taken_until(member.object())
        {
            return false;
        }
        self.outlasts_component(member.object())
    }

    /// `takeUntil(this.gone)` in a chain: it ends when `gone` gives a value, not when it is merely complete.
    fn is_taken_until(&mut self, chain: &'a Expression<'a>) -> bool {
        let node = chain.node_id();
        let calls: Vec<&'a CallExpression<'a>> = self
            .named_within(node, usize::MAX)
            .filter(|named| named.name == "takeUntil")
            .map(|named| named.call)
            .collect();
        calls.into_iter().any(|call| {
            let notifier = call.arguments.first().and_then(Argument::as_expression);
            notifier.is_none_or(|notifier| !self.only_completes(notifier))
        })
    }

    /// A subject of this file of which nothing is ever said but that it is complete.
    fn only_completes(&mut self, notifier: &'a Expression<'a>) -> bool {
        let Some(spot) = self.spot_of(notifier) else { return false };
        let subject =
            matches!(self.type_of(notifier), Some(Type::Library(t)) if self.apis.is_a_named(t, "rxjs.Subject"));
        let mut completes = false;
        for named in self.named_within(NodeId::ROOT, usize::MAX).filter(|_| subject) {
            let Some(member) = peel(&named.call.callee).as_member_expression() else { continue };
            if self.spot_of(member.object()).as_ref() != Some(&spot) {
                continue;
            }
            match named.name {
                "complete" => completes = true,
                "pipe" | "subscribe" | "asObservable" => {}
                _ => return false,
            }
        }
        completes
    }

    /// In the constructor, a hook that runs when the component appears, its script, or its effect.
    fn is_at_birth(&mut self, node: NodeId) -> bool {
        let home = self.owner_of(node);
        if home == TOP || self.is_effect(home) {
            return true;
        }
        let kind = self.facts.functions[home.0 as usize].kind;
        let name = self.name_of_function(self.function_nodes[home.0 as usize]).map_or("", |(name, _)| name);
        matches!(kind, FunctionKind::Constructor | FunctionKind::FieldInit) || crate::facts::MOUNTS.contains(&name)
    }

    fn outlasts_component(&mut self, expr: &'a Expression<'a>) -> bool {
        let mut at = peel(expr);
        // Results of calls may end by themselves: a request does. Those with names of events do not.
        for _ in 0..8 {
            if let Some(Type::Library(t)) = self.type_of(at)
                && let Some(life) = self.apis.type_life(t)
            {
                return life > Life::Component;
            }
            at = match at {
                Expression::CallExpression(call) => {
                    let Some(callee) = peel(&call.callee).as_member_expression() else { return false };
                    let Some(name) = callee.static_property_name() else { return false };
                    let event = name.strip_prefix("on").is_some_and(|rest| rest.starts_with(char::is_uppercase));
                    if !event && !STREAMS.contains(&name) {
                        return false;
                    }
                    peel(callee.object())
                }
                Expression::StaticMemberExpression(m) => match peel(&m.object) {
                    Expression::ThisExpression(this) => {
                        return self.is_injected(this.node_id.get(), m.property.name.as_str());
                    }
                    object => object,
                },
                Expression::Identifier(_) => return self.is_from_outside(at),
                _ => return false,
            };
        }
        false
    }

    /// An import, a value of the module, or a parameter of the constructor.
    fn is_from_outside(&mut self, expr: &'a Expression<'a>) -> bool {
        let Some(spot) = self.spot_of(expr) else { return false };
        match spot.root {
            SpotRoot::Module(_) => true,
            SpotRoot::Symbol(symbol) => {
                let home = self.scope_function(symbol);
                let parameter = matches!(
                    self.nodes.kind(self.scoping.symbol_declaration(symbol)),
                    AstKind::FormalParameter(_) | AstKind::BindingProperty(_)
                );
                let constructor = self.facts.functions[home.0 as usize].kind == FunctionKind::Constructor;
                // In the script of a component, what is exported is handed in.
                let module = home == TOP && (!self.is_component_script() || self.is_exported(symbol));
                let own = parameter && self.is_parameter_provided(symbol);
                module || (parameter && constructor && !own) || self.is_imported(symbol)
            }
            _ => false,
        }
    }

    /// A parameter of the constructor whose type the component provides itself.
    fn is_parameter_provided(&mut self, symbol: oxc_semantic::SymbolId) -> bool {
        let node = self.scoping.symbol_declaration(symbol);
        let AstKind::FormalParameter(p) = self.nodes.kind(node) else { return false };
        let SpotRoot::This(class) = self.this_spot(self.scope_function(symbol)).root else { return false };
        p.type_annotation.as_ref().is_some_and(|t| self.is_provided(class, t.type_annotation.span()))
    }

    fn is_imported(&self, symbol: oxc_semantic::SymbolId) -> bool {
        self.scoping.symbol_flags(symbol).is_import()
    }

    /// A field that the constructor is handed, or that is injected.
    fn is_injected(&mut self, this: NodeId, field: &'a str) -> bool {
        if field == "props" {
            return true;
        }
        let SpotRoot::This(class) = self.this_spot(self.owner_of(this)).root else { return false };
        let values = self.field_values.get(&(class, field)).cloned().unwrap_or_default();
        let given = values.iter().any(|value| match peel(value) {
            Expression::Identifier(_) => self.is_from_outside(value),
            Expression::CallExpression(call) => {
                let injects = matches!(peel(&call.callee), Expression::Identifier(id) if id.name == "inject");
                let token = call.arguments.first().and_then(Argument::as_expression).filter(|_| injects);
                token.is_some_and(|token| !self.is_of_component(token) && !self.is_provided(class, token.span()))
            }
            _ => false,
        });
        given || self.is_parameter_property(class, field)
    }

    /// A token whose values go with the component.
    fn is_of_component(&mut self, token: &'a Expression<'a>) -> bool {
        matches!(self.type_named_by(token), Some(Type::Library(t))
            if self.apis.type_life(t).is_some_and(|life| life <= Life::Component))
    }

    /// `@Component({ providers: [Store] })`: each component has its own.
    fn is_provided(&self, class: crate::facts::ClassId, token: oxc_span::Span) -> bool {
        let AstKind::Class(class) = self.nodes.kind(self.class_nodes[class.0 as usize]) else { return false };
        let name = self.text_of(token, 60);
        class.decorators.iter().any(|decorator| {
            let text = self.text_of(decorator.span, 8000);
            text.split_once("roviders").is_some_and(|(_, rest)| rest.contains(&name))
        })
    }

    /// `constructor(private service: Service)`.
    fn is_parameter_property(&self, id: crate::facts::ClassId, field: &str) -> bool {
        let AstKind::Class(class) = self.nodes.kind(self.class_nodes[id.0 as usize]) else { return false };
        class.body.body.iter().any(|element| match element {
            oxc_ast::ast::ClassElement::MethodDefinition(m) if m.kind.is_constructor() => {
                m.value.params.items.iter().any(|p| {
                    p.accessibility.is_some()
                        && p.pattern.get_identifier_name().is_some_and(|name| name == field)
                        && !p.type_annotation.as_ref().is_some_and(|t| self.is_provided(id, t.type_annotation.span()))
                })
            }
            _ => false,
        })
    }
}
