//! How far a command is, told on standard error.

use api::ports::{Step, Tell};
use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often at least a line is written where nobody looks at a terminal.
const EVERY: Duration = Duration::from_secs(10);
/// Into how many shares work is divided; the end of each is a line too.
const SHARES: u64 = 20;

/// Tells how much of which part is done; all is 0 where it is not known. A terminal shows it in one line that
/// moves; a journal or a file gets a line now and then.
pub fn of_parts() -> impl Fn(&str, u64, u64) + Send + Sync {
    let seen = std::io::stderr().is_terminal();
    let pace = Mutex::new(Pace::begun(Instant::now()));
    move |what, done, all| {
        let of = match all {
            0 => String::new(),
            all => format!(" of {all}"),
        };
        let line = match (seen, done == all) {
            (true, false) => format!("\r{done}{of} {what}"),
            (true, true) => format!("\r{done}{of} {what}\n"),
            (false, _) => format!("{done}{of} {what}\n"),
        };
        let mut pace = pace.lock().unwrap_or_else(PoisonError::into_inner);
        if seen || pace.is_time(what, (done, all), Instant::now()) {
            // A terminal that went away is no reason to stop.
            let _ = write!(std::io::stderr(), "{line}");
        }
    }
}

/// When the next line is due.
struct Pace {
    what: String,
    shares: u64,
    last: Instant,
}

impl Pace {
    const fn begun(last: Instant) -> Self {
        Self {
            what: String::new(),
            shares: 0,
            last,
        }
    }

    /// Whether another share of `what` is done, or some time has passed since the last line.
    fn is_time(&mut self, what: &str, (done, all): (u64, u64), now: Instant) -> bool {
        if self.what != what {
            what.clone_into(&mut self.what);
            self.shares = 0;
        }
        let shares = done.saturating_mul(SHARES).checked_div(all).unwrap_or(0);
        let is_time = shares > self.shares || now.duration_since(self.last) >= EVERY;
        if is_time {
            self.shares = shares;
            self.last = now;
        }
        is_time
    }
}

/// What is said of a row in which a NUL was replaced.
pub fn nul_replaced(table: &str, row: &str) -> String {
    format!(
        "a text of {table}, row {row}, had a NUL in it, which PostgreSQL keeps in no text: U+FFFD stands there now"
    )
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_terminal_there_is_a_line_for_each_twentieth_and_one_every_ten_seconds() {
        let begin = Instant::now();
        let mut pace = Pace::begun(begin);
        let mut told = |what, done, all, seconds| {
            pace.is_time(what, (done, all), begin + Duration::from_secs(seconds))
        };
        let lines = (0..=1_000).filter(|done| told("rows", *done, 1_000, 0));
        assert_eq!(lines.count(), 20);
        assert!(
            !told("pictures", 5, 0, 9),
            "nobody knows how many there are"
        );
        assert!(told("pictures", 6, 0, 10));
        assert!(!told("pictures", 7, 0, 19));
        assert!(told("more rows", 3, 3, 19), "the end of each part is told");
        assert!(!told("more rows", 3, 3, 20), "and once");
    }
}
