//! A site of a million access events, and what the pages' queries cost on it.
//!
//! ```text
//! cargo run --release -p gatebook-storage --example million fill DIR [EVENTS] [PEOPLE] [URL]
//! cargo run --release -p gatebook-storage --example million ask DIR [URL] [ROUNDS]
//! cargo run --release -p gatebook-storage --example million faces DIR [PEOPLE] [IMAGES] [URL]
//! ```
//!
//! `fill` adds a house of its own to the site in `DIR` (a data directory that no process holds; made if
//! need be): people, places, devices, then day after day of passages, each committed and appended as
//! a running Gatebook does it, only many in one group. The same numbers give the same days, ending now. The
//! second engine gets its copy by `gatebook migrate-store`, so that both answer from the same rows.
//! `faces` adds people with face templates of chance instead, for a gallery of that size.
//! `ask` times the store's answers, one after the other; `bench/pages.mjs` does so through the whole binary.

mod ask;
mod dates;
mod days;
mod faces;
mod fill;
mod house;
mod questions;
mod random;

use storage::{DataDir, Options, SqlStore};

/// What can go wrong here is shown and ends the run.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn argument(place: usize) -> Option<String> {
    std::env::args().nth(place)
}

fn number(place: usize, otherwise: u64) -> Result<u64> {
    let Some(text) = argument(place) else {
        return Ok(otherwise);
    };
    text.parse()
        .map_err(|_| format!("{text} is not a number").into())
}

async fn open(dir: &str, url: Option<String>) -> Result<SqlStore> {
    let data = DataDir::open(std::path::Path::new(dir))?;
    Ok(match url {
        Some(url) => SqlStore::connect(&data, &url.parse()?, Options::default()).await?,
        None => SqlStore::open(&data, Options::default()).await?,
    })
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<()> {
    let (what, dir) = (argument(1), argument(2));
    let (Some(what), Some(dir)) = (what, dir) else {
        let usage = "fill DIR [EVENTS] [PEOPLE] [URL], ask DIR [URL] [ROUNDS], \
                     or faces DIR [PEOPLE] [IMAGES] [URL]";
        return Err(usage.into());
    };
    match what.as_str() {
        "fill" => {
            let store = open(&dir, argument(5)).await?;
            let size = fill::Size {
                events: number(3, 1_000_000)?,
                people: number(4, 2_500)?,
            };
            fill::fill(&store, size).await?;
            store.close().await?;
        }
        "faces" => {
            let store = open(&dir, argument(5)).await?;
            faces::fill(&store, number(3, 1_000_000)?, number(4, 1)?).await?;
            store.close().await?;
        }
        "ask" => {
            let store = open(&dir, argument(3).filter(|url| url != "-")).await?;
            ask::ask(&store, number(4, 200)?).await?;
            store.close().await?;
        }
        other => return Err(format!("{other}: neither fill nor ask nor faces").into()),
    }
    Ok(())
}
