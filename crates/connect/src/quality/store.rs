//! Every statement of the data quality.

use std::collections::BTreeMap;

use ::store::{Read, Tx, Value, params};
use kernel::{PersonId, Result, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Key,
    tally::{Sample, date_of},
};

/// Days for which numbers are kept, and the calls behind them.
const COUNTS_KEPT: i64 = 400;
const SAMPLES_KEPT: i64 = 31;
const CHUNK: usize = 100;
const DAY: i64 = 86_400_000_000;

/// Adds to the numbers of a day.
pub(super) fn add(tx: &mut Tx<'_>, day: i64, counts: &BTreeMap<Key, i64>) -> Result<()> {
    let all: Vec<_> = counts.iter().collect();
    for chunk in all.chunks(CHUNK) {
        let mut values: Vec<Value> = vec![tx.workspace().into(), day.into(), tx.shard().into()];
        let rows: Vec<String> = chunk
            .iter()
            .map(|(key, count)| {
                let at = values.len();
                values.extend([key.measure.as_str().into(), (&key.subject).into(), (&key.property).into()]);
                values.extend([(&key.rule).into(), Value::from(**count)]);
                format!("($1, $2, ${}, ${}, ${}, ${}, $3, ${})", at + 1, at + 2, at + 3, at + 4, at + 5)
            })
            .collect();
        let sql = format!(
            "INSERT INTO quality_counts (workspace_id, day, measure, subject, property, rule, shard, count) VALUES {}
             ON CONFLICT (workspace_id, day, measure, subject, property, rule, shard)
             DO UPDATE SET count = quality_counts.count + excluded.count",
            rows.join(", ")
        );
        tx.execute(&sql, &values)?;
    }
    Ok(())
}

pub(super) fn keep(tx: &mut Tx<'_>, day: i64, samples: &[(Key, Sample)]) -> Result<()> {
    let workspace = tx.workspace();
    for (key, sample) in samples {
        tx.execute(
            "INSERT INTO quality_samples (workspace_id, day, measure, subject, property, rule, id, received_at, person_id, call)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            params![
                workspace,
                day,
                key.measure.as_str(),
                &key.subject,
                &key.property,
                &key.rule,
                Uuid::now_v7().as_bytes().to_vec(),
                sample.received_at,
                sample.person,
                sample.call.as_ref()
            ],
        )?;
    }
    Ok(())
}

/// A number of one day.
pub(super) struct Counted {
    pub day: i64,
    pub measure: String,
    pub subject: String,
    pub property: String,
    pub rule: String,
    pub count: i64,
}

/// The numbers of a day and all after it.
pub(super) fn since(read: &mut Read<'_>, day: i64) -> Result<Vec<Counted>> {
    let workspace = read.workspace();
    let sql = "SELECT day, measure, subject, property, rule, CAST(SUM(count) AS BIGINT) FROM quality_counts
               WHERE workspace_id = $1 AND day >= $2 GROUP BY day, measure, subject, property, rule
               ORDER BY day, measure, subject, property, rule";
    let one = |row: &::store::Row| {
        Ok(Counted {
            day: row.get(0)?,
            measure: row.get(1)?,
            subject: row.get(2)?,
            property: row.get(3)?,
            rule: row.get(4)?,
            count: row.get(5)?,
        })
    };
    read.rows(sql, params![workspace, day])?.iter().map(one).collect()
}

/// A call behind a number.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct QualitySample {
    #[schema(value_type = String, format = "uuid")]
    pub id: Uuid,
    /// `2026-11-22`, in the workspace's time zone.
    pub day: String,
    #[schema(value_type = String, format = "date-time")]
    pub received_at: Timestamp,
    /// Whom it is about, when it was worked.
    #[schema(value_type = Option<String>, format = "uuid")]
    pub person: Option<PersonId>,
    /// What was sent, as JSON, cut at 4 KB.
    pub call: String,
}

/// The calls behind a number of the last days, newest first.
pub(super) fn samples(read: &mut Read<'_>, key: &Key, limit: usize) -> Result<Vec<QualitySample>> {
    let workspace = read.workspace();
    let sql = "SELECT id, day, received_at, person_id, call FROM quality_samples
               WHERE workspace_id = $1 AND measure = $2 AND subject = $3 AND property = $4 AND rule = $5
               ORDER BY day DESC, id DESC LIMIT $6";
    let values = params![workspace, key.measure.as_str(), &key.subject, &key.property, &key.rule, limit];
    read.rows(sql, values)?
        .iter()
        .map(|row| {
            let id: Vec<u8> = row.get(0)?;
            Ok(QualitySample {
                id: Uuid::from_slice(&id).map_err(kernel::Error::internal)?,
                day: date_of(row.get(1)?),
                received_at: row.get(2)?,
                person: row.get(3)?,
                call: row.get(4)?,
            })
        })
        .collect()
}

/// Forgets what is old. Of all workspaces.
pub fn sweep(tx: &mut Tx<'_>) -> Result<()> {
    let today = tx.now().0.div_euclid(DAY);
    tx.execute("DELETE FROM quality_samples WHERE day < $1", params![today - SAMPLES_KEPT])?;
    tx.execute("DELETE FROM quality_counts WHERE day < $1", params![today - COUNTS_KEPT]).map(drop)
}
