//! Worked examples for the main things, shown beside their routes.

/// Method, path and a command that works once `GATEBOOK` and `TOKEN` are set.
const EXAMPLES: [(&str, &str, &str); 12] = [
    (
        "get",
        "/api/v1/live",
        r#"curl -H "Authorization: Bearer $TOKEN" $GATEBOOK/api/v1/live"#,
    ),
    (
        "get",
        "/api/v1/people",
        r#"curl -G -H "Authorization: Bearer $TOKEN" $GATEBOOK/api/v1/people --data-urlencode text=ada"#,
    ),
    (
        "post",
        "/api/v1/people",
        r#"curl -H "Authorization: Bearer $TOKEN" $GATEBOOK/api/v1/people \
  --json '{"number":"17","name":"Ada Lovelace"}'"#,
    ),
    (
        "post",
        "/api/v1/people/{id}/faces",
        r#"curl -H "Authorization: Bearer $TOKEN" $GATEBOOK/api/v1/people/$PERSON/faces \
  -F image=@one.jpg -F image=@two.jpg"#,
    ),
    (
        "get",
        "/api/v1/log",
        r#"curl -G -H "Authorization: Bearer $TOKEN" $GATEBOOK/api/v1/log \
  -d from=2026-11-01T00:00:00Z -d outcome=denied"#,
    ),
    (
        "get",
        "/api/v1/log/{event}/proof",
        r#"curl -H "Authorization: Bearer $TOKEN" $GATEBOOK/api/v1/log/$EVENT/proof"#,
    ),
    (
        "post",
        "/api/v1/corrections",
        r#"curl -H "Authorization: Bearer $TOKEN" $GATEBOOK/api/v1/corrections \
  --json '{"correction":"not_this_person","event":"'$EVENT'","reason":"seen at the desk"}'"#,
    ),
    (
        "get",
        "/api/v1/attendance",
        r#"curl -G -H "Authorization: Bearer $TOKEN" $GATEBOOK/api/v1/attendance -d date=2026-11-20"#,
    ),
    (
        "get",
        "/api/v1/presence",
        r#"curl -H "Authorization: Bearer $TOKEN" $GATEBOOK/api/v1/presence"#,
    ),
    (
        "post",
        "/api/v1/alerts/{id}/acknowledge",
        r#"curl -H "Authorization: Bearer $TOKEN" $GATEBOOK/api/v1/alerts/$ALERT/acknowledge \
  --json '{"note":"a visitor, let in at the desk"}'"#,
    ),
    (
        "post",
        "/api/v1/tags/{tag}/lost",
        r#"curl -X POST -H "Authorization: Bearer $TOKEN" $GATEBOOK/api/v1/tags/A1B2C3D4/lost"#,
    ),
    (
        "get",
        "/api/v1/checkpoint",
        r#"curl -H "Authorization: Bearer $TOKEN" $GATEBOOK/api/v1/checkpoint > checkpoint.txt
gatebook verify --checkpoint checkpoint.txt"#,
    ),
];

/// All examples.
#[cfg(test)]
pub(super) fn all() -> &'static [(&'static str, &'static str, &'static str)] {
    &EXAMPLES
}

/// The example of a route, if it has one.
pub(super) fn of(method: &str, path: &str) -> Option<&'static str> {
    let mut examples = EXAMPLES.iter();
    let (_, _, text) = examples.find(|(m, p, _)| *m == method && *p == path)?;
    Some(text)
}
