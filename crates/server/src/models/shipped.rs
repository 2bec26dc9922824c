//! Cards that Gatebook brings along: of models whose files were hashed by its makers, and where they are found.

use anyhow::{Context, Result};
use vision::models::Card;

const CARDS: [&str; 2] = [
    include_str!("../../../../docs/models/mobilefacenet.toml"),
    include_str!("../../../../docs/models/yunet.toml"),
];

/// The cards, as they are written and as they are read.
///
/// # Errors
/// When one cannot be read.
pub fn all() -> Result<Vec<(&'static str, Card)>> {
    let read = |text| Ok((text, Card::read(text)?));
    CARDS.into_iter().map(read).collect()
}

/// The card called `name`.
///
/// # Errors
/// When there is none.
pub fn named(name: &str) -> Result<(&'static str, Card)> {
    let mut all = all()?.into_iter();
    all.find(|(_, card)| card.name == name).with_context(|| {
        format!("no card of a model {name:?} is brought along: `gatebook models pull` lists them")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_card_that_is_brought_along_is_found_by_its_name() {
        let all = all().unwrap();
        assert!(!all.is_empty());
        for (_, card) in all {
            assert_eq!(named(&card.name).unwrap().1, card);
            let source = &card.source;
            assert!(
                source.starts_with("https://") || source.starts_with("npm:"),
                "{source}"
            );
        }
        assert!(named("nobody").is_err());
    }
}
