//! What is before the camera, and what it does when it is asked.

use model::Prompt;
use vision::liveness::Phase;

/// What carries the face.
#[derive(Clone, Copy, PartialEq)]
pub enum Carrier {
    /// A head.
    Head,
    /// A sheet with a border.
    Sheet,
    /// A screen with lines and glare.
    Screen,
    /// A print cut out along the face, with holes for the eyes; how far it is bent round a head, as a share of the
    /// head's depth.
    Mask(f32),
}

/// Who decides what it does.
#[derive(Clone, Copy, PartialEq)]
pub enum Will {
    /// Nothing but a little trembling.
    Still,
    /// It does what is asked, the turns by so many degrees.
    AsAsked(f32),
    /// The same, but what the carrier cannot do (a print cannot blink) is left out.
    Carried(f32),
    /// A print whose turns are those of the sheet, and that is tilted by so many degrees for a blink, which makes its eyes lower.
    Tilted(f32),
    /// A film that blinks every two seconds.
    Blinking,
    /// A film that blinks and turns to both sides, again and again.
    Loop,
    /// A print until somebody else is asked in its place, who does as asked.
    Swapped,
    /// A print that is taken away whenever something is to be done, so many frames out of sight, while whoever holds it
    /// does it; then it is held up again.
    SwappedWithin(u32),
}

#[derive(Clone, Copy)]
pub struct Scene {
    pub name: &'static str,
    pub carrier: Carrier,
    pub will: Will,
}

/// What is seen in one frame: degrees, to the right of the picture where positive.
#[derive(Clone, Copy, Default)]
pub struct Act {
    /// How far the head in the picture is turned.
    pub head: f32,
    /// How far the carrier is.
    pub sheet: f32,
    /// How far the carrier is tilted.
    pub nod: f32,
    /// How far the eyes are shut, 0 to 1.
    pub shut: f32,
    /// Somebody else stands there.
    pub other: bool,
    /// Nothing is seen.
    pub hidden: bool,
}

const fn scene(name: &'static str, carrier: Carrier, will: Will) -> Scene {
    Scene {
        name,
        carrier,
        will,
    }
}

pub const SCENES: [Scene; 15] = [
    scene(
        "living, turns by 30 degrees",
        Carrier::Head,
        Will::AsAsked(30.0),
    ),
    scene(
        "living, turns by 20 degrees",
        Carrier::Head,
        Will::AsAsked(20.0),
    ),
    scene(
        "print with a border, held still",
        Carrier::Sheet,
        Will::Still,
    ),
    scene(
        "print, turned by 35 degrees as asked",
        Carrier::Sheet,
        Will::Carried(35.0),
    ),
    scene(
        "print, turned and tilted by 35 degrees as asked",
        Carrier::Sheet,
        Will::Tilted(35.0),
    ),
    scene(
        "print, turned and tilted by 55 degrees as asked",
        Carrier::Sheet,
        Will::Tilted(55.0),
    ),
    scene(
        "photograph on a screen, turned as asked",
        Carrier::Screen,
        Will::Carried(35.0),
    ),
    scene(
        "film of a blink on a screen",
        Carrier::Screen,
        Will::Blinking,
    ),
    scene(
        "film of all answers on a screen, looped",
        Carrier::Screen,
        Will::Loop,
    ),
    scene(
        "clips on a screen, each played when asked for",
        Carrier::Screen,
        Will::AsAsked(30.0),
    ),
    scene(
        "mask with eye holes, flat, turned as asked",
        Carrier::Mask(0.0),
        Will::Carried(35.0),
    ),
    scene(
        "mask with eye holes, bent, turned as asked",
        Carrier::Mask(0.5),
        Will::Carried(35.0),
    ),
    scene(
        "print, and another person answers",
        Carrier::Sheet,
        Will::Swapped,
    ),
    scene(
        "print, swapped in mid-prompt out of sight",
        Carrier::Sheet,
        Will::SwappedWithin(3),
    ),
    scene(
        "print, swapped in mid-prompt between two frames",
        Carrier::Sheet,
        Will::SwappedWithin(0),
    ),
];

impl Scene {
    /// Whether it is worth telling what becomes of turns alone and of blinks alone.
    pub fn is_told_by_prompt(&self) -> bool {
        match self.will {
            Will::AsAsked(_) | Will::Tilted(_) | Will::Blinking => true,
            Will::Carried(_) => matches!(self.carrier, Carrier::Mask(_)),
            _ => false,
        }
    }

    /// What is shown in frame `n`, `since` frames after the asked phase began; nothing is wanted before one has
    /// understood.
    pub fn act(&self, wanted: Option<(Prompt, Phase)>, since: u32, n: u32) -> Act {
        let doing = wanted.and_then(|(prompt, phase)| (phase == Phase::Act).then_some(prompt));
        match self.will {
            Will::Still => Act::default(),
            Will::AsAsked(degrees) => answer(doing, degrees, since),
            Will::Carried(degrees) => {
                let act = answer(doing, degrees, since);
                // Behind the holes of a mask are eyes.
                let eyes = matches!(self.carrier, Carrier::Mask(_));
                Act {
                    head: 0.0,
                    sheet: act.head,
                    shut: if eyes { act.shut } else { 0.0 },
                    ..Act::default()
                }
            }
            Will::Tilted(degrees) => {
                let slowly = (since.saturating_sub(2) as f32 / 3.0).min(1.0);
                let act = answer(doing, degrees, since);
                Act {
                    head: 0.0,
                    sheet: act.head,
                    nod: act.shut * degrees * slowly,
                    shut: 0.0,
                    ..Act::default()
                }
            }
            Will::Blinking => Act {
                shut: blink(n % 10),
                ..Act::default()
            },
            Will::Loop => looped(n),
            Will::Swapped => Act {
                other: true,
                ..answer(doing, 30.0, since)
            },
            Will::SwappedWithin(hidden) => within(wanted, since, hidden),
        }
    }
}

/// Somebody does what is asked for, over some frames.
fn answer(doing: Option<Prompt>, degrees: f32, since: u32) -> Act {
    let slowly = (since.saturating_sub(2) as f32 / 3.0).min(1.0);
    match doing {
        None => Act::default(),
        Some(Prompt::Blink) => Act {
            shut: 1.0,
            ..Act::default()
        },
        Some(Prompt::TurnLeft) => Act {
            head: degrees * slowly,
            ..Act::default()
        },
        Some(Prompt::TurnRight) => Act {
            head: -degrees * slowly,
            ..Act::default()
        },
    }
}

/// The head behind a print is turned already, so that it is not looked at as closely as one that looks ahead.
fn within(wanted: Option<(Prompt, Phase)>, since: u32, hidden: u32) -> Act {
    let lowered = Act {
        hidden: true,
        ..Act::default()
    };
    match wanted {
        Some((_, Phase::Act)) if since < 3 + hidden => lowered,
        Some((prompt, Phase::Act)) => {
            let turned = if prompt == Prompt::TurnRight {
                -1.0
            } else {
                1.0
            };
            let act = answer(Some(prompt), 30.0, since - hidden);
            Act {
                head: if act.head == 0.0 {
                    15.0 * turned
                } else {
                    act.head
                },
                other: true,
                ..act
            }
        }
        Some((_, Phase::Back)) if since < hidden => lowered,
        _ => Act::default(),
    }
}

fn blink(frame: u32) -> f32 {
    if frame == 5 { 1.0 } else { 0.0 }
}

/// A blink, a turn to one side and to the other, two seconds each.
fn looped(n: u32) -> Act {
    let frame = n % 10;
    let turn = (frame as f32 / 10.0 * std::f32::consts::PI).sin() * 30.0;
    match n / 10 % 3 {
        0 => Act {
            shut: blink(frame),
            ..Act::default()
        },
        1 => Act {
            head: turn,
            ..Act::default()
        },
        _ => Act {
            head: -turn,
            ..Act::default()
        },
    }
}
