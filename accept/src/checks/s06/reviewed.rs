//! Pieces of statements that the rule cannot prove, and why they are ours nevertheless.

const PLUMBING: &str = "hands on the text that a store function gives it, and those are examined";
const OWN_IDS: &str = "gives ids out of the database as hexadecimal digits";
const OWN_WORD: &str = "every call gives a word of the source";
const OWN_SCHEMA: &str = "names of tables and columns as the database itself lists them";
const EXAMINED: &str = "what is pushed to it is examined";
const FOR_CHECKS: &str = "the statement as it was written, unless a check asks for a careless one";
const SHORTENED: &str = "made of the constant words beside it";

/// File, piece (`*` for all of the file), reason.
pub const REVIEWED: &[(&str, &str, &str)] = &[
    ("crates/people/src/persons/timeline.rs", "teams :: hidden (read)", OWN_IDS),
    ("crates/people/src/persons/store/mod.rs", "teams :: hidden (read)", OWN_IDS),
    ("crates/people/src/audit/store.rs", "condition", OWN_WORD),
    ("crates/inbox/src/conversations/store.rs", "column", OWN_WORD),
    ("crates/inbox/src/conversations/store.rs", "lock", OWN_WORD),
    ("crates/inbox/src/conversations/store.rs", "people :: access :: teams :: hidden (read)", OWN_IDS),
    (
        "crates/inbox/src/conversations/store.rs",
        "hex_literal (read . dialect () , id . as_bytes ())",
        OWN_IDS,
    ),
    (
        "crates/inbox/src/conversations/views.rs",
        "super :: store :: hide_private (read , \"c.team_id\")",
        OWN_IDS,
    ),
    (
        "crates/inbox/src/conversations/queries/detail.rs",
        "rows :: hide_private (read , \"c.team_id\")",
        OWN_IDS,
    ),
    ("crates/inbox/src/conversations/queries/list.rs", "hide_private (read , \"c.team_id\")", OWN_IDS),
    ("crates/inbox/src/conversations/queries/list.rs", "sql . finish (query)", EXAMINED),
    ("crates/inbox/src/conversations/queries/list.rs", "self . from", OWN_WORD),
    ("crates/inbox/src/conversations/queries/list.rs", "self . conditions", EXAMINED),
    ("crates/inbox/src/conversations/queries/list.rs", "str :: to_owned", SHORTENED),
    (
        "crates/inbox/src/conversations/queries/list.rs",
        "order_by (& order . concat () , direction)",
        SHORTENED,
    ),
    ("crates/inbox/src/conversations/queries/thread.rs", "after", "a number, read for its sign only"),
    ("crates/inbox/src/conversations/queries/thread.rs", "before", "a number, read for its sign only"),
    ("crates/store/src/tx.rs", "sql", PLUMBING),
    ("crates/store/src/tx.rs", "unguarded :: read (sql , params)", FOR_CHECKS),
    ("crates/store/src/tx.rs", "unguarded :: write (sql)", FOR_CHECKS),
    ("crates/store/src/unguarded.rs", "*", "the careless statements themselves, for checks only"),
    ("crates/store/src/backend/plans.rs", "sql", PLUMBING),
    ("crates/store/src/backend/sqlite.rs", "sql", PLUMBING),
    ("crates/store/src/backend/postgres.rs", "sql", PLUMBING),
    ("crates/store/src/backend/postgres.rs", "self . statement (sql)", PLUMBING),
    ("crates/store/src/transfer.rs", "table", OWN_SCHEMA),
    ("crates/store/src/transfer.rs", "columns", OWN_SCHEMA),
    ("crates/store/src/transfer.rs", "column . name", OWN_SCHEMA),
    ("crates/store/src/transfer.rs", "counted . iter ()", OWN_SCHEMA),
    ("crates/store/src/transfer.rs", "row . get (0)", OWN_SCHEMA),
    ("crates/store/src/transfer.rs", "row . get (1)", OWN_SCHEMA),
    ("crates/store/src/transfer.rs", "(row . get (0) , row . get (1))", OWN_SCHEMA),
    ("crates/store/src/transfer.rs", "target . query (…)", OWN_SCHEMA),
];
