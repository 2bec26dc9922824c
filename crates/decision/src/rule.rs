//! The rules in order, and what follows from them.

use crate::facts::Facts;
use crate::naming::{Named, named, tag_reasons};
use crate::{factors, liveness, person};
use model::{
    Decision, DeviceTime, Evidence, Factor, Outcome, Reason, Rule, Taken, TimeSource, Timestamp,
};

/// Decides on `evidence` with what the registry knows at `now`.
#[must_use]
pub fn decide(evidence: &Evidence, facts: &Facts, now: Timestamp) -> Decision {
    let named = named(evidence, facts);
    let rule = rule(evidence, facts, &named);
    let mut reasons = reasons(evidence, facts, &named, rule, now);
    let nobody_says_why = named.person.is_none() && !reasons.iter().any(|r| denies(*r));
    reasons.extend(nobody_says_why.then_some(Reason::PersonUnknown));
    reasons.sort_unstable();
    reasons.dedup();
    let denied = reasons.iter().any(|r| denies(*r));
    Decision {
        outcome: if denied {
            Outcome::Denied
        } else {
            Outcome::Granted
        },
        taken: taken(evidence, rule),
        person: named.person.map(|p| p.id),
        rule,
        reasons,
        reported: rule == Rule::ReportedByController,
        liveness: liveness::known(evidence, facts),
    }
}

fn rule(evidence: &Evidence, facts: &Facts, named: &Named<'_>) -> Rule {
    let begun = evidence
        .finger
        .as_ref()
        .is_some_and(|f| !f.stamp.is_empty());
    let asked = &facts.access_point.factors;
    if evidence.classic_entry.is_some() || evidence.classic_exit.is_some() {
        Rule::ReportedByController
    } else if begun {
        Rule::PassageNotCompleted
    } else if named.person.is_none() {
        Rule::NobodyNamed
    } else if only_a_face(evidence) && asked.iter().all(|f| *f == Factor::Face) {
        Rule::FaceAlone
    } else {
        Rule::FactorsShown
    }
}

fn only_a_face(evidence: &Evidence) -> bool {
    let other =
        evidence.finger.is_some() || evidence.fingerprint.is_some() || evidence.tag.is_some();
    evidence.face.is_some() && !other
}

fn taken(evidence: &Evidence, rule: Rule) -> Taken {
    match rule {
        Rule::ReportedByController => Taken::Taken,
        Rule::PassageNotCompleted => Taken::NotTaken,
        Rule::FaceAlone => Taken::Taken,
        Rule::NobodyNamed if only_a_face(evidence) => Taken::Taken,
        Rule::NobodyNamed | Rule::FactorsShown => Taken::Unknown,
    }
}

fn reasons(
    evidence: &Evidence,
    facts: &Facts,
    named: &Named<'_>,
    rule: Rule,
    now: Timestamp,
) -> Vec<Reason> {
    let mut reasons = named.reasons.clone();
    reasons.extend(tag_reasons(evidence, facts, named));
    if let Some(person) = named.person {
        let at = judged_at(evidence, now);
        reasons.extend(person::reasons(person, facts.access_point.id, at));
        reasons.extend(liveness::reason(evidence, facts));
        reasons.extend(liveness::looks_like_a_picture(evidence, facts));
    }
    let revised = evidence.face.as_ref().and_then(|face| face.before);
    reasons.extend(revised.map(|_| Reason::HeldToBeAnother));
    let picture = factors::picture_reason(evidence);
    reasons.extend(picture);
    reasons.extend(missing(evidence, facts, named, rule).filter(|r| {
        // The picture that disagrees says more than that no face agreed.
        !(*r == Reason::FaceMissing && picture == Some(Reason::PictureShowsSomebodyElse))
    }));
    let set_aside = matches!(evidence.time.device, DeviceTime::Impossible { .. });
    reasons.extend(set_aside.then_some(Reason::DeviceTimeSetAside));
    reasons.extend((rule == Rule::PassageNotCompleted).then_some(Reason::NotCompleted));
    reasons
}

fn missing(
    evidence: &Evidence,
    facts: &Facts,
    named: &Named<'_>,
    rule: Rule,
) -> impl Iterator<Item = Reason> {
    let person = named.person.map(|p| p.id);
    let required = facts.access_point.factors.as_slice();
    let asked = if evidence.classic_exit.is_some() {
        &[]
    } else {
        required
    };
    let absent = factors::missing(asked, evidence, person);
    let unfinished = rule == Rule::PassageNotCompleted;
    absent
        .into_iter()
        .filter(move |r| !(unfinished && *r == Reason::TagMissing))
}

/// What was delivered late is judged by its own time, everything else by the server's.
fn judged_at(evidence: &Evidence, now: Timestamp) -> Timestamp {
    match evidence.time.source {
        TimeSource::Device => evidence.occurred_at,
        TimeSource::Server => now,
    }
}

const fn denies(reason: Reason) -> bool {
    !matches!(
        reason,
        Reason::PictureShowsNoFace
            | Reason::DeviceTimeSetAside
            | Reason::NotCompleted
            | Reason::HeldToBeAnother
            | Reason::LooksLikeAPicture
    )
}
