//! What the fuzzer and the replay of its corpus do with bytes.

use r30x::packet::Decoder;
use r30x::{Buffer, Command, Driver, Effect, Event, Parameters, Setup, Task};

/// Bytes from a line: decoded, read as command and as parameters, and answered to a driver.
pub fn r30x_packets(bytes: &[u8]) {
    let mut decoder = Decoder::default();
    let mut input = bytes;
    while let Some(found) = decoder.next(&mut input) {
        if let Ok(packet) = found {
            let _ = Command::parse(packet.payload);
            let _ = Parameters::parse(packet.payload);
        }
    }
    assert!(input.is_empty());
    r30x_driver(bytes.len(), bytes);
}

/// A driver whose sensor says these bytes ends its task, one way or the other.
pub fn r30x_driver(task: usize, line: &[u8]) {
    let (within, length) = (2_000, 512);
    let tasks = [
        Task::Connect(Setup::default()),
        Task::Image { within },
        Task::Enrol { page: 1, within },
        Task::ReadTemplate(Buffer::One),
        Task::WritePage { page: 1, length },
        Task::Verify { length, within },
        Task::Identify {
            start: 0,
            count: 10,
            fast: true,
            within,
        },
        Task::Ask(Command::Count),
    ];
    let mut driver = Driver::new();
    let (mut now, mut heard, mut kept) = (0, 0, 0);
    let mut event = Event::Begin(tasks[task % tasks.len()]);
    for _ in 0..100_000 {
        let step = driver.step(event, now);
        heard += step.taken;
        event = Event::Received(&line[heard..(heard + 40).min(line.len())]);
        match step.effect {
            Effect::Done(_) | Effect::Failed(_) => return,
            Effect::Payload(bytes) => kept += bytes.len(),
            Effect::Supply(wanted) => event = Event::Supplied(&[7; 256][..wanted.length]),
            Effect::Wait(until) if heard == line.len() => now = until.max(now),
            Effect::Wait(_) => now += 1,
            Effect::Send(_) | Effect::SetBaud(_) | Effect::Prompt(_) => {}
        }
        assert!(kept <= r30x::image::PACKED);
    }
    panic!("the task does not end");
}

/// The payload of each command, at least once.
#[allow(dead_code)] // the fuzzer does not need them
pub fn command_samples() -> Vec<Vec<u8>> {
    let mut samples: Vec<Vec<u8>> = [1, 3, 5, 0x0A, 0x0B, 0x0D, 0x0F, 0x14, 0x1D, 0x36, 0x3C]
        .map(|code| vec![code])
        .to_vec();
    let more: [&[u8]; 18] = [
        &[2, 1],
        &[2, 2],
        &[8, 1],
        &[9, 2],
        &[4, 1, 0, 0, 3, 0xE8],
        &[0x1B, 2, 0, 9, 0, 1],
        &[6, 1, 1, 2],
        &[7, 2, 3, 4],
        &[0x0C, 0, 1, 0, 2],
        &[0x0E, 4, 12],
        &[0x0E, 5, 1],
        &[0x0E, 6, 3],
        &[0x12, 1, 2, 3, 4],
        &[0x13, 0, 0, 0, 0],
        &[0x15, 9, 8, 7, 6],
        &[0x19, 15],
        &[0x1F, 3],
        &[0x35, 1, 2, 3, 4],
    ];
    samples.extend(more.map(<[u8]>::to_vec));
    let mut note = vec![0x18, 2];
    note.extend(1..=32);
    samples.push(note);
    samples
}
