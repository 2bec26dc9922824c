//! The streams of one camera: the largest to keep, a small one to look for faces in.

use super::soap::{ask, escaped, token};
use super::xml::Element;
use crate::address::Address;
use crate::http::Client;
use crate::{Credentials, Error, Guard, Result};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::sync::Arc;

/// Most profiles that are asked for their address.
const MOST_PROFILES: usize = 8;
/// The least width of a stream in which faces at a door are found, in pixels.
const LEAST_WIDTH: u32 = 640;

/// Where a camera has its pictures.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Streams {
    /// The largest stream.
    pub main: Address,
    /// A smaller one that is enough to find faces in: the smallest of at least 640 pixels' width.
    pub detection: Option<Address>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Profile {
    token: String,
    width: u32,
    height: u32,
}

/// Asks an ONVIF service where the camera has its streams.
///
/// # Errors
/// Why it does not say.
pub async fn onvif_streams(
    service: &Address,
    credentials: Option<&Credentials>,
    guard: &Arc<Guard>,
) -> Result<Streams> {
    let mut camera = Camera {
        client: Client::new(guard.clone(), credentials.cloned()),
        credentials: credentials.cloned(),
        clock_s: 0,
    };
    camera.set_clock(service).await;
    let media = camera.media(service).await?;
    let question = r#"<GetProfiles xmlns="http://www.onvif.org/ver10/media/wsdl"/>"#;
    let profiles = profiles(&camera.ask(&media, question).await?);
    let (main, small) = chosen(&profiles).ok_or_else(|| Error::Codec("no video".into()))?;
    Ok(Streams {
        main: camera.stream(&media, main).await?,
        detection: match small {
            Some(small) => camera.stream(&media, small).await.ok(),
            None => None,
        },
    })
}

/// The stream that is the largest, and the smallest that is enough, of an answer to `GetProfiles`: their
/// tokens. `None`: there is no video in it.
///
/// # Errors
/// When the answer cannot be read.
pub fn streams_in(answer: &[u8]) -> Result<Option<(String, Option<String>)>> {
    let profiles = profiles(&Element::document(answer)?);
    let token = |profile: &Profile| profile.token.clone();
    Ok(chosen(&profiles).map(|(main, small)| (token(main), small.map(token))))
}

struct Camera {
    client: Client,
    credentials: Option<Credentials>,
    /// The camera's clock minus ours, in seconds.
    clock_s: i64,
}

impl Camera {
    async fn ask(&mut self, service: &Address, body: &str) -> Result<Element> {
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).map_err(|error| Error::Damaged(error.to_string()))?;
        let now = Timestamp::now().as_second().saturating_add(self.clock_s);
        let now = Timestamp::from_second(now).unwrap_or_else(|_| Timestamp::now());
        let header = self
            .credentials
            .as_ref()
            .map(|given| token(given, now, &nonce));
        ask(&mut self.client, service, header.as_deref(), body).await
    }

    /// A token counts for a few minutes, by the camera's own clock, which it tells everybody.
    async fn set_clock(&mut self, service: &Address) {
        let question = r#"<GetSystemDateAndTime xmlns="http://www.onvif.org/ver10/device/wsdl"/>"#;
        let told = ask(&mut self.client, service, None, question).await;
        if let Some(time) = told.ok().as_ref().and_then(time_in) {
            self.clock_s = time.as_second() - Timestamp::now().as_second();
        }
    }

    /// The address of its media service.
    async fn media(&mut self, service: &Address) -> Result<Address> {
        let question = r#"<GetCapabilities xmlns="http://www.onvif.org/ver10/device/wsdl"><Category>Media</Category></GetCapabilities>"#;
        let told = self.ask(service, question).await?;
        let media = told.first("Media").and_then(|media| media.says("XAddr"));
        let media = media.ok_or_else(|| Error::Damaged("it names no media service".into()))?;
        let media: Address = media.parse()?;
        // The password is for the host that was asked.
        if media.same_host(service) {
            return Ok(media);
        }
        Err(Error::Redirect(media.to_string()))
    }

    async fn stream(&mut self, media: &Address, profile: &Profile) -> Result<Address> {
        let question = format!(
            r#"<GetStreamUri xmlns="http://www.onvif.org/ver10/media/wsdl"><StreamSetup><Stream xmlns="http://www.onvif.org/ver10/schema">RTP-Unicast</Stream><Transport xmlns="http://www.onvif.org/ver10/schema"><Protocol>RTSP</Protocol></Transport></StreamSetup><ProfileToken>{}</ProfileToken></GetStreamUri>"#,
            escaped(&profile.token)
        );
        let told = self.ask(media, &question).await?;
        let uri = told.says("Uri");
        uri.ok_or_else(|| Error::Damaged("it names no stream".into()))?
            .parse()
    }
}

fn time_in(answer: &Element) -> Option<Timestamp> {
    let utc = answer.first("UTCDateTime")?;
    let number = |name: &str| utc.says(name)?.parse::<i16>().ok();
    let small = |name: &str| i8::try_from(number(name)?).ok();
    let time = DateTime::new(
        number("Year")?,
        small("Month")?,
        small("Day")?,
        small("Hour")?,
        small("Minute")?,
        small("Second")?,
        0,
    );
    let zoned = time.ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some(zoned.timestamp())
}

fn profiles(answer: &Element) -> Vec<Profile> {
    let one = |profile: &Element| {
        let video = profile.first("VideoEncoderConfiguration")?;
        let side = |name: &str| video.says(name)?.parse().ok();
        Some(Profile {
            token: profile.attribute("token")?.to_owned(),
            width: side("Width")?,
            height: side("Height")?,
        })
    };
    let profiles = answer.all("Profiles").filter_map(one);
    profiles.take(MOST_PROFILES).collect()
}

fn chosen(profiles: &[Profile]) -> Option<(&Profile, Option<&Profile>)> {
    let pixels = |profile: &&Profile| u64::from(profile.width) * u64::from(profile.height);
    // Of equal ones the first, which cameras mean to be the main one.
    let main = profiles.iter().rev().max_by_key(pixels)?;
    let enough = profiles
        .iter()
        .filter(|profile| profile.width >= LEAST_WIDTH);
    let small = enough.min_by_key(pixels);
    Some((main, small.filter(|small| pixels(small) < pixels(&main))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(token: &str, width: u32, height: u32) -> String {
        format!(
            "<t:Profiles token='{token}'><t:VideoEncoderConfiguration><t:Resolution>\
             <t:Width>{width}</t:Width><t:Height>{height}</t:Height></t:Resolution>\
             </t:VideoEncoderConfiguration></t:Profiles>"
        )
    }

    fn picked(sizes: &[(&str, u32, u32)]) -> Option<(String, Option<String>)> {
        let all: String = sizes
            .iter()
            .map(|(token, w, h)| profile(token, *w, *h))
            .collect();
        streams_in(format!("<r>{all}</r>").as_bytes()).unwrap()
    }

    #[test]
    fn the_largest_stream_and_the_smallest_that_is_enough_are_chosen() {
        let some =
            |main: &str, small: Option<&str>| Some((main.to_owned(), small.map(str::to_owned)));
        let three = [("a", 2560, 1440), ("b", 640, 480), ("c", 320, 240)];
        assert_eq!(picked(&three), some("a", Some("b")));
        assert_eq!(
            picked(&[("a", 1920, 1080), ("c", 352, 288)]),
            some("a", None)
        );
        assert_eq!(picked(&[("only", 320, 240)]), some("only", None));
        assert_eq!(picked(&[]), None);
    }

    #[test]
    fn the_cameras_clock_is_read() {
        let xml = b"<UTCDateTime><Time><Hour>7</Hour><Minute>5</Minute><Second>3</Second></Time>\
            <Date><Year>2024</Year><Month>2</Month><Day>29</Day></Date></UTCDateTime>";
        let time = time_in(&Element::document(xml).unwrap()).unwrap();
        assert_eq!(time.to_string(), "2024-02-29T07:05:03Z");
    }
}
