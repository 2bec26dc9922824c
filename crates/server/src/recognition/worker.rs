//! A recognition worker: looks at the images that the private part sends. It keeps nothing.

use super::analyser::{Analyser, Fault};
use super::remote::Wanted;
use super::wire::{FromWorker, Incoming, Outgoing, ToWorker};
use bytes::Bytes;
use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite, split};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use vision::Look;

/// Looks at images for the private part at the other end of `link`, `capacity` at a time, until
/// the link ends; its answers come from `own` models.
///
/// # Errors
/// How the link ended: it never ends well.
pub async fn work<L>(
    link: L,
    analyser: &Arc<dyn Analyser>,
    own: &Wanted,
    capacity: u16,
) -> io::Result<Infallible>
where
    L: AsyncRead + AsyncWrite + Send + 'static,
{
    let (reader, writer) = split(link);
    let mut outgoing = Outgoing::new(writer);
    let hello = FromWorker::Hello {
        model: own.model.to_string(),
        spoof: own.spoof.clone(),
    };
    outgoing.send(&hello).await?;
    let (answer, answers) = mpsc::channel(usize::from(capacity) + 1);
    let mut desk = Desk {
        analyser: analyser.clone(),
        places: Arc::new(Semaphore::new(usize::from(capacity))),
        answer,
        looking: JoinSet::new(),
    };
    tokio::select! {
        ended = desk.read(Incoming::new(reader)) => ended,
        ended = write(&mut outgoing, answers) => ended,
    }
}

/// Where images arrive. Those that are looked at are given up with it.
struct Desk {
    analyser: Arc<dyn Analyser>,
    places: Arc<Semaphore>,
    answer: mpsc::Sender<FromWorker>,
    looking: JoinSet<()>,
}

impl Desk {
    async fn read<R: AsyncRead + Unpin>(
        &mut self,
        mut incoming: Incoming<R, ToWorker>,
    ) -> io::Result<Infallible> {
        loop {
            while self.looking.try_join_next().is_some() {}
            match incoming.next().await? {
                ToWorker::Ping => self.say(FromWorker::Pong).await?,
                ToWorker::Look {
                    number,
                    purpose,
                    image,
                } => self.look(number, purpose, image)?,
                ToWorker::Refused(why) => return Err(io::Error::other(why)),
            }
        }
    }

    async fn say(&self, message: FromWorker) -> io::Result<()> {
        let said = self.answer.send(message).await;
        said.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn look(&mut self, number: u64, purpose: vision::Purpose, image: Vec<u8>) -> io::Result<()> {
        let place = self.places.clone().try_acquire_owned();
        let place = place.map_err(|_| io::Error::other("more images at a time than agreed"))?;
        let (analyser, answer) = (self.analyser.clone(), self.answer.clone());
        self.looking.spawn(async move {
            let looked: Result<Look, Fault> = analyser.look(Bytes::from(image), purpose).await;
            // The place is free before the private part can know, so it never sends too much.
            drop(place);
            let look = looked.ok();
            let _ = answer.send(FromWorker::Looked { number, look }).await;
        });
        Ok(())
    }
}

async fn write<W: AsyncWrite + Unpin>(
    outgoing: &mut Outgoing<W, FromWorker>,
    mut answers: mpsc::Receiver<FromWorker>,
) -> io::Result<Infallible> {
    while let Some(answer) = answers.recv().await {
        outgoing.send(&answer).await?;
    }
    Err(io::ErrorKind::BrokenPipe.into())
}
