//! Findings for people: message, every piece of evidence in its snippet, help, and the suggested change.

use std::fmt::Write as _;
use std::io::{self, Write};

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, MietteError, MietteSpanContents,
    Report, SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use super::change::changes;
use super::window::{self, Mark, Window};
use super::wrap::{self, Paragraph};
use super::{BOLD, CYAN, DIM, GREEN, Look, RED, style};
use crate::Outcome;
use crate::finding::{Finding, Fix, Label, Severity, Span};
use crate::source::Source;
use crate::sources::Sources;

/// Findings that are shown in full; a longer list is not read anyway.
const SHOWN: usize = 200;

/// # Errors
/// When `out` cannot be written.
pub fn print(out: &mut dyn Write, outcome: &Outcome, look: Look) -> io::Result<()> {
    for finding in outcome.findings.iter().take(SHOWN) {
        out.write_all(render(finding, &outcome.sources, look).as_bytes())?;
    }
    let more = outcome.findings.len().saturating_sub(SHOWN);
    if more > 0 {
        writeln!(out, "... and {more} more: `--format concise` lists them all")?;
    }
    Ok(())
}

/// One finding, as it is printed.
#[must_use]
pub fn render(finding: &Finding, sources: &Sources, look: Look) -> String {
    let head = look.paint(style(finding.severity), &format!("{}[{}]", finding.severity.as_str(), finding.rule));
    let taken = finding.severity.as_str().len() + finding.rule.len() + 3;
    let message = Paragraph { taken, indent: 2 }.paint(BOLD, &look.text(&finding.message), look);
    let mut text = format!("{head}{message}\n");

    for file in window::files(finding, sources) {
        let source = sources.of(file);
        let windows = window::windows(source, &window::marks(finding, source, sources), look);
        if windows.is_empty() {
            let labels = finding.labels.iter().filter(|label| sources.of(label.file).path == source.path);
            bare(&mut text, source, labels, look);
        }
        for window in windows {
            text.push_str(&snippet(window, finding.severity, look));
        }
    }
    if !finding.help.is_empty() {
        let help = Paragraph { taken: 8, indent: 8 }.fill(&look.text(&finding.help), look);
        let _ = writeln!(text, "  {}{help}", look.paint(CYAN, "help:"));
    }
    if let Some(fix) = finding.fixes.first() {
        print_change(&mut text, fix, sources, look);
    }
    let (confidence, rule) = (finding.confidence.as_str(), finding.rule);
    let place = finding.whose.place().map(|place| format!(", {place}")).unwrap_or_default();
    let more = format!("confidence: {confidence}{place}; more about this rule: leaklint explain {rule}");
    let more = Paragraph { taken: 2, indent: 2 }.paint(DIM, &more, look);
    let _ = writeln!(text, " {more}\n");
    text
}

/// The place of a syntax error.
///
/// # Errors
/// When `out` cannot be written.
pub fn place(out: &mut dyn Write, source: &Source, span: Span, look: Look) -> io::Result<()> {
    for window in window::windows(source, &[Mark { span, text: "", primary: true, label: None }], look) {
        out.write_all(snippet(window, Severity::Error, look).as_bytes())?;
    }
    Ok(())
}

/// The evidence without snippets, when the text of the file is gone.
fn bare<'f>(text: &mut String, source: &Source, labels: impl Iterator<Item = &'f Label>, look: Look) {
    let _ = writeln!(text, "  --> {}", look.text(&source.path));
    for label in labels {
        let said = Paragraph { taken: 6, indent: 6 }.fill(&look.text(&label.text), look);
        let _ = writeln!(text, "     {said}");
    }
}

/// Draws one window. The finding's own head was printed before: miette's is cut off.
fn snippet(window: Window, severity: Severity, look: Look) -> String {
    let labels: Vec<LabeledSpan> = window
        .marks
        .iter()
        .map(|mark| {
            let text = Some(mark.text.clone()).filter(|text| !text.is_empty());
            if mark.primary {
                LabeledSpan::new_primary_with_span(text, mark.range.clone())
            } else {
                LabeledSpan::new_with_span(text, mark.range.clone())
            }
        })
        .collect();
    let severity = if severity == Severity::Error { miette::Severity::Error } else { miette::Severity::Warning };
    let diagnostic = MietteDiagnostic::new("").with_severity(severity).with_labels(labels);
    let report = Report::new(diagnostic).with_source_code(Shown(window));
    let theme = GraphicalTheme {
        characters: if look.ascii { ThemeCharacters::ascii() } else { ThemeCharacters::unicode() },
        styles: if look.colour { ThemeStyles::ansi() } else { ThemeStyles::none() },
    };
    let handler =
        GraphicalReportHandler::new_themed(theme).with_links(false).with_context_lines(1).with_width(look.width);
    let mut drawn = String::new();
    let diagnostic: &dyn Diagnostic = report.as_ref();
    if handler.render_report(&mut drawn, diagnostic).is_err() {
        return String::new();
    }
    drawn.split_once('\n').map_or(String::new(), |(_, snippet)| trimmed(snippet))
}

/// Without the spaces that fill up lines.
fn trimmed(drawn: &str) -> String {
    drawn.lines().fold(String::new(), |mut text, line| {
        text.push_str(line.trim_end());
        text.push('\n');
        text
    })
}

/// The suggested change as the lines it removes and adds.
fn print_change(text: &mut String, fix: &Fix, sources: &Sources, look: Look) {
    let lines = Paragraph { taken: 7, indent: 7 }.lines(&look.text(&fix.title), look);
    let _ = write!(text, "  {} {}", look.paint(CYAN, "fix:"), lines.join("\n"));
    if !fix.safe {
        let before = if lines.len() == 1 { 7 } else { 0 };
        let taken = before + lines.last().map_or(0, |line| wrap::width(line)) + 1;
        let care = "(changes what the code does: read it first)";
        if taken + care.len() <= look.width {
            let _ = write!(text, " {}", look.paint(DIM, care));
        } else {
            let care = Paragraph { taken: 7, indent: 7 }.paint(DIM, care, look);
            let _ = write!(text, "\n      {care}");
        }
    }
    text.push('\n');
    for change in changes(fix, sources) {
        for (lines, sign, style) in [(&change.removed, '-', RED), (&change.added, '+', GREEN)] {
            for ((at, line), number) in lines.iter().enumerate().zip(change.line..) {
                let line = window::line(line, change.difference(at), 9, look);
                let shown = look.paint(style.trim_start_matches("1;"), &format!("{sign} {line}"));
                let _ = writeln!(text, "  {number:>4} {shown}");
            }
        }
    }
}

/// A window as miette reads it: always the whole of it, it is small.
#[derive(Debug)]
struct Shown(Window);

impl SourceCode for Shown {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let Self(window) = self;
        if span.offset() + span.len() > window.text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let whole = SourceSpan::from(0..window.text.len());
        let lines = window.text.matches('\n').count();
        // Asked without context: for the place in the title.
        let (line, column) = if (before, after) == (0, 0) {
            (window.about.0 as usize - 1, window.about.1 as usize - 1)
        } else {
            (window.first_line, 0)
        };
        let (path, text) = (window.path.clone(), window.text.as_bytes());
        Ok(Box::new(MietteSpanContents::new_named(path, text, whole, line, column, lines)))
    }
}
