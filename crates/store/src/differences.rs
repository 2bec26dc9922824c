//! Holding the projections' rows against what the log folds to.

use crate::verify::Finding;
use crate::{Result, Store, VisitFilter};
use jiff::SignedDuration;
use model::{Visit, VisitId};
use projection::Book;
use std::collections::BTreeMap;

/// Rows fetched at once.
const STEP: u32 = 5_000;

/// What differs between `store`'s projections and the log folded anew into `book`.
///
/// # Errors
/// When the store cannot be read.
pub(crate) async fn differences(store: &dyn Store, book: &Book) -> Result<Vec<Finding>> {
    let mut what = Vec::new();
    if all_visits(store).await? != *book.visits() {
        what.push("the visits are");
    }
    for (tag, custody) in book.custody() {
        if store.custody(tag).await?.as_ref() != Some(custody) {
            what.push("the custody of tags is");
            break;
        }
    }
    let stored = store.alerts(false, &[], u32::MAX).await?;
    let stored: BTreeMap<_, _> = stored.into_iter().map(|alert| (alert.id, alert)).collect();
    if stored != *book.alerts() {
        what.push("the alerts are");
    }
    let named = what
        .into_iter()
        .map(|what| Finding::ProjectionDiffers { what: what.into() });
    Ok(named.collect())
}

async fn all_visits(store: &dyn Store) -> Result<BTreeMap<VisitId, Visit>> {
    let mut all = BTreeMap::new();
    let mut filter = VisitFilter {
        limit: STEP,
        ..VisitFilter::default()
    };
    loop {
        let page = store.visits(&filter).await?;
        let Some(last) = page.last().map(|visit| visit.entered_at) else {
            return Ok(all);
        };
        let known = all.len();
        all.extend(page.into_iter().map(|visit| (visit.id, visit)));
        if all.len() == known {
            return Ok(all);
        }
        // One microsecond later, so that visits of the very same instant are not passed over.
        filter.before = Some(
            last.saturating_add(SignedDuration::from_micros(1))
                .unwrap_or(last),
        );
    }
}
