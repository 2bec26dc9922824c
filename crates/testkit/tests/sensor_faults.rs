//! What goes wrong between the driver and the simulated sensor, and that nothing of it is left behind.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod line;

use line::{Line, connected, finger};
use r30x::{Buffer, Command, Confirmation, Error, Outcome, Task, image};
use testkit::prints::{NotAFinger, Sensor as Glass};
use testkit::sensor::{Fault, Model, OnTheGlass};

const WITHIN: u64 = 5_000;

/// After whatever went wrong, the very next picture is whole.
fn whole_afterwards(line: &mut Line) {
    line.sensor.put(finger(1, 0));
    assert_eq!(line.run(Task::Image { within: WITHIN }), Ok(Outcome::Done));
    assert!(image::pixels(&line.payload).eq(finger(1, 0).pixels()));
}

#[test]
fn a_sensor_that_stalls_in_the_middle_of_a_picture_is_a_clear_error_and_works_again() {
    let mut line = connected(Model::R307);
    line.sensor.put(finger(1, 0));
    line.sensor.expect(Fault::Stall(10_000));
    let failed = line.run(Task::Image { within: WITHIN });
    assert_eq!(failed, Err(Error::Stalled { got: 9_984 }));
    whole_afterwards(&mut line);
}

#[test]
fn a_damaged_data_packet_ends_the_picture_and_its_rest_is_not_taken_for_the_next() {
    for real_time in [false, true] {
        let mut line = connected(Model {
            real_time,
            ..Model::R307
        });
        line.sensor.put(finger(2, 0));
        line.sensor.expect(Fault::BadData);
        assert_eq!(
            line.run(Task::Image { within: WITHIN }),
            Err(Error::Damaged)
        );
        whole_afterwards(&mut line);
    }
}

#[test]
fn bytes_lost_on_the_line_never_make_a_picture() {
    for lost in [1, 5, 11, 267, 300, 1_000] {
        let mut line = connected(Model::R307);
        line.sensor.put(finger(2, 0));
        line.sensor.expect(Fault::Loss(lost));
        let failed = line.run(Task::Image { within: WITHIN }).unwrap_err();
        let clear = matches!(
            failed,
            Error::Damaged | Error::Truncated { .. } | Error::Stalled { .. }
        );
        assert!(clear, "{lost} bytes lost: {failed}");
        whole_afterwards(&mut line);
    }
}

#[test]
fn noise_before_an_answer_is_passed_over() {
    let mut line = connected(Model::R307);
    for count in [1, 2, 3, 7, 40] {
        line.sensor.expect(Fault::Noise(count));
        let counted = line.run(Task::Ask(Command::Count));
        assert!(counted.is_ok(), "{count} bytes of noise: {counted:?}");
    }
}

#[test]
fn a_damaged_answer_and_a_missing_one_are_told_apart() {
    let mut line = connected(Model::R307);
    line.sensor.expect(Fault::BadAnswer);
    assert_eq!(line.run(Task::Ask(Command::Count)), Err(Error::Damaged));
    line.sensor.expect(Fault::Silence);
    assert_eq!(
        line.run(Task::Ask(Command::Count)),
        Err(Error::Silent { command: 0x1D })
    );
    assert!(line.run(Task::Ask(Command::Count)).is_ok());
}

#[test]
fn a_messy_picture_and_a_thing_without_features_are_refused_in_words() {
    let mut line = connected(Model::R307);
    line.sensor.put(finger(1, 0));
    line.sensor.expect(Fault::Refusal(Confirmation::Messy));
    let extract = Task::Extract {
        buffer: Buffer::One,
        within: WITHIN,
    };
    let refused = line.run(extract).unwrap_err();
    assert!(
        refused.to_string().contains("too messy: clean the sensor"),
        "{refused}"
    );
    line.sensor
        .put(OnTheGlass::thing(&NotAFinger::Stripes.on(Glass::R307, 1)));
    let confirmation = Confirmation::TooFewFeatures;
    assert_eq!(
        line.run(extract),
        Err(Error::Refused {
            command: 2,
            confirmation
        })
    );
}

#[test]
fn an_enrolment_that_fails_anywhere_leaves_the_flash_as_it_was() {
    let faults = [
        Fault::Silence,
        Fault::BadAnswer,
        Fault::Refusal(Confirmation::Messy),
        Fault::Refusal(Confirmation::Flash),
    ];
    for fault in faults {
        let mut line = connected(Model::R307);
        line.presses = vec![finger(1, 0), finger(1, 1)];
        line.sensor.expect(fault);
        assert!(
            line.run(Task::Enrol {
                page: 3,
                within: WITHIN
            })
            .is_err(),
            "{fault:?}"
        );
        assert_eq!(line.sensor.stored(), [], "{fault:?}");
        line.presses = vec![finger(1, 0), finger(1, 1)];
        assert_eq!(
            line.run(Task::Enrol {
                page: 3,
                within: WITHIN
            }),
            Ok(Outcome::Done)
        );
    }
}

#[test]
fn power_that_fails_in_the_middle_of_a_picture_is_a_stall() {
    let mut line = connected(Model {
        real_time: true,
        ..Model::R307
    });
    line.sensor.put(finger(1, 0));
    line.power_fails_at = Some(line.now + 2_000);
    let failed = line.run(Task::Image { within: WITHIN });
    assert!(
        matches!(failed, Err(Error::Stalled { got: 1.. })),
        "{failed:?}"
    );
    whole_afterwards(&mut line);
}

#[test]
fn the_answer_to_a_cancelled_command_is_not_taken_for_the_next_ones() {
    let mut line = connected(Model {
        real_time: true,
        ..Model::R307
    });
    line.sensor.put(finger(1, 0));
    // A real sensor looks for 200 ms.
    line.cancels_at = Some(line.now + 150);
    let cancelled = line.run(Task::Image { within: WITHIN });
    assert_eq!(cancelled, Err(Error::Cancelled));
    assert_eq!(line.ask(Command::Count).word(0), Some(0));
    whole_afterwards(&mut line);
}
