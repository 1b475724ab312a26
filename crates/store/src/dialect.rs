//! Every difference between the two engines' SQL, by name.

/// Which SQL the other side speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// Placed after a SELECT of a row about to be changed; SQLite has one writer and needs nothing.
    pub fn for_update(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE",
        }
    }

    /// As `for_update`, passing over rows that another worker holds.
    pub fn for_update_skip_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// The number of the running transaction, as written into facts.
    pub(crate) fn current_tx(self) -> &'static str {
        match self {
            Self::Sqlite => "0",
            Self::Postgres => "CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)",
        }
    }

    /// Below this transaction number nothing can still appear.
    pub(crate) fn tx_horizon(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT 1",
            Self::Postgres => "SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)",
        }
    }

    /// Facts after the cursor `($1, $2)` and below the transaction `$3`, in their order, from an index without a detour:
    /// SQLite, where all facts have one transaction number, would else look through all of them.
    pub(crate) fn after_cursor(self) -> &'static str {
        match self {
            Self::Sqlite => "seq > $2 AND +tx >= $1 AND +tx < $3 ORDER BY seq",
            Self::Postgres => "(tx, seq) > ($1, $2) AND tx < $3 ORDER BY tx, seq",
        }
    }

    /// An automatically numbered primary key.
    pub(crate) fn serial(self) -> &'static str {
        match self {
            Self::Sqlite => "INTEGER PRIMARY KEY AUTOINCREMENT",
            Self::Postgres => "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        }
    }

    /// Turns the words a migration may use (`{{serial}}`) into this dialect.
    pub(crate) fn translate(self, sql: &str) -> String {
        sql.replace("{{serial}}", self.serial())
    }
}
