//! Each question many times, and how long its answers took.

use std::time::{Duration, Instant};

use storage::SqlStore;

use crate::Result;
use crate::questions::{QUESTIONS, Site};

/// Asks each question `rounds` times, one after the other, and prints a table.
pub async fn ask(store: &SqlStore, rounds: u64) -> Result<()> {
    let mut site = Site::of(store).await?;
    println!("| question | rows | p50 ms | p99 ms | max ms |\n|---|---|---|---|---|");
    for (name, question) in QUESTIONS {
        let (mut took, mut rows) = (Vec::new(), 0);
        let begun = Instant::now();
        for _ in 0..rounds {
            let ask = question(&mut site);
            let start = Instant::now();
            rows += ask.of(store).await?;
            took.push(start.elapsed());
            // What is that slow is seen after a few.
            if begun.elapsed() > Duration::from_secs(20) {
                break;
            }
        }
        let mean = rows / took.len().max(1);
        took.sort_unstable();
        let [p50, p99, max] = [50, 99, 100].map(|share| part(&took, share));
        println!("| {name} | {mean} | {p50:.2} | {p99:.2} | {max:.2} |");
    }
    Ok(())
}

/// In milliseconds, what so many in a hundred do not exceed.
fn part(sorted: &[Duration], share: usize) -> f64 {
    let place = (sorted.len() * share).div_ceil(100).saturating_sub(1);
    sorted
        .get(place)
        .map_or(0.0, |took| took.as_secs_f64() * 1e3)
}
