//! Failures on demand.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

/// A failure to answer with.
///
/// Written as text it is a name, then settings: `throttle=2`, `stall;after=2`, `exception=throttlingException;after=3`. The
/// same text works in [`crate::Emulator::script`] (by way of [`FromStr`]), in the request header `x-emulator-fault`, and in a
/// model id `emulator.fault.<spec>` with `:` for `=` and `.` for `;`.
///
/// `after` counts the events of a stream that are sent before the fault strikes; 1 unless said. An answer that is not a
/// stream fails in the nearest way it can: an exception frame becomes an error answer, a cut becomes half a body.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// `cut;after=3`: then half a frame, and the body ends as if it were whole.
    Cut {
        /// Events sent first.
        after: usize,
    },
    /// `error-frame;after=3`: a frame of message type `error`, which AWS sends for failures its model does not name.
    ErrorFrame {
        /// Events sent first.
        after: usize,
    },
    /// `exception=throttlingException;after=3`: an exception frame of this type.
    Exception {
        /// The `:exception-type`, such as `throttlingException` or `modelStreamErrorException`.
        name: String,
        /// Events sent first.
        after: usize,
    },
    /// `html=502`: an HTML page, as a proxy in the way answers; status 200 unless said.
    Html {
        /// The HTTP status.
        status: u16,
    },
    /// `json-200`: a JSON error body under status 200 and the content type of a success.
    Json200,
    /// `reset` at once, or `reset;after=3`: the TCP connection is reset.
    Reset {
        /// Events sent first; `None` resets before the answer's status line.
        after: Option<usize>,
    },
    /// `slow=50`: this many milliseconds before every event.
    Slow {
        /// Milliseconds.
        millis: u64,
    },
    /// `stall;after=2`: then silence on an open connection.
    Stall {
        /// Events sent first.
        after: usize,
    },
    /// `status=503`: an error answer with this status.
    Status {
        /// The HTTP status, 400 to 599.
        status: u16,
    },
    /// `throttle=2`: 429 for this many calls, then none. In a header or model id, calls with equal text are counted together.
    Throttle {
        /// Calls refused.
        times: u32,
    },
    /// `truncate;after=3`: then the body ends, between two frames.
    Truncate {
        /// Events sent first.
        after: usize,
    },
}

/// A text that is not a [`Fault`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidFault(String);

impl fmt::Display for InvalidFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a fault; examples are `throttle=2`, `status=503`, `stall;after=2`", self.0)
    }
}

impl std::error::Error for InvalidFault {}

impl FromStr for Fault {
    type Err = InvalidFault;

    fn from_str(text: &str) -> Result<Self, InvalidFault> {
        parse(text).ok_or_else(|| InvalidFault(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<Fault> {
    let mut parts = text.split(';').map(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (name.trim(), value.trim())
    });
    let (name, value) = parts.next()?;
    let mut after = None;
    for (setting, value) in parts {
        match setting {
            "after" => after = Some(value.parse().ok()?),
            _ => return None,
        }
    }
    let takes_after = matches!(name, "cut" | "error-frame" | "exception" | "reset" | "stall" | "truncate");
    let takes_value = matches!(name, "exception" | "html" | "slow" | "status" | "throttle");
    if (after.is_some() && !takes_after) || (!value.is_empty() && !takes_value) {
        return None;
    }
    let or = |default: u32| if value.is_empty() { Some(default) } else { value.parse().ok() };
    let events = after.unwrap_or(1);
    Some(match name {
        "cut" => Fault::Cut { after: events },
        "error-frame" => Fault::ErrorFrame { after: events },
        "exception" => {
            let name = if value.is_empty() { "internalServerException" } else { value };
            Fault::Exception { name: name.to_owned(), after: events }
        }
        "html" => Fault::Html { status: status(or(200)?, 200)? },
        "json-200" => Fault::Json200,
        "reset" => Fault::Reset { after },
        "slow" => Fault::Slow { millis: u64::from(or(50)?) },
        "stall" => Fault::Stall { after: events },
        "status" => Fault::Status { status: status(or(500)?, 400)? },
        "throttle" => Fault::Throttle { times: or(1)? },
        "truncate" => Fault::Truncate { after: events },
        _ => return None,
    })
}

fn status(number: u32, least: u16) -> Option<u16> {
    u16::try_from(number).ok().filter(|status| (least..600).contains(status))
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut { after } => write!(f, "cut;after={after}"),
            Self::ErrorFrame { after } => write!(f, "error-frame;after={after}"),
            Self::Exception { name, after } => write!(f, "exception={name};after={after}"),
            Self::Html { status } => write!(f, "html={status}"),
            Self::Json200 => f.write_str("json-200"),
            Self::Reset { after: None } => f.write_str("reset"),
            Self::Reset { after: Some(after) } => write!(f, "reset;after={after}"),
            Self::Slow { millis } => write!(f, "slow={millis}"),
            Self::Stall { after } => write!(f, "stall;after={after}"),
            Self::Status { status } => write!(f, "status={status}"),
            Self::Throttle { times } => write!(f, "throttle={times}"),
            Self::Truncate { after } => write!(f, "truncate;after={after}"),
        }
    }
}

/// Calls counted per text; a client cannot make it grow without end.
const COUNTERS: usize = 1_000;

/// Scripted faults, and the counts of those that a request named itself.
#[derive(Debug, Default)]
pub(crate) struct FaultQueue(Mutex<Queue>);

#[derive(Debug, Default)]
struct Queue {
    scripted: VecDeque<Fault>,
    throttled: BTreeMap<String, u32>,
}

impl FaultQueue {
    pub(crate) fn script(&self, fault: Fault) {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if fault != (Fault::Throttle { times: 0 }) {
            queue.scripted.push_back(fault);
        }
    }

    /// The fault of a call that named none.
    pub(crate) fn next(&self) -> Option<Fault> {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Fault::Throttle { times }) = queue.scripted.front_mut()
            && *times > 1
        {
            *times -= 1;
            return Some(Fault::Throttle { times: 1 });
        }
        queue.scripted.pop_front()
    }

    /// The fault that a call named, unless its throttling is over.
    pub(crate) fn named(&self, fault: Fault) -> Option<Fault> {
        let Fault::Throttle { times } = fault else { return Some(fault) };
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.throttled.len() >= COUNTERS {
            queue.throttled.clear();
        }
        let count = queue.throttled.entry(fault.to_string()).or_default();
        if *count < times {
            *count += 1;
            return Some(fault);
        }
        *count = 0;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_reads_back_as_it_is_written() {
        let table = [
            "cut;after=3",
            "error-frame;after=0",
            "exception=throttlingException;after=3",
            "html=502",
            "json-200",
            "reset",
            "reset;after=2",
            "slow=50",
            "stall;after=2",
            "status=503",
            "throttle=2",
            "truncate;after=1",
        ];
        for text in table {
            assert_eq!(text.parse::<Fault>().unwrap().to_string(), text);
        }
        assert_eq!("stall".parse(), Ok(Fault::Stall { after: 1 }));
    }

    #[test]
    fn what_is_not_a_fault_says_what_is() {
        for text in ["", "fail", "status=99", "status=abc", "slow;after=2", "cut=3", "stall;before=2", "stall;after=-1"]
        {
            let error = text.parse::<Fault>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{text}` is not a fault")), "{error}");
        }
    }

    #[test]
    fn a_scripted_throttle_counts_for_so_many_calls() {
        let queue = FaultQueue::default();
        queue.script(Fault::Throttle { times: 2 });
        queue.script(Fault::Json200);
        let got: Vec<_> = std::iter::from_fn(|| queue.next()).map(|fault| fault.to_string()).collect();
        assert_eq!(got, ["throttle=1", "throttle=1", "json-200"]);
    }

    #[test]
    fn a_named_throttle_lets_the_call_after_it_through() {
        let queue = FaultQueue::default();
        let got: Vec<_> = (0..6).map(|_| queue.named(Fault::Throttle { times: 2 }).is_some()).collect();
        assert_eq!(got, [true, true, false, true, true, false]);
    }
}
