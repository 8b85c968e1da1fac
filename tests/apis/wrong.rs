//! Wrong tables: each fault is told with its file, line, column and key.

use leaklint::apis::Apis;

const HEAD: &str = "library = \"x\"\nversions = \"1\"\ndocs = \"https://x\"\n";

/// The text follows three lines of head, so its first line is line 4.
fn fault(text: &str) -> String {
    let text = format!("{HEAD}{text}");
    match Apis::from_tables(&[("x.toml", &text)]) {
        Ok(_) => "no fault".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_fault_is_told_with_its_line_and_key() {
    let row = |rest: &str| format!("[[row]]\nglobal = [\"f\"]\n{rest}\n");
    for (text, expected) in [
        ("oops\n", "x.toml:4:5: key with no value"),
        ("colour = 1\n", "x.toml:4:1: `colour`: unknown field `colour`"),
        (&row("opens = \"door\""), "x.toml:6:9: `row.1.opens`: unknown variant `door`"),
        (&row("opens = 3"), "x.toml:6:9: `row.1.opens`: "),
        (&row("callback = [{ at = \"ninth\" }]"), "x.toml:6:20: `row.1.callback.1.at`: unknown variant `ninth`"),
        (&row("callback = [{ at = \"first\", paramz = 1 }]"), "x.toml:6:29: `row.1.callback.1.paramz`: unknown field"),
        ("[[row]]\nmakes = \"A\"\n", "x.toml:4:1: `row.1`: a row needs exactly one of"),
        (&row("method = [\"m\"]"), "x.toml:4:1: `row.1`: a row needs exactly one of"),
        ("[[row]]\nmethod = [\"m\"]\n", "x.toml:5:10: `row.1.method`: `method` needs `of`"),
        (&row("of = \"A\""), "x.toml:6:6: `row.1.of`: "),
        (&row("from = [\"m\"]\n"), "x.toml:6:8: `row.1.from`: "),
        (&row(""), "x.toml:4:1: `row.1`: this row does not say"),
        (&row("makes = \"Nothing\""), "x.toml:6:9: `row.1.makes`: no table has a type `Nothing`"),
        (
            &row("callback = [{ at = \"first\", params = [\"\", \"No\"] }]"),
            "x.toml:6:43: `row.1.callback.1.params.2`: ",
        ),
        (&row("[[row.callback]]\nat = \"first\"\nparams = [\"No\"]"), "x.toml:8:11: `row.1.callback.1.params.1`: "),
        (&row("callback = [{ keys = [\"é\"], params = [\"No\"], at = \"first\" }]"), "x.toml:6:39: "),
        (&row("opens = \"listener\""), "x.toml:6:9: `row.1.opens`: this row needs a `callback`"),
        (&row("opens = \"timer\""), "x.toml:6:9: `row.1.opens`: this row needs a `callback`"),
        (&row("closes = \"timer\""), "x.toml:6:10: `row.1.closes`: `closes` and `by` are only allowed together"),
        (
            &row("sinks = \"hash\"\nby = \"handle\""),
            "x.toml:7:6: `row.1.by`: `closes` and `by` are only allowed together",
        ),
        (&row("reads = \"return\""), "x.toml:6:9: `row.1.reads`: `reads` and `instead` are only allowed together"),
        (&row("opens = \"cache\""), "x.toml:6:9: `row.1.opens`: this kind is not opened"),
        (&row("keeps = { what = \"timer\" }"), "x.toml:6:9: `row.1.keeps`: this kind is opened"),
        (
            &row("keeps = { what = \"cache\", bounded-by = [\"max\"] }"),
            "x.toml:6:9: `row.1.keeps`: keys that name options",
        ),
        (&row("keeps = { what = \"cache\", limit = 1 }"), "x.toml:6:27: `row.1.keeps.limit`: unknown field"),
    ] {
        let told = fault(text);
        assert!(told.starts_with(expected), "{text}\n told    {told}\n expected {expected}");
    }
}

#[test]
fn what_a_row_cannot_say_is_told() {
    let row = |rest: &str| format!("[[row]]\nglobal = [\"f\"]\n{rest}\n");
    for (text, expected) in [
        (&row("sinks = \"hash\"\nonce = true"), "x.toml:7:8: `row.1.once`: "),
        (&row("sinks = \"hash\"\nonce-at-date = true"), "x.toml:7:16: `row.1.once-at-date`: "),
        (&row("sinks = \"hash\"\nstarted-by = \"start\""), "x.toml:7:14: `row.1.started-by`: "),
        (&row("sinks = \"hash\"\ndedupes = true"), "x.toml:7:11: `row.1.dedupes`: "),
        (&row("sinks = \"hash\"\nonly-with = [\"x\"]"), "x.toml:7:13: `row.1.only-with`: this key is only allowed"),
        (&row("sinks = \"hash\"\noff-with = [\"x\"]"), "x.toml:7:12: `row.1.off-with`: this key is only allowed"),
        (&row("sinks = \"hash\"\ndocs = \"a page\""), "x.toml:7:8: `row.1.docs`: `docs` is the address"),
        (&row("sinks = \"hash\"\nanywhere = true"), "x.toml:7:12: `row.1.anywhere`: `anywhere` is only allowed"),
        (
            &"[[row]]\nmethod = [\"open\"]\nof = \"any\"\nanywhere = true\nopens = \"connection\"\n".to_owned(),
            "x.toml:7:12: `row.1.anywhere`: `anywhere` is only allowed",
        ),
        (
            &row("closes = \"timer\"\nby = \"argument\"\nends-nothing = true"),
            "x.toml:8:16: `row.1.ends-nothing`: `ends-nothing` and `closes`",
        ),
        (&row("callback = [{ at = \"first\", cleanup = \"thrown\" }]"), "x.toml:6:39: `row.1.callback.1.cleanup`: "),
        (
            &row("callback = [{ at = \"first\", at-end = true, cleanup = \"returned\" }]"),
            "x.toml:6:12: `row.1.callback`: ",
        ),
        (&row("sinks = \"hash\"\nends-itself-with = [\"x\"]"), "x.toml:7:20: `row.1.ends-itself-with`: "),
        (&row("sinks = \"hash\"\nhandler = \"first\""), "x.toml:7:11: `row.1.handler`: `handler` is only allowed with"),
        (&row("sinks = \"hash\"\nstands-for = \"first\""), "x.toml:7:14: `row.1.stands-for`: `stands-for` needs"),
        (&row("sinks = \"hash\"\nnamespaces = true"), "x.toml:7:14: `row.1.namespaces`: `namespaces` needs"),
        (
            &row("cleans-up = true\n[[row]]\nglobal = [\"g\", \"f\"]\ncleans-up = true"),
            "x.toml:8:10: `row.2.global`: `f`",
        ),
    ] {
        let told = fault(text);
        assert!(told.starts_with(expected), "{text}\n told    {told}\n expected {expected}");
    }
}

#[test]
fn types_that_do_not_fit_are_told() {
    for (text, expected) in [
        ("[[type]]\nname = \"A\"\nextends = [\"B\"]\n", "x.toml:6:12: `type.1.extends.1`: no table has a type `B`"),
        ("[[type]]\nname = \"A\"\nextends = [\"A\"]\n", "x.toml:6:12: `type.1.extends.1`: `A` already extends `A`"),
        ("[[type]]\nname = \"A\"\n[[type]]\nname = \"A\"\n", "x.toml:7:8: `type.2.name`: there is already a type `A`"),
        ("[[type]]\nname = \"any\"\n", "x.toml:5:8: `type.1.name`: "),
        ("[[type]]\nname = \"A\"\nfields.b = \"B\"\n", "x.toml:6:12: `type.1.fields.b`: no table has a type `B`"),
        (
            "[[type]]\nname = \"A\"\noutlived-by.b = \"process\"\n",
            "x.toml:6:17: `type.1.outlived-by.b`: `A` has no field",
        ),
        ("[[type]]\nname = \"A\"\nevents.e.params = [\"B\"]\n", "x.toml:6:20: `type.1.events.e.params.1`: no table"),
        (
            "[[type]]\nname = \"A\"\n[type.events]\ne = { params = [\"B\"] }\n",
            "x.toml:7:17: `type.1.events.e.params.1`: ",
        ),
        ("[[type]]\r\nname = \"A\"\r\nlife = \"day\"\r\n", "x.toml:6:8: `type.1.life`: unknown variant `day`"),
        ("[[type]]\nname = \"A\"\nfrom = [\"m\"]\n", "x.toml:6:8: `type.1.from`: "),
        ("[[type]]\nname = \"A\"\nmade-once = {}\n", "x.toml:6:13: `type.1.made-once`: `made-once` needs"),
        ("[[type]]\nname = \"A\"\nmade-once = { when = [] }\n", "x.toml:6:15: `type.1.made-once.when`: unknown field"),
        ("[[type]]\nname = \"A\"\nevents.e.again = [\"f\"]\n", "x.toml:6:1: `type.1.events`: `again` goes with"),
        ("[[type]]\nname = \"A\"\ndocs = \"a page\"\n", "x.toml:6:8: `type.1.docs`: `docs` is the address"),
        (
            "[[type]]\nname = \"A\"\n[[row]]\nmethod = [\"m\"]\nof = \"B\"\nmakes = \"A\"\n",
            "x.toml:8:6: `row.1.of`: no table",
        ),
    ] {
        let told = fault(text);
        assert!(told.starts_with(expected), "{text}\n told    {told}\n expected {expected}");
    }
    let circle = "[[type]]\nname = \"A\"\nextends = [\"B\"]\n[[type]]\nname = \"B\"\nextends = [\"A\"]\n";
    assert_eq!(
        fault(circle),
        "x.toml:9:12: `type.2.extends.1`: `A` already extends `B`: types must not extend each other in a circle"
    );
}

#[test]
fn a_fault_names_the_file_among_many() {
    let good = format!("{HEAD}[[type]]\nname = \"A\"\n");
    let other = format!("{HEAD}[[type]]\nname = \"B\"\nextends = [\"A\"]\n");
    assert!(Apis::from_tables(&[("other.toml", &other), ("good.toml", &good)]).is_ok(), "order does not matter");
    let bad = format!("{HEAD}[[type]]\nname = \"A\"\n");
    let error = Apis::from_tables(&[("good.toml", &good), ("bad.toml", &bad)]).unwrap_err();
    assert_eq!((&error.file[..], error.line, error.column, &error.key[..]), ("bad.toml", 5, 8, "type.1.name"));
    assert!(Apis::from_tables(&[("empty.toml", "")]).unwrap_err().message.contains("missing field `library`"));
}
