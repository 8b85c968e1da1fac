//! Statements written anew with `pipeline`, and what they import for it.

use super::Unit;
use crate::facts::Rewrite;
use crate::facts::repairs::Leftover;
use crate::finding::{Edit, Fix};

impl Unit {
    /// `res.end(await readFile(path))` becomes a stream of the file.
    #[must_use]
    pub fn streamed(&self, rewrite: &Rewrite) -> Option<Fix> {
        let module = if rewrite.awaits { "stream/promises" } else { "stream" };
        let wanted = [(module, "pipeline"), ("fs", "createReadStream")];
        let (names, import) = self.facts.imports.need(self.id, &wanted)?;
        let streams = format!("{}({}({}), {}", names[0], names[1], rewrite.source, rewrite.target);
        let end = self.facts.imports.manner.end();
        let text = if rewrite.awaits { format!("await {streams}){end}") } else { self.with_callback(&streams) };
        // What is written may go by the same name: `fs.createReadStream`.
        let used = |left: &&Leftover| names.iter().any(|name| name.split('.').next() == Some(left.name.as_str()));
        let unused = rewrite.unused.as_ref().filter(|left| !used(left));
        let removed = rewrite.remove.map(|span| Edit { file: self.id, span, text: String::new() });
        let written = Edit { file: self.id, span: rewrite.statement, text };
        let edits = self.imported(import, unused).into_iter().chain(removed).chain([written]).collect();
        Some(Fix { title: "stream the file".into(), safe: false, edits })
    }

    /// `source.pipe(target)` becomes `pipeline(source, target, ..)`.
    #[must_use]
    pub fn tied(&self, rewrite: &Rewrite) -> Option<Fix> {
        let (names, import) = self.facts.imports.need(self.id, &[("stream", "pipeline")])?;
        let text = self.with_callback(&format!("{}({}, {}", names[0], rewrite.source, rewrite.target));
        let written = Edit { file: self.id, span: rewrite.statement, text };
        let edits = import.into_iter().chain([written]).collect();
        Some(Fix { title: "tie the streams together with `pipeline`".into(), safe: false, edits })
    }

    fn with_callback(&self, streams: &str) -> String {
        let end = self.facts.imports.manner.end();
        format!("{streams}, (error) => {{ if (error) console.error(error){end} }}){end}")
    }

    /// What is imported in addition, and what is not needed any more; one takes the place of the other where they meet.
    fn imported(&self, import: Option<Edit>, unused: Option<&Leftover>) -> Vec<Edit> {
        let Some(unused) = unused else { return import.into_iter().collect() };
        let instead = |span, text| Edit { file: self.id, span, text };
        match import {
            Some(import) if unused.lines.contains(import.span) => {
                vec![instead(unused.written, import.text.trim().to_owned())]
            }
            import => import.into_iter().chain([instead(unused.lines, String::new())]).collect(),
        }
    }
}
