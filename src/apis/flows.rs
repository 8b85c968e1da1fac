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
    pub entries: bool,
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
        Ok(Self { from: end(from.trim())?, to: end(to.trim())? })
    }
}

fn end(text: &str) -> Result<FlowEnd, String> {
    let (place, entries) = text.strip_suffix(".entries").map_or((text, false), |place| (place, true));
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
            return Err(format!("`{other}` is no place at a call: {places}, each with `.entries` for what is in it"));
        }
    };
    Ok(FlowEnd { place, entries })
}
