//! What SQLite's planner is told about our tables: that a workspace is many rows, and what else narrows is few.
//!
//! Untold, it takes any first column of an index for ten rows (sqlite.org/fileformat2.html#stat1tab), and looks through
//! a whole workspace to spare itself a sort. Told always the same, it plans on an empty database as on a full one.
//! PostgreSQL gathers its own.

use kernel::Result;

use crate::{Dialect, Tx, params};

const ROWS: u64 = 1_000_000;
const OF_A_WORKSPACE: u64 = 200_000;
/// Of one value of the first column that narrows; each further one leaves a tenth.
const OF_A_VALUE: u64 = 1_000;

/// Anew for all indexes; connections that open the database from now on plan by them.
pub(crate) fn write(tx: &mut Tx<'_>) -> Result<()> {
    if tx.dialect() != Dialect::Sqlite {
        return Ok(());
    }
    // Makes the table, and looks at no data.
    tx.batch("ANALYZE sqlite_schema")?;
    tx.execute("DELETE FROM sqlite_stat1", &[])?;
    let sql = "SELECT m.name, i.name, i.\"unique\",
                   (SELECT GROUP_CONCAT(c.name) FROM pragma_index_info(i.name) c)
               FROM sqlite_schema m JOIN pragma_index_list(m.name) i
               WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'";
    for row in tx.rows(sql, &[])? {
        let (table, index, is_unique): (String, String, bool) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let columns = row.get::<Option<String>>(3)?.unwrap_or_default();
        let rows = expected(&columns.split(',').collect::<Vec<_>>(), is_unique);
        tx.execute(
            "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ($1, $2, $3)",
            params![table, index, rows],
        )?;
    }
    tx.batch("ANALYZE sqlite_schema")
}

/// Rows in all, then with the same value in the first column, in the first two, ….
fn expected(columns: &[&str], is_unique: bool) -> String {
    let (mut rows, mut narrowing) = (vec![ROWS.to_string()], OF_A_VALUE);
    for (place, column) in columns.iter().enumerate() {
        let is_last = place + 1 == columns.len();
        if is_unique && is_last {
            rows.push("1".to_owned());
        } else if place == 0 && *column == "workspace_id" {
            rows.push(OF_A_WORKSPACE.to_string());
        } else {
            rows.push(narrowing.to_string());
            narrowing = (narrowing / 10).max(2);
        }
    }
    rows.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_is_many_rows_and_each_column_after_it_narrows() {
        assert_eq!(expected(&["workspace_id", "id"], true), "1000000 200000 1");
        assert_eq!(expected(&["workspace_id", "person_id", "at"], false), "1000000 200000 1000 100");
        assert_eq!(expected(&["token_hash"], true), "1000000 1");
    }
}
