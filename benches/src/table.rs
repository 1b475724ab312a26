//! A table of figures, each with its limit and the share of it that was reached.

use std::fmt;

struct Row {
    what: String,
    figure: f64,
    unit: &'static str,
    limit: Option<f64>,
}

#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
}

impl Table {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn figure(&mut self, what: impl Into<String>, figure: f64, unit: &'static str) {
        self.rows.push(Row { what: what.into(), figure, unit, limit: None });
    }

    /// A figure beside the limit it is to be judged by, both of this run.
    pub fn share(&mut self, what: impl Into<String>, figure: f64, unit: &'static str, limit: f64) {
        self.rows.push(Row { what: what.into(), figure, unit, limit: Some(limit) });
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.rows.iter().map(|row| row.what.chars().count()).max().unwrap_or(0);
        for row in &self.rows {
            write!(f, "   {:width$}  {:>12} {:<6}", row.what, digits(row.figure), row.unit)?;
            if let Some(limit) = row.limit {
                write!(f, "  {:>5.1} % of {}", 100.0 * row.figure / limit, digits(limit))?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// Three significant digits or so, thousands apart.
fn digits(figure: f64) -> String {
    if figure.abs() < 100.0 {
        return format!("{figure:.2}");
    }
    let whole = format!("{figure:.0}");
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_shows_the_figure_and_its_limit() {
        let mut table = Table::new();
        table.share("durable messages", 1500.0, "/s", 6000.0);
        assert_eq!(
            table.to_string().trim_end(),
            "   durable messages         1,500 /s       25.0 % of 6,000"
        );
    }
}
