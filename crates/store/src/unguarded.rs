//! Statements as a careless program would run them, for the checks that must notice. See [`kernel::fault`]: without
//! debug assertions every statement stays as it was written.

use std::borrow::Cow;

use kernel::fault;

use crate::Value;

const SCOPE: &str = "workspace_id = $1";

/// A statement that reads.
pub(crate) fn read<'s>(sql: &'s str, params: &[Value]) -> Cow<'s, str> {
    let scoped = write(sql);
    if fault::is_off("bound-values") { Cow::Owned(pasted(&scoped, params)) } else { scoped }
}

/// A statement that writes.
pub(crate) fn write(sql: &str) -> Cow<'_, str> {
    if fault::is_off("workspace") { Cow::Owned(unscoped(sql)) } else { Cow::Borrowed(sql) }
}

/// Loses the workspace. The place stays in use, since both engines count places.
fn unscoped(sql: &str) -> String {
    let mut parts = sql.split(SCOPE);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let alias =
            out.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.').map_or(0, |at| at + 1);
        let column = out.split_off(alias) + "workspace_id";
        out += &format!("({column} = $1 OR {column} <> $1){part}");
    }
    out
}

/// Pastes texts into the statement instead of binding them. The places stay in use; what a text comments out ends
/// with its line.
fn pasted(sql: &str, params: &[Value]) -> String {
    let Some((head, tail)) = sql.split_once("WHERE ") else { return sql.to_owned() };
    let (mut head, mut tail) = (format!("{head}WHERE "), tail.to_owned());
    for (index, value) in params.iter().enumerate().rev() {
        let place = format!("${}", index + 1);
        if let (Value::Text(text), true) = (value, tail.contains(&place)) {
            tail = tail.replace(&place, &format!("'{text}'\n"));
            head += &format!("(CAST({place} AS TEXT) IS NULL OR 1 = 1) AND ");
        }
    }
    head + &tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_stay_as_they_are_written() {
        let sql = "SELECT 1 FROM a WHERE workspace_id = $1 AND name = $2";
        assert!(matches!(read(sql, &["x".into()]), Cow::Borrowed(same) if same == sql));
    }

    #[test]
    fn a_careless_statement_knows_no_workspace_and_pastes_its_texts() {
        let sql = unscoped("SELECT 1 FROM a t WHERE t.workspace_id = $1 AND b = $2");
        assert_eq!(sql, "SELECT 1 FROM a t WHERE (t.workspace_id = $1 OR t.workspace_id <> $1) AND b = $2");
        let sql = pasted("SELECT 1 WHERE a = $1 AND b = $2 LIMIT 1", &[Value::Int(1), "x' OR 1=1--".into()]);
        assert_eq!(
            sql,
            "SELECT 1 WHERE (CAST($2 AS TEXT) IS NULL OR 1 = 1) AND a = $1 AND b = 'x' OR 1=1--'\n LIMIT 1"
        );
    }
}
