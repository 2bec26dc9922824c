//! Questions and answers of ONVIF services (SOAP 1.2), with the user's token (WS-Security 1.1).

use super::xml::Element;
use crate::address::Address;
use crate::http::{Ask, Client, read};
use crate::{Credentials, Error, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use sha1::{Digest, Sha1};

/// Largest answer that is taken, in bytes.
const LARGEST: usize = 1024 * 1024;

/// Asks `service` for what `body` says.
pub(super) async fn ask(
    client: &mut Client,
    service: &Address,
    token: Option<&str>,
    body: &str,
) -> Result<Element> {
    let header = token.unwrap_or_default();
    let question = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>"#
    );
    let answered = client.ask(service, Ask::Soap(question.into())).await;
    let answer = match answered {
        // Cameras report a refused token as a fault, with one of these.
        Err(Error::Status(400 | 403 | 500)) if token.is_some() => return Err(Error::WrongPassword),
        Err(Error::Status(400 | 403 | 500)) => return Err(Error::PasswordWanted),
        answered => answered?,
    };
    let document = Element::document(&read(answer, LARGEST, "an answer").await?)?;
    match document.first("Fault") {
        Some(fault)
            if fault
                .all("Value")
                .any(|value| value.text.contains("NotAuthorized")) =>
        {
            Err(if token.is_some() {
                Error::WrongPassword
            } else {
                Error::PasswordWanted
            })
        }
        Some(fault) => {
            let why: String = fault
                .says("Text")
                .unwrap_or("a fault")
                .chars()
                .take(200)
                .collect();
            Err(Error::Damaged(why))
        }
        None => Ok(document),
    }
}

/// The user's token at `created`, by the camera's clock: digest = Base64(SHA-1(nonce + created +
/// password)).
pub(super) fn token(credentials: &Credentials, created: Timestamp, nonce: &[u8; 16]) -> String {
    let created = created.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let digest = digest(nonce, &created, &credentials.password);
    let nonce = STANDARD.encode(nonce);
    let user = escaped(&credentials.user);
    format!(
        r#"<w:Security xmlns:w="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd" xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"><w:UsernameToken><w:Username>{user}</w:Username><w:Password Type="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest">{digest}</w:Password><w:Nonce EncodingType="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary">{nonce}</w:Nonce><u:Created>{created}</u:Created></w:UsernameToken></w:Security>"#
    )
}

fn digest(nonce: &[u8], created: &str, password: &str) -> String {
    let hash = Sha1::new()
        .chain_update(nonce)
        .chain_update(created)
        .chain_update(password);
    STANDARD.encode(hash.finalize())
}

/// Text as it stands in XML.
pub(super) fn escaped(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_onvif_programmers_guide() {
        // ONVIF Application Programmer's Guide 1.0, 6.1.1.3.
        let nonce = STANDARD.decode("LKqI6G/AikKCQrN0zqZFlg==").unwrap();
        let digest = digest(&nonce, "2010-09-16T07:50:45Z", "userpassword");
        assert_eq!(digest, "tuOSpGlFlIXsozq4HFNeeGeFLEI=");
    }
}
