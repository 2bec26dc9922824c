//! The page itself.

use super::example;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const METHODS: [&str; 4] = ["get", "post", "put", "delete"];

/// The document as one page of HTML.
pub(super) fn render(document: &utoipa::openapi::OpenApi) -> String {
    let document = serde_json::to_value(document).unwrap_or_default();
    let routes = by_tag(&document);
    let mut html = head(&document);
    html.push_str("<nav>");
    for tag in routes.keys() {
        push(
            &mut html,
            format_args!("<a href=\"#{0}\">{0}</a>", escaped(tag)),
        );
    }
    html.push_str("<a href=\"#types\">types</a></nav>");
    for (tag, routes) in &routes {
        push(
            &mut html,
            format_args!("<h2 id=\"{0}\">{0}</h2>", escaped(tag)),
        );
        for route in routes {
            html.push_str(route);
        }
    }
    html.push_str(&types(&document));
    html.push_str("</main></body></html>");
    html
}

fn head(document: &Value) -> String {
    let info = &document["info"];
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title} API</title><link rel=\"stylesheet\" href=\"/api/docs/style.css\"></head>\
         <body><main><h1>{title} API</h1><p>{description}</p>\
         <p>The same for programs: <a href=\"/api/openapi.json\">openapi.json</a> \
         (OpenAPI 3.1). For the examples below, set <code>GATEBOOK</code> to this address and \
         <code>TOKEN</code> to a token made under Settings.</p>",
        title = text(&info["title"]),
        description = text(&info["description"]),
    )
}

fn by_tag(document: &Value) -> BTreeMap<String, Vec<String>> {
    let mut tags: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let paths = document["paths"].as_object().into_iter().flatten();
    for (path, item) in paths {
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                let tag = operation["tags"][0].as_str().unwrap_or("other");
                let html = route(method, path, operation);
                tags.entry(tag.to_owned()).or_default().push(html);
            }
        }
    }
    tags
}

fn route(method: &str, path: &str, operation: &Value) -> String {
    let (summary, role) = summary_and_role(operation);
    let mut html = format!(
        "<details><summary><span class=\"role\">{role}</span>\
         <code><span class=\"method\">{}</span>{}</code> {summary}</summary><div>",
        method.to_uppercase(),
        escaped(path),
    );
    if operation["description"].is_string() {
        push(
            &mut html,
            format_args!("<p>{}</p>", text(&operation["description"])),
        );
    }
    html.push_str(&parameters(operation));
    html.push_str(&bodies(operation));
    if let Some(example) = example::of(method, path) {
        push(&mut html, format_args!("<pre>{}</pre>", escaped(example)));
    }
    html.push_str("</div></details>");
    html
}

/// The summary without its `Role: …` and the role, both safe to show.
fn summary_and_role(operation: &Value) -> (String, String) {
    let summary = operation["summary"].as_str().unwrap_or_default();
    let (summary, role) = summary.split_once("Role: ").unwrap_or((summary, ""));
    let role = role.trim_end_matches('.');
    (escaped(summary.trim()), escaped(role))
}

fn parameters(operation: &Value) -> String {
    let Some(parameters) = operation["parameters"].as_array() else {
        return String::new();
    };
    let mut html = String::from("<table>");
    for parameter in parameters {
        push(
            &mut html,
            format_args!(
                "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
                text(&parameter["name"]),
                text(&parameter["in"]),
                text(&parameter["description"]),
            ),
        );
    }
    html.push_str("</table>");
    html
}

fn bodies(operation: &Value) -> String {
    let mut html = String::from("<table>");
    if operation["requestBody"].is_object() {
        let body = content(&operation["requestBody"]["content"]);
        push(
            &mut html,
            format_args!("<tr><td>body</td><td>{body}</td><td></td></tr>"),
        );
    }
    let responses = operation["responses"].as_object().into_iter().flatten();
    for (status, response) in responses {
        push(
            &mut html,
            format_args!(
                "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
                escaped(status),
                content(&response["content"]),
                text(&response["description"]),
            ),
        );
    }
    html.push_str("</table>");
    html
}

fn content(content: &Value) -> String {
    let kinds = content.as_object().into_iter().flatten();
    let kinds = kinds.map(|(kind, body)| match name_of(&body["schema"]) {
        Some(name) => format!("<a href=\"#type-{0}\">{0}</a>", escaped(&name)),
        None => escaped(kind),
    });
    kinds.collect::<Vec<_>>().join(", ")
}

/// The type that a schema refers to, itself or as the items of a list.
fn name_of(schema: &Value) -> Option<String> {
    let reference = schema["$ref"]
        .as_str()
        .or(schema["items"]["$ref"].as_str())?;
    reference.rsplit('/').next().map(str::to_owned)
}

fn types(document: &Value) -> String {
    let mut html = String::from("<h2 id=\"types\">types</h2>");
    let schemas = document["components"]["schemas"].as_object();
    for (name, schema) in schemas.into_iter().flatten() {
        let json = serde_json::to_string_pretty(schema).unwrap_or_default();
        push(
            &mut html,
            format_args!(
                "<details id=\"type-{0}\"><summary><code>{0}</code> {1}</summary>\
                 <div><pre>{2}</pre></div></details>",
                escaped(name),
                text(&schema["description"]),
                escaped(&json),
            ),
        );
    }
    html
}

fn text(value: &Value) -> String {
    escaped(value.as_str().unwrap_or_default())
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            other => safe.push(other),
        }
    }
    safe
}

fn push(html: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = html.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::openapi;

    #[test]
    fn every_route_is_on_the_page_with_its_role() {
        let document = openapi();
        let html = render(&document);
        for path in document.paths.paths.keys() {
            assert!(html.contains(&escaped(path)), "{path} is missing");
        }
        assert!(html.contains("<span class=\"role\">admin</span>"));
    }

    #[test]
    fn every_example_belongs_to_a_route() {
        let document = serde_json::to_value(openapi()).unwrap();
        for (method, path, _) in example::all() {
            let operation = &document["paths"][path][method];
            assert!(operation.is_object(), "{method} {path} is no route");
        }
    }

    #[test]
    fn the_page_holds_no_script_and_no_inline_style() {
        let html = render(&openapi());
        assert!(!html.contains("<script") && !html.contains(" style="));
    }
}
