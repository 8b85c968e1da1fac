//! Where values go through a call of a library: `first -> receiver.entries` is what `list.push(value)` does.

use serde::Deserialize;

use super::row::Which;

/// From one place at a call to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct FlowRow {
    pub from: FlowEnd,
    pub to: FlowEnd,
}

/// A place at a call, or the entries of what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlowEnd {
    pub place: FlowPlace,
    pub part: FlowPart,
}

/// What of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlowPart {
    Whole,
    /// What is in it, whatever its key: `.entries`.
    Entries,
    /// Its fields, each under its key: `.fields`.
    Fields,
    /// What it calls when it is called: `.called` of the result of `bind` or `debounce`.
    Called,
}

/// A place at a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlowPlace {
    Receiver,
    Argument(Which),
    Result,
    /// A parameter of the callback, counted from 0.
    Parameter(u8),
    /// What the callback gives back.
    Returned,
}

impl TryFrom<String> for FlowRow {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (from, to) = text.split_once("->").ok_or("a flow reads `first -> receiver.entries`")?;
        let (from, to) = (end(from.trim())?, end(to.trim())?);
        if (from.part == FlowPart::Fields) != (to.part == FlowPart::Fields) {
            return Err("`.fields` go into `.fields`: the keys stay as they are".to_owned());
        }
        let wraps = to.part == FlowPart::Called && to.place == FlowPlace::Result;
        if from.part == FlowPart::Called || (to.part == FlowPart::Called && !wraps) {
            return Err("only what is made calls something: `first -> result.called`".to_owned());
        }
        Ok(Self { from, to })
    }
}

fn end(text: &str) -> Result<FlowEnd, String> {
    let (place, part) = match text.rsplit_once('.') {
        Some((place, "entries")) => (place, FlowPart::Entries),
        Some((place, "fields")) => (place, FlowPart::Fields),
        Some((place, "called")) => (place, FlowPart::Called),
        _ => (text, FlowPart::Whole),
    };
    let place = match place {
        "receiver" => FlowPlace::Receiver,
        "first" => FlowPlace::Argument(Which::First),
        "second" => FlowPlace::Argument(Which::Second),
        "third" => FlowPlace::Argument(Which::Third),
        "last" => FlowPlace::Argument(Which::Last),
        "all" => FlowPlace::Argument(Which::All),
        "result" => FlowPlace::Result,
        "callback.first" => FlowPlace::Parameter(0),
        "callback.second" => FlowPlace::Parameter(1),
        "callback.third" => FlowPlace::Parameter(2),
        "returned" => FlowPlace::Returned,
        other => {
            let places =
                "`receiver`, `first`, `second`, `third`, `last`, `all`, `result`, `callback.first`, `returned`";
            return Err(format!(
                "`{other}` is no place at a call: {places}, each with `.entries` or `.fields` for what is in it"
            ));
        }
    };
    Ok(FlowEnd { place, part })
}
