//! Clients made again and again: how sure it is that they pile up, and how to say it.

use crate::apis::Idle;
use crate::facts::{Client, FunctionId, FunctionKind, Holder, Often, TOP};
use crate::finding::{Confidence, Finding};
use crate::program::runs::per;
use crate::program::{Program, Unit};
use crate::rule::Findings;

/// Parts of names by which functions say that making a client is what they are for.
const MAKERS: [&str; 26] = [
    "client",
    "connect",
    "connection",
    "conn",
    "database",
    "db",
    "pool",
    "redis",
    "prisma",
    "mongo",
    "sequelize",
    "queue",
    "logger",
    "transport",
    "agent",
    "context",
    "store",
    "adapter",
    "broker",
    "producer",
    "consumer",
    "worker",
    "server",
    "app",
    "sdk",
    "instance",
];

/// First words of functions that give what they make to their caller, or that run once.
const FACTORIES: [&str; 9] = ["create", "make", "new", "open", "main", "seed", "bootstrap", "initialize", "load"];

/// Reports clients that are made again and again and not closed.
pub fn report(program: &Program, findings: &mut Findings) {
    for unit in &program.files {
        for client in &unit.facts.clients {
            if let Some(confidence) = unit.piles_up(client) {
                findings.add(finding(unit, client, confidence));
            }
        }
    }
}

impl Unit {
    /// How sure it is that a client is made again while the one before is still there.
    fn piles_up(&self, client: &Client) -> Option<Confidence> {
        if client.holder == Holder::Module {
            return Some(Confidence::Likely);
        }
        let frame = self.frame(client.function);
        let runs = self.runs_of(frame);
        if frame == TOP || runs.often == Often::Once || self.is_dead(client.function) {
            return None;
        }
        let driven = runs.certain && runs.often >= Often::Event;
        let confidence = match client.holder {
            _ if !runs.certain => Confidence::Guess,
            _ if client.missed.is_some() => Confidence::Likely,
            Holder::Nobody | Holder::Local | Holder::Shared if runs.often == Often::Request => Confidence::Sure,
            _ if driven => Confidence::Likely,
            Holder::Shared if runs.often == Often::Mount => Confidence::Likely,
            Holder::Nobody | Holder::Local if !client.lent && !client.captured && self.serves_many(frame) => {
                Confidence::Likely
            }
            Holder::Field | Holder::Outer if self.reconnects(frame) => Confidence::Likely,
            _ => Confidence::Guess,
        };
        let doubt = client.lent || client.captured || client.told || client.made_in.is_some();
        let most = match client.idle {
            Idle::Free => Confidence::Guess,
            Idle::Ends if !driven || client.told => Confidence::Guess,
            Idle::Ends => Confidence::Likely,
            Idle::Stays if doubt => Confidence::Likely,
            Idle::Stays => Confidence::Sure,
        };
        Some(confidence.min(most))
    }

    /// An exported function that does one piece of work for each of its callers: it is told which, and it does not say that
    /// it connects, starts or makes something.
    fn serves_many(&self, frame: FunctionId) -> bool {
        let function = &self.facts.functions[frame.0 as usize];
        let name = function.name.to_ascii_lowercase();
        self.runs_of(frame).often == Often::Call
            && !matches!(function.kind, FunctionKind::Constructor | FunctionKind::FieldInit)
            && !function.params.is_empty()
            && !name.is_empty()
            && !self.is_starter(frame)
            && !FACTORIES.iter().any(|word| name.starts_with(word))
            && !MAKERS.iter().any(|word| name.contains(word))
    }

    /// `reconnect() { this.client = new Client() }`
    fn reconnects(&self, frame: FunctionId) -> bool {
        self.facts.functions[frame.0 as usize].name.to_ascii_lowercase().contains("reconnect")
    }
}

fn finding(unit: &Unit, client: &Client, confidence: Confidence) -> Finding {
    let frame = unit.frame(client.function);
    let often = per(unit.runs_of(frame).often);
    let stays = match client.idle {
        Idle::Stays => "its connections and timers stay active",
        Idle::Ends => "its connections stay open for a while",
        Idle::Free => "what it caches cannot be reused",
    };
    let message = match client.holder {
        Holder::Module => format!("each route file creates its own `{}`", client.api),
        _ if client.missed.is_some() => format!("this `{}` is not closed on every exit path", client.api),
        Holder::Shared => format!("`{}` adds another one {often}", client.api),
        _ => format!("`{}` creates a new client {often}", client.api),
    };
    let opened = match client.holder {
        Holder::Module => "created when this file is loaded, and again when it is reloaded".to_owned(),
        Holder::Shared => format!("added to a shared object here, {often}"),
        Holder::Outer | Holder::Field => format!("`{}` is overwritten; for the previous one, {stays}", client.name),
        _ => format!("created here, {often}; {stays}"),
    };
    let mut labels = vec![unit.label(client.opened, opened)];
    if client.holder != Holder::Module {
        labels.push(unit.because(frame));
    }
    labels.extend(client.made_in.map(|span| unit.label(span, "the helper creates it here")));
    labels.extend(client.missed.as_ref().map(|missed| unit.label(missed.way, missed.why.clone())));
    Finding { message, labels, help: help(client), ..unit.finding(client.opened, confidence) }
}

fn help(client: &Client) -> String {
    match client.holder {
        Holder::Nobody | Holder::Local if client.told && client.missed.is_none() => {
            format!("keep one client for each set of options, or call `{}` in a `finally`", client.end)
        }
        Holder::Module => "import one client from a module that keeps it on `globalThis`".to_owned(),
        Holder::Shared => "add it once, where the client is created".to_owned(),
        _ if client.missed.is_some() => {
            format!("call `{}` in a `finally`, or create one at module level and share it", client.end)
        }
        _ => format!("create one at module level and share it, or call `{}` in a `finally`", client.end),
    }
}
