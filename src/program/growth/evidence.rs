//! What a rule shows of a growth: where, why again and again, who keeps it, and what was in vain.

use super::{Cause, Growth, How, Kind, MissedBy};
use crate::facts::keys::words;
use crate::facts::{Arg, ContainerKind, Domain, Key, Often, ParamPath, Step};
use crate::finding::{Finding, Label, Role};
use crate::program::{Program, Unit, runs};

impl Program {
    /// What grows for good in this way, with the file that it grows in. The growth of an entry is told once, by the
    /// outermost.
    pub fn growths(&self, kind: Kind) -> impl Iterator<Item = (&Unit, Growth<'_>)> {
        self.files.iter().flat_map(move |unit| unit.growths(kind).map(move |growth| (unit, growth)))
    }
}

impl Unit {
    /// "once per request".
    #[must_use]
    pub fn often(&self, growth: &Growth<'_>) -> &'static str {
        runs::per(self.runs_of(growth.op.function).often)
    }

    /// A finding about a growth, its evidence and fixes filled in; message and help are the rule's.
    #[must_use]
    pub fn finding_of_growth(&self, growth: &Growth<'_>) -> Finding {
        Finding {
            labels: self.evidence(growth),
            fixes: self.repairs(growth),
            ..self.finding(growth.op.span, growth.confidence)
        }
    }

    fn evidence(&self, growth: &Growth<'_>) -> Vec<Label> {
        let op = growth.op;
        let grows = match &growth.driver {
            Some(driver) => format!("grows here: one entry per {driver}"),
            None => format!("grows here, {}", self.often(growth)),
        };
        let mut labels = vec![self.label(op.span, grows)];
        if self.runs_of(op.function).often > Often::Once {
            labels.push(self.because(op.function));
        }
        match self.joined.imported.get(&growth.container.place) {
            Some((file, span)) => {
                let text = "declared here, at module level: kept as long as the process runs".to_owned();
                labels.push(Label { file: *file, span: *span, text, role: Role::Keeper });
            }
            None => labels.push(self.kept_by(growth.keeper.span, growth.keeper.text.clone())),
        }
        labels.extend(self.in_vain(growth));
        labels
    }

    /// What looks like a way out and is none.
    fn in_vain(&self, growth: &Growth<'_>) -> Vec<Label> {
        match &growth.cause {
            Cause::WriteOnly => Vec::new(),
            Cause::Unbounded => {
                let walked = growth.container.walked.filter(|_| growth.container.kind == ContainerKind::List);
                walked.map(|span| self.label(span, "reads it but removes nothing")).into_iter().collect()
            }
            Cause::OnDemand(op) => vec![self.label(op.span, "emptied only here, when something calls this")],
            Cause::Expired(op) => vec![self.label(op.span, "removed only here, when its key is looked up")],
            Cause::Pending(left) => {
                let text = match left.how {
                    How::Closed => "removed only here, after an error",
                    How::WayOut => "this exit path leaves the entry",
                    How::Settled => "settled here, but the entry stays",
                    How::Fired => "runs on timeout, but leaves the entry",
                    How::Rejected => "stored before it settles: if it rejects, the entry stays",
                };
                let mut labels = vec![self.label(left.span, text)];
                labels.extend(left.removed.map(|span| self.label(span, "this path removes the entry")));
                labels
            }
            Cause::Misses(miss) => {
                let text = match &miss.how {
                    MissedBy::Twin(twin) => {
                        format!("only `{twin}`, which is filled together with it, is cleaned up here")
                    }
                    MissedBy::Clear => "clears what is filled together with it, but not this one".to_owned(),
                    MissedBy::Bucket => "removes something from an entry; the entry stays when it is empty".to_owned(),
                    MissedBy::Key(removed, made) => format!("removes `{removed}`, which never equals `{made}`"),
                };
                vec![self.label(miss.span, text)]
            }
        }
    }
}

impl Unit {
    /// What drives the growth, when the key tells: "client ip (`req.ip`)".
    pub(super) fn driver(&self, key: &Key) -> Option<String> {
        match &key.domain {
            Domain::Object => Some("object".to_owned()),
            Domain::Fresh => Some("new key".to_owned()),
            Domain::Params(params) if !key.text.is_empty() => {
                let named = input_named(&key.text).or_else(|| params.iter().find_map(|param| self.input_of(param)));
                Some(named.map_or_else(|| format!("`{}`", key.text), |name| format!("{name} (`{}`)", key.text)))
            }
            Domain::Unknown if !key.text.is_empty() => Some(format!("`{}`", key.text)),
            _ => None,
        }
    }

    /// What a parameter brings, by the field that is read, or by what the calls of the file pass.
    fn input_of(&self, param: &ParamPath) -> Option<&'static str> {
        input_named(&param.path).or_else(|| {
            self.arguments(param.function, param.index).find_map(|arg| match arg {
                Arg::Place(place) => match self.place(*place).path.last()? {
                    Step::Field(field) => input_named(field),
                    Step::Entry => None,
                },
                Arg::Key(Domain::Params(params)) => params.iter().find_map(|p| input_named(&p.path)),
                _ => None,
            })
        })
    }
}

/// What users and traffic send, by the last words of its name.
fn input_named(text: &str) -> Option<&'static str> {
    let words: Vec<String> = words(text).filter(|w| !w.is_empty()).collect();
    let (last, before) = words.split_last()?;
    let before = before.last().map_or("", String::as_str);
    Some(match (before, last.as_str()) {
        (_, "ip") | ("remote", "address") => "client ip",
        (_, "email") => "email address",
        ("session", "id") | (_, "sid") => "session id",
        ("user", "id") => "user id",
        ("request" | "req", "id") => "request id",
        ("message" | "msg", "id") => "message id",
        ("socket", "id") => "socket id",
        (_, "url" | "uri" | "href") => "url",
        (_, "path" | "pathname") => "path",
        (_, "query" | "search") => "query",
        (_, "host" | "hostname") => "host",
        (_, "token") => "token",
        _ => return None,
    })
}
