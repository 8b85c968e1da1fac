//! Names of methods and events by which things with a handle come to their end, and openers that need no closing.

use oxc_ast::ast::{Argument, Expression, ObjectPropertyKind, PropertyKey};
use oxc_span::GetSpan;

use super::Opener;
use crate::facts::reader::{Reader, last_name, peel};
use crate::facts::{TOP, What};

/// Methods that end the thing they are called on, whatever it is.
const ENDS: [&str; 32] = [
    "close",
    "closeSync",
    "end",
    "destroy",
    "destroySoon",
    "release",
    "terminate",
    "kill",
    "disconnect",
    "unsubscribe",
    "dispose",
    "stop",
    "abort",
    "cancel",
    "quit",
    "unobserve",
    "commit",
    "rollback",
    "endSession",
    "shutdown",
    "teardown",
    "return",
    "getTracks",
    "getAudioTracks",
    "getVideoTracks",
    "removeAllListeners",
    "asyncDispose",
    "forceClose",
    "unwatch",
    "exit",
    "resetAndDestroy",
    "closeAll",
];

/// Methods after which the thing is read to its end or belongs to someone else.
const HANDS_OVER: [&str; 12] = [
    "pipe",
    "pipeTo",
    "pipeThrough",
    "toArray",
    "forEach",
    "createReadStream",
    "createWriteStream",
    "readableWebStream",
    "readLines",
    "withTransaction",
    "transaction",
    "detach",
];

/// Methods that give back what they are called on.
const FLUENT: [&str; 14] = [
    "on",
    "once",
    "addListener",
    "prependListener",
    "off",
    "setEncoding",
    "unref",
    "ref",
    "setNoDelay",
    "setTimeout",
    "bind",
    "setKeepAlive",
    "setMaxListeners",
    "listen",
];

/// Events that tell that the other side has ended it.
const OVER: [&str; 8] = ["end", "close", "exit", "finish", "disconnect", "disconnected", "onclose", "onexit"];

pub(super) fn is_end(name: &str) -> bool {
    ENDS.contains(&name)
}

pub(super) fn is_handover(name: &str) -> bool {
    HANDS_OVER.contains(&name)
}

pub(super) fn is_fluent(name: &str) -> bool {
    FLUENT.contains(&name)
}

pub(super) fn is_over(event: &str) -> bool {
    OVER.contains(&event)
}

/// Functions whose names say that they end what they are handed: `closeQuietly(fd)`.
pub(super) fn is_ending_call(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["close", "clear", "destroy", "dispose", "release", "revoke", "cleanup", "stop", "kill", "unsub", "disconnect"]
        .iter()
        .any(|word| lower.contains(word))
}

impl<'a> Reader<'a, '_> {
    /// What ends by its own options or source: `{ signal }`, `{ autoClose }`, a readline over a file, `takeUntil`.
    pub(super) fn ends_itself(&mut self, opener: &Opener<'a>) -> bool {
        let options = opener.arguments.iter().filter_map(|a| match a.as_expression().map(peel) {
            Some(Expression::ObjectExpression(object)) => Some(object),
            _ => None,
        });
        let signals = options.flat_map(|object| &object.properties).any(|property| match property {
            ObjectPropertyKind::ObjectProperty(p) => match &p.key {
                PropertyKey::StaticIdentifier(id) => {
                    // `timeout` of a child process, `once` of a subscription.
                    matches!(id.name.as_str(), "signal" | "abortSignal" | "once" | "detached")
                        || opener.row.ends_itself_with.iter().any(|option| option == id.name.as_str())
                }
                _ => false,
            },
            ObjectPropertyKind::SpreadProperty(_) => false,
        });
        if signals || self.goes_with_its_parent(opener) || self.is_closed_by_address(opener) {
            return true;
        }
        match last_name(opener.callee) {
            // It ends with its input, unless that is the standard input, which does not end.
            Some("createInterface") => !opener.arguments.iter().any(|a| {
                self.text.get(a.span().start as usize..a.span().end as usize).is_some_and(|t| t.contains("stdin"))
            }),
            // The old file is read whole by others; a callback gets what a transaction lends and gives it back.
            Some("transaction" | "withSession" | "onSnapshot") if opener.what == What::Connection => opener
                .arguments
                .iter()
                .filter_map(Argument::as_expression)
                .any(|e| !matches!(peel(e), Expression::ObjectExpression(_))),
            _ => false,
        }
    }

    /// `const browser = await launch(); const page = await browser.newPage()`: the browser is what must be closed.
    fn goes_with_its_parent(&mut self, opener: &Opener<'a>) -> bool {
        let Some(member) = peel(opener.callee).as_member_expression() else { return false };
        let Expression::Identifier(id) = peel(member.object()) else { return false };
        let symbol = self.symbol_of(id).filter(|symbol| self.scope_function(*symbol) != TOP);
        let Some(initial) = symbol.and_then(|symbol| self.initial_value(symbol)) else { return false };
        let mut value = peel(initial);
        while let Expression::AwaitExpression(e) = value {
            value = peel(&e.argument);
        }
        match value {
            Expression::CallExpression(call) => self.api_of_call(call).is_some_and(|hit| {
                self.apis.row(hit.row).opens.is_some_and(|what| what.has_handle() || what == What::Client)
            }),
            _ => false,
        }
    }

    /// `watchFile(path, ..)` has no method that ends it: `unwatchFile(path)` does.
    fn is_closed_by_address(&mut self, opener: &Opener<'a>) -> bool {
        let made = opener.row.makes.as_deref().and_then(|name| self.apis.type_named(name));
        if opener.what != What::Watcher || made.is_none_or(|made| self.apis.closing_method(made, opener.what).is_some())
        {
            return false;
        }
        self.sites.clone().iter().any(|site| match *site {
            oxc_ast::AstKind::CallExpression(call) => self.api_of_call(call).is_some_and(|hit| {
                let row = self.apis.row(hit.row);
                row.closes == Some(opener.what) && row.by == Some(crate::apis::By::Argument)
            }),
            _ => false,
        })
    }
}
