//! What a check has found.

use std::fmt::Display;

use crate::check::Guard;

/// One statement about the product that held or did not.
pub struct Assertion {
    pub name: String,
    pub holds: bool,
    pub detail: Option<String>,
}

#[derive(Default)]
pub struct Report {
    assertions: Vec<Assertion>,
}

impl Report {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn assertions(&self) -> &[Assertion] {
        &self.assertions
    }

    /// States something; `detail` is what was seen.
    pub fn assert(&mut self, name: impl Into<String>, holds: bool, detail: impl Display) {
        let detail = detail.to_string();
        let detail = (!detail.is_empty()).then_some(detail);
        self.assertions.push(Assertion { name: name.into(), holds, detail });
    }

    /// States that a list of offences is empty; shows the first of them otherwise.
    pub fn assert_none<T: Display>(&mut self, name: impl Into<String>, offences: &[T]) {
        const SHOWN: usize = 5;
        let mut detail: Vec<String> = offences.iter().take(SHOWN).map(ToString::to_string).collect();
        if offences.len() > SHOWN {
            detail.push(format!("and {} more", offences.len() - SHOWN));
        }
        self.assert(name, offences.is_empty(), detail.join("; "));
    }
}

/// A report without a single assertion proves nothing and counts as broken.
pub enum Verdict {
    Green(Report),
    Red(Report),
    Broken(String),
}

impl Verdict {
    pub fn of(outcome: Result<Report, String>) -> Self {
        match outcome {
            Err(error) => Self::Broken(error),
            Ok(report) if report.assertions.is_empty() => {
                Self::Broken("the check asserted nothing".to_owned())
            }
            Ok(report) if report.assertions.iter().all(|assertion| assertion.holds) => Self::Green(report),
            Ok(report) => Self::Red(report),
        }
    }

    /// With its guard a check must be green. Without it an assertion must have turned red: a check that
    /// merely broke has shown nothing.
    pub fn fulfils(&self, guard: Guard) -> bool {
        matches!((self, guard), (Self::Green(_), Guard::On) | (Self::Red(_), Guard::Off))
    }

    pub fn explain(&self, guard: Guard) -> &'static str {
        match (self, guard) {
            (Self::Red(_), Guard::Off) => ": it turned red, as it should",
            (Self::Green(_), Guard::Off) => ": it stayed green without its guard, so it proves nothing",
            (Self::Broken(_), _) => ": it could not be carried out",
            _ => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(holds: bool) -> Verdict {
        let mut report = Report::new();
        report.assert("the door is locked", holds, "");
        Verdict::of(Ok(report))
    }

    #[test]
    fn a_check_passes_when_every_assertion_holds() {
        assert!(report(true).fulfils(Guard::On));
        assert!(!report(false).fulfils(Guard::On));
    }

    #[test]
    fn a_control_passes_only_when_an_assertion_turned_red() {
        assert!(report(false).fulfils(Guard::Off));
        assert!(!report(true).fulfils(Guard::Off));
        assert!(!Verdict::of(Err("no mail server".to_owned())).fulfils(Guard::Off));
    }

    #[test]
    fn a_check_that_asserts_nothing_never_passes() {
        let empty = Verdict::of(Ok(Report::new()));
        assert!(!empty.fulfils(Guard::On) && !empty.fulfils(Guard::Off));
    }
}
