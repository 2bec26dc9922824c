//! Words that say a file was not finished, or was written for one machine only.

use crate::{Finding, SourceFile};

/// Each word in two halves, so that this list does not find itself.
const FORBIDDEN: [(&str, &str, &str); 7] = [
    ("/ro", "ot/", "a path of one machine"),
    ("/wo", "rk/", "a path of one machine"),
    ("/Us", "ers/", "a path of one machine"),
    ("to", "do!(", "unfinished code"),
    ("unimpl", "emented!(", "unfinished code"),
    ("TO", "DO", "unfinished work belongs in an issue"),
    ("FIX", "ME", "unfinished work belongs in an issue"),
];

/// Lines that hold a forbidden word.
pub fn check(source: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in source.text.lines().enumerate() {
        for (head, tail, why) in FORBIDDEN {
            let word = format!("{head}{tail}");
            if stands_alone(line, &word) {
                let place = format!("{}:{}", source.path, number + 1);
                findings.push(Finding::new(place, format!("`{word}`: {why}")));
            }
        }
    }
    findings
}

/// A path counts only from its beginning: the same letters further on in an address or a word are fine.
fn stands_alone(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|head| head.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || "._-/}$*".contains(c))
    })
}
