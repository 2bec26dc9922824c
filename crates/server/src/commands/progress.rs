//! How far a command is, told to whoever looks at a terminal.

use api::ports::{Step, Tell};
use std::io::{IsTerminal, Write};
use std::sync::Arc;

/// Tells on standard error, where that is a terminal, how much of which part is done; all is 0 where it
/// is not known.
pub fn part_on_terminal() -> impl Fn(&str, u64, u64) + Send + Sync {
    let seen = std::io::stderr().is_terminal();
    move |what, done, all| {
        if !seen {
            return;
        }
        let of = match all {
            0 => String::new(),
            all => format!(" of {all}"),
        };
        let end = if done == all { "\n" } else { "" };
        // A terminal that went away is no reason to stop.
        let _ = write!(std::io::stderr(), "\r{done}{of} {what}{end}");
    }
}

/// Tells on standard error, where that is a terminal, how many of `what` are done.
pub fn on_terminal(what: &'static str) -> Tell {
    if !std::io::stderr().is_terminal() {
        return Arc::new(|_| ());
    }
    Arc::new(move |step: Step| {
        let Step { done, all, .. } = step;
        let pictures = match step.pictures {
            0 => String::new(),
            count => format!(", {count} pictures"),
        };
        let end = if done == all { "\n" } else { "" };
        // A terminal that went away is no reason to stop.
        let _ = write!(std::io::stderr(), "\r{done} of {all} {what}{pictures}{end}");
    })
}
