//! Every exchange between the driver and the simulated sensor, with a clock that only these tests move.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod line;

use line::{Line, connected, finger, picture};
use r30x::{
    Baud, Buffer, Command, Confirmation, Error, Light, Outcome, PacketSize, Prompt, Setup, Task,
    image,
};
use testkit::sensor::{Fault, Model};

const WITHIN: u64 = 5_000;

#[test]
fn a_sensor_as_from_the_factory_is_met_and_made_fast() {
    let mut line = Line::new(Model::R307);
    let Ok(Outcome::Connected(told)) = line.run(Task::Connect(Setup::default())) else {
        panic!("not connected");
    };
    assert_eq!((told.capacity, told.baud.rate()), (1000, 115_200));
    assert_eq!(told.packet, PacketSize::Bytes256);
    assert_eq!(line.sensor.baud().rate(), 115_200);
    assert_eq!(line.rate, 115_200);
}

#[test]
fn a_sensor_left_at_another_speed_is_found_there() {
    for code in [1, 2, 3, 4, 12] {
        let mut line = Line::new(Model::R307);
        line.sensor.left_as(Baud::of(code).unwrap(), 0);
        line.run(Task::Connect(Setup::default())).unwrap();
        assert_eq!(line.sensor.baud(), Baud::FASTEST);
    }
}

#[test]
fn no_sensor_on_the_line_is_said_after_every_speed_was_tried() {
    let mut line = Line::new(Model::R307);
    // At a speed that hosts do not try.
    line.sensor.left_as(Baud::of(7).unwrap(), 0);
    assert_eq!(
        line.run(Task::Connect(Setup::default())),
        Err(Error::NotFound)
    );
    assert!(line.now < 10_000, "took {} ms", line.now);
}

#[test]
fn a_wrong_password_is_named_and_the_right_one_opens() {
    let mut line = Line::new(Model::R307);
    line.sensor.left_as(Baud::FACTORY, 77);
    let refused = line.run(Task::Connect(Setup::default()));
    let confirmation = Confirmation::WrongPassword;
    assert_eq!(
        refused,
        Err(Error::Refused {
            command: 0x13,
            confirmation
        })
    );
    let password = 77;
    line.run(Task::Connect(Setup {
        password,
        ..Setup::default()
    }))
    .unwrap();
    line.sensor.power_cycle();
    let confirmation = Confirmation::MustVerify;
    let counted = line.run(Task::Ask(Command::Count));
    assert_eq!(
        counted,
        Err(Error::Refused {
            command: 0x1D,
            confirmation
        })
    );
}

#[test]
fn a_sensor_that_refuses_the_faster_speed_is_used_at_the_one_it_has() {
    let mut line = Line::new(Model {
        fastest: Baud::FACTORY,
        ..Model::R307
    });
    line.run(Task::Connect(Setup::default())).unwrap();
    assert_eq!((line.sensor.baud(), line.rate), (Baud::FACTORY, 57_600));
    assert_eq!(line.ask(Command::Count).word(0), Some(0));
}

#[test]
fn a_sensor_that_agrees_to_the_faster_speed_and_stays_slow_is_found_again() {
    let mut line = Line::new(Model::R307);
    line.sensor.expect(Fault::StaysSlow);
    line.run(Task::Connect(Setup::default())).unwrap();
    assert_eq!((line.sensor.baud(), line.rate), (Baud::FACTORY, 57_600));
    assert_eq!(line.ask(Command::Count).word(0), Some(0));
}

#[test]
fn a_line_is_made_slower_where_that_is_asked_for() {
    let mut line = connected(Model::R307);
    let baud = Baud::of(2).unwrap();
    line.run(Task::Connect(Setup {
        baud,
        ..Setup::default()
    }))
    .unwrap();
    assert_eq!((line.sensor.baud(), line.rate), (baud, 19_200));
}

#[test]
fn the_picture_that_arrives_is_the_one_on_the_glass() {
    let mut line = connected(Model::R307);
    let on_it = finger(1, 0);
    line.sensor.put(on_it.clone());
    assert_eq!(line.run(Task::Image { within: WITHIN }), Ok(Outcome::Done));
    assert_eq!(line.payload.len(), image::PACKED);
    assert!(image::pixels(&line.payload).eq(on_it.pixels()));
    assert_eq!(on_it.pixels(), picture(1, 0).pixels);
}

#[test]
fn a_picture_takes_as_long_as_the_line_needs() {
    let mut line = connected(Model {
        real_time: true,
        ..Model::R307
    });
    line.sensor.put(finger(1, 0));
    let began = line.now;
    line.run(Task::Image { within: WITHIN }).unwrap();
    // 36,864 bytes in frames of 256 + 11 at 115,200 baud are 3.34 s; looking takes 0.2 s.
    let took = line.now - began;
    assert!((3_300..4_000).contains(&took), "took {took} ms");
}

#[test]
fn without_a_finger_the_wait_ends_in_its_time() {
    let mut line = connected(Model::R307);
    let began = line.now;
    assert_eq!(
        line.run(Task::Image { within: WITHIN }),
        Err(Error::NoFinger)
    );
    assert!((WITHIN..WITHIN + 500).contains(&(line.now - began)));
    line.sensor.put(finger(1, 0));
    assert_eq!(
        line.run(Task::Lifted { within: WITHIN }),
        Err(Error::NotLifted)
    );
    line.sensor.lift();
    assert_eq!(line.run(Task::Lifted { within: WITHIN }), Ok(Outcome::Done));
}

#[test]
fn a_finger_is_enrolled_by_two_presses_and_found_again() {
    let mut line = connected(Model::R307);
    line.presses = vec![finger(1, 0), finger(1, 1)];
    assert_eq!(
        line.run(Task::Enrol {
            page: 12,
            within: WITHIN
        }),
        Ok(Outcome::Done)
    );
    assert_eq!(
        line.prompts,
        [Prompt::Press, Prompt::Lift, Prompt::PressAgain]
    );
    assert_eq!(line.sensor.stored(), [(12, "finger 1".to_owned())]);
    for fast in [false, true] {
        let search = Task::Identify {
            start: 0,
            count: 1000,
            fast,
            within: WITHIN,
        };
        line.sensor.put(finger(1, 2));
        assert!(matches!(
            line.run(search),
            Ok(Outcome::Found {
                page: 12,
                score: 60..
            })
        ));
        line.sensor.put(finger(2, 0));
        assert_eq!(line.run(search), Ok(Outcome::NotMatched));
    }
}

#[test]
fn two_fingers_do_not_make_one_template_and_nothing_is_stored() {
    let mut line = connected(Model::R307);
    line.presses = vec![finger(1, 0), finger(2, 0)];
    let confirmation = Confirmation::CombineFailed;
    let enrolled = line.run(Task::Enrol {
        page: 3,
        within: WITHIN,
    });
    assert_eq!(
        enrolled,
        Err(Error::Refused {
            command: 5,
            confirmation
        })
    );
    assert_eq!(line.sensor.stored(), []);
}

#[test]
fn templates_of_every_length_travel_both_ways() {
    for template in [512, 768, 1536] {
        let mut line = connected(Model {
            template,
            ..Model::R307
        });
        line.sensor.put(finger(4, 0));
        let buffer = Buffer::One;
        line.run(Task::Extract {
            buffer,
            within: WITHIN,
        })
        .unwrap();
        let read = line.run(Task::ReadTemplate(buffer));
        assert_eq!(read, Ok(Outcome::Template { length: template }));
        let kept = line.payload.clone();
        line.supplies = kept.clone();
        line.run(Task::WritePage {
            page: 7,
            length: template,
        })
        .unwrap();
        assert_eq!(line.sensor.stored(), [(7, "finger 4".to_owned())]);
        line.run(Task::ReadPage(7)).unwrap();
        assert_eq!(line.payload, kept);
    }
}

/// A template of a finger, as an earlier enrolment left it on the host.
fn template_of(line: &mut Line, seed: u64) -> Vec<u8> {
    line.sensor.put(finger(seed, 0));
    let buffer = Buffer::One;
    line.run(Task::Extract {
        buffer,
        within: WITHIN,
    })
    .unwrap();
    line.run(Task::ReadTemplate(buffer)).unwrap();
    line.sensor.lift();
    line.payload.clone()
}

#[test]
fn a_finger_is_matched_with_the_template_of_the_tag_that_was_read() {
    let mut line = connected(Model::R307);
    line.supplies = template_of(&mut line, 5);
    let verify = Task::Verify {
        length: line.supplies.len(),
        within: WITHIN,
    };
    line.sensor.put(finger(5, 1));
    assert!(matches!(
        line.run(verify),
        Ok(Outcome::Matched { score: 60.. })
    ));
    line.sensor.put(finger(6, 0));
    assert_eq!(line.run(verify), Ok(Outcome::NotMatched));
    assert_eq!(line.sensor.stored(), []);
}

#[test]
fn the_odd_r307_is_found_out_and_served_in_packets_of_32() {
    let mut line = connected(Model::ODD_R307);
    line.supplies = template_of(&mut line, 5);
    let verify = Task::Verify {
        length: line.supplies.len(),
        within: WITHIN,
    };
    line.sensor.put(finger(5, 1));
    assert!(matches!(line.run(verify), Ok(Outcome::Matched { .. })));
    assert_eq!(line.driver.packet_size(), PacketSize::Bytes32);
    // From then on without reading back.
    let before = line.sent;
    line.run(verify).unwrap();
    assert!(
        line.sent - before < 512 + 16 * 11 + 100,
        "sent {}",
        line.sent - before
    );
}

#[test]
fn a_template_left_in_the_sensor_is_not_matched_in_place_of_the_one_sent() {
    let mut line = connected(Model::ODD_R307);
    line.supplies = template_of(&mut line, 5);
    // Somebody else's features lie where the template belongs, and the odd sensor drops large packets.
    line.sensor.put(finger(6, 0));
    let buffer = Buffer::Two;
    line.run(Task::Extract {
        buffer,
        within: WITHIN,
    })
    .unwrap();
    let verify = Task::Verify {
        length: line.supplies.len(),
        within: WITHIN,
    };
    assert_eq!(line.run(verify), Ok(Outcome::NotMatched));
}

#[test]
fn a_template_that_the_sensor_never_keeps_is_an_error_and_no_wrong_match() {
    let mut line = connected(Model::R307);
    line.supplies = template_of(&mut line, 5);
    line.sensor.expect(Fault::LostTemplate);
    line.sensor.expect(Fault::LostTemplate);
    let length = line.supplies.len();
    let buffer = Buffer::Two;
    let written = line.run(Task::WriteTemplate { buffer, length });
    assert_eq!(written, Err(Error::NotKept));
    assert_eq!(
        line.run(Task::WriteTemplate { buffer, length }),
        Ok(Outcome::Done)
    );
}

#[test]
fn a_template_of_a_length_no_sensor_takes_is_refused_before_anything_is_sent() {
    let mut line = connected(Model::R307);
    let before = line.sent;
    for length in [0, 1537] {
        let refused = line.run(Task::WritePage { page: 1, length });
        assert_eq!(refused, Err(Error::BadTemplate(length)));
    }
    assert_eq!(line.sent, before);
}

#[test]
fn the_flash_is_counted_listed_and_emptied() {
    let mut line = connected(Model::R307);
    line.supplies = template_of(&mut line, 8);
    for page in [0, 5, 300] {
        line.run(Task::WritePage { page, length: 512 }).unwrap();
    }
    assert_eq!(line.ask(Command::Count).word(0), Some(3));
    assert!(
        line.ask(Command::Index(0))
            .index()
            .unwrap()
            .taken()
            .eq([0, 5])
    );
    assert!(
        line.ask(Command::Index(1))
            .index()
            .unwrap()
            .taken()
            .eq([44])
    );
    line.ask(Command::Delete { page: 5, count: 1 });
    assert_eq!(line.ask(Command::Count).word(0), Some(2));
    line.ask(Command::Empty);
    assert_eq!(line.sensor.stored(), []);
    let confirmation = Confirmation::BadPage;
    let beyond = line.run(Task::WritePage {
        page: 1000,
        length: 512,
    });
    assert_eq!(
        beyond,
        Err(Error::Refused {
            command: 6,
            confirmation
        })
    );
}

#[test]
fn settings_notes_and_the_light_of_an_r503() {
    let mut line = connected(Model::R503);
    line.ask(Command::WriteNote {
        page: 3,
        text: [9; 32],
    });
    assert_eq!(line.ask(Command::ReadNote(3)).bytes(), [9; 32]);
    line.ask(Command::Light(Light {
        control: 3,
        speed: 0,
        colour: 2,
        times: 0,
    }));
    assert_eq!(line.sensor.light(), 3);
    assert!(line.ask(Command::ProductInfo).bytes().starts_with(b"R503"));
    line.ask(Command::SelfCheck);
    assert_ne!(line.ask(Command::Random), line.ask(Command::Random));
    line.ask(Command::SetSecurity(5));
    line.ask(Command::SetPassword(9));
    line.ask(Command::SetAddress(0x0102_0304));
    assert_eq!(line.ask(Command::Count).word(0), Some(0));
    let confirmation = Confirmation::BadPacket;
    let refused = connected(Model::R307).run(Task::Ask(Command::SelfCheck));
    assert_eq!(
        refused,
        Err(Error::Refused {
            command: 0x36,
            confirmation
        })
    );
}

#[test]
fn a_command_that_is_part_of_an_exchange_is_not_sent_alone() {
    let mut line = connected(Model::R307);
    let refused = line.run(Task::Ask(Command::SendImage));
    assert_eq!(refused, Err(Error::NotAlone { command: 0x0A }));
}
