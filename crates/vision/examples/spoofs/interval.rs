//! How far a share that was counted may be off.

/// Least and greatest share (Clopper and Pearson 1934, 95 %) that `hits` of `trials` speak for.
pub fn interval(hits: usize, trials: usize) -> [f64; 2] {
    let lower = bisect(|share| 1.0 - at_most(hits, trials, share) + exactly(hits, trials, share));
    let upper = bisect(|share| 1.0 - at_most(hits, trials, share));
    [
        if hits == 0 { 0.0 } else { lower(0.025) },
        if hits == trials { 1.0 } else { upper(0.975) },
    ]
}

/// The share at which `rising` reaches a value.
fn bisect(rising: impl Fn(f64) -> f64) -> impl Fn(f64) -> f64 {
    move |value| {
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..50 {
            let middle = (low + high) / 2.0;
            if rising(middle) < value {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }
}

fn at_most(hits: usize, trials: usize, share: f64) -> f64 {
    (0..=hits).map(|n| exactly(n, trials, share)).sum()
}

fn exactly(hits: usize, trials: usize, share: f64) -> f64 {
    let ways = (0..hits).fold(1.0, |ways, n| ways * (trials - n) as f64 / (n + 1) as f64);
    ways * share.powi(hits as i32) * (1.0 - share).powi((trials - hits) as i32)
}
