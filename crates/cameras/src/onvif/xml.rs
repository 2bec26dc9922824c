//! XML as a small tree, names without their prefixes. What is too large or too deep is refused.

use crate::{Error, Result};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Most elements of a document.
const MOST: usize = 20_000;
/// Deepest nesting.
const DEEPEST: usize = 40;

/// An element.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    /// The root above the document's elements. Entities beyond the five of XML are left out, a
    /// document type is skipped: nothing outside the document is ever read.
    pub(super) fn document(bytes: &[u8]) -> Result<Self> {
        let damaged = |why: &str| Error::Damaged(format!("XML: {why}"));
        let text = String::from_utf8_lossy(bytes);
        let mut reader = Reader::from_str(&text);
        let mut open = vec![Self::default()];
        let mut count = 0;
        loop {
            let event = reader.read_event();
            match event.map_err(|error| damaged(&error.to_string()))? {
                Event::Start(start) if open.len() < DEEPEST => open.push(element(&start)),
                Event::Start(_) => return Err(damaged("nested too deeply")),
                Event::Empty(start) => put(&mut open, element(&start)),
                Event::End(_) => {
                    if let Some(ended) = open.pop() {
                        put(&mut open, ended);
                    }
                }
                Event::Text(text) => add(&mut open, &text.xml10_content()),
                Event::CData(text) => add(&mut open, &text),
                Event::GeneralRef(name) => add(&mut open, entity(&name)),
                Event::Eof => break,
                _ => {}
            }
            count += 1;
            if count > MOST {
                return Err(damaged("too many elements"));
            }
        }
        match (open.pop(), open.is_empty()) {
            (Some(root), true) => Ok(root),
            _ => Err(damaged("an element is not closed")),
        }
    }

    /// Every element of that name, at any depth, in the order of the document.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        let below = self.children.iter().flat_map(move |child| {
            let itself = (child.name == name).then_some(child);
            itself.into_iter().chain(child.all(name))
        });
        Box::new(below)
    }

    /// The first of them.
    pub(super) fn first<'a>(&'a self, name: &'a str) -> Option<&'a Self> {
        self.all(name).next()
    }

    /// What the first of them says.
    pub(super) fn says<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.first(name).map(|element| element.text.trim())
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let named = |(key, value): &'_ (String, String)| (key == name).then(|| value.clone());
        let at = self
            .attributes
            .iter()
            .position(|pair| named(pair).is_some())?;
        Some(&self.attributes[at].1)
    }
}

fn element(start: &BytesStart<'_>) -> Element {
    let text = |text: &str| text.to_owned();
    let attributes = start.attributes().filter_map(std::result::Result::ok);
    Element {
        name: text(start.local_name().as_ref()),
        attributes: attributes
            .map(|one| (text(one.key.local_name().as_ref()), text(&one.value)))
            .collect(),
        ..Element::default()
    }
}

fn put(open: &mut [Element], ended: Element) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(ended);
    }
}

fn add(open: &mut [Element], text: &str) {
    if let Some(parent) = open.last_mut() {
        parent.text.push_str(text);
    }
}

fn entity(name: &str) -> &'static str {
    match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_by_name_without_their_prefix() {
        let xml = b"<s:a xmlns:s='x'><s:b t='1'>one &amp; two</s:b><c><b>three</b></c></s:a>";
        let root = Element::document(xml).unwrap();
        let all: Vec<&str> = root.all("b").map(|b| b.text.as_str()).collect();
        assert_eq!(all, ["one & two", "three"]);
        assert_eq!(root.first("b").unwrap().attribute("t"), Some("1"));
        assert_eq!(root.says("d"), None);
    }

    #[test]
    fn entities_of_a_document_type_expand_to_nothing() {
        let xml = b"<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>";
        assert_eq!(Element::document(xml).unwrap().says("a"), Some(""));
    }

    #[test]
    fn what_is_too_deep_too_large_or_not_closed_is_refused() {
        let deep = "<a>".repeat(100_000);
        let large = format!("<a>{}</a>", "<b/>".repeat(100_000));
        for xml in [deep.as_str(), &large, "<a>", "<a></b>"] {
            assert!(Element::document(xml.as_bytes()).is_err());
        }
    }
}
