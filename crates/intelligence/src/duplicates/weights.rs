//! Fellegi–Sunter weights, learned without labels by expectation maximisation.
//!
//! A pair is one of three things: one person, two people of one household, or strangers. A household shares surname,
//! address and often a number; all that is each one's own (given name, e-mail, date, official number) agrees no more
//! often than between strangers. Without the third class these agreements would pile up and merge families.

use serde::{Deserialize, Serialize};

use super::{
    learn::Correction,
    level::{Comparison, Dimension, Level},
};

type Table = [[f64; Level::COUNT]; Dimension::COUNT];

const ROUNDS: usize = 20;
/// After this round pairs that are strangers beyond doubt are not asked again.
const SETTLED: usize = 4;
/// The belief below which a pair is settled.
const HOPELESS: f64 = 1e-6;
/// Pseudo-observations that hold the tables near the usual where there is little data.
const FIRMNESS: f64 = 20.0;
/// The least of a chance, in observations.
const TRACE: f64 = 0.5;

/// The chances of each level for one person, for a household and for strangers, and how common the first two are.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Weights {
    person: Table,
    household: Table,
    strangers: Table,
    person_rate: f64,
    household_rate: f64,
}

/// What random pairs look like.
pub struct Background {
    counts: Table,
    pairs: f64,
}

impl Background {
    /// Counts the levels of random pairs; pairs that are candidates are counted as such and must be left out.
    pub fn of(comparisons: impl Iterator<Item = Comparison>) -> Self {
        let mut background = Self { counts: Table::default(), pairs: 0.0 };
        for comparison in comparisons {
            background.pairs += 1.0;
            for (counts, level) in background.counts.iter_mut().zip(comparison.levels) {
                counts[level as usize] += 1.0;
            }
        }
        background
    }
}

/// What a pair turned out to be.
#[derive(Clone, Copy, Debug, Default)]
struct Belief {
    person: f64,
    household: f64,
}

impl Weights {
    /// Learns from the candidates among all `universe` pairs.
    pub fn learn(candidates: &[Comparison], background: &Background, universe: f64, records: usize) -> Self {
        let mut weights = Self::start(background, universe, records);
        let rest = (universe - candidates.len() as f64).max(0.0) / background.pairs.max(1.0);
        let mut strangers = background.counts.map(|row| row.map(|count| count * rest));
        let mut open: Vec<&Comparison> = candidates.iter().collect();
        for round in 0..ROUNDS {
            let logs = weights.logs();
            let beliefs: Vec<Belief> = open.iter().map(|comparison| logs.belief(comparison)).collect();
            weights.fit(&open, &beliefs, &strangers, universe);
            if round == SETTLED {
                let (kept, settled): (Vec<_>, Vec<_>) = open
                    .iter()
                    .zip(&beliefs)
                    .partition(|(_, belief)| belief.person + belief.household > HOPELESS);
                settled.iter().for_each(|(comparison, _)| tally(&mut strangers, comparison, 1.0));
                open = kept.into_iter().map(|(comparison, _)| *comparison).collect();
            }
        }
        weights
    }

    fn start(background: &Background, universe: f64, records: usize) -> Self {
        let rate = (records as f64 / 4.0 / universe.max(1.0)).clamp(1e-12, 0.2);
        Self {
            person: normalised(&Table::default(), &usual()),
            household: normalised(&Table::default(), &usual()),
            strangers: normalised(&background.counts, &unlike()),
            person_rate: rate,
            household_rate: rate / 10.0,
        }
    }

    fn fit(&mut self, pairs: &[&Comparison], beliefs: &[Belief], settled: &Table, universe: f64) {
        let (mut person, mut household, mut strangers) = (Table::default(), Table::default(), *settled);
        for (comparison, belief) in pairs.iter().zip(beliefs) {
            tally(&mut person, comparison, belief.person);
            tally(&mut household, comparison, belief.household);
            tally(&mut strangers, comparison, 1.0 - belief.person - belief.household);
        }
        self.person = normalised(&person, &usual());
        self.person.iter_mut().zip(Dimension::ALL).for_each(|(row, dimension)| keep_likeness(row, dimension));
        self.household = normalised(&household, &usual());
        self.strangers = normalised(&strangers, &unlike());
        let (p, h) = beliefs.iter().fold((0.0, 0.0), |(p, h), b| (p + b.person, h + b.household));
        self.person_rate = ((p + 1.0) / universe.max(1.0)).clamp(1e-12, 0.5);
        self.household_rate = ((h + 0.1) / universe.max(1.0)).clamp(1e-12, 0.4);
    }

    pub fn logs(&self) -> Logs {
        let ratio = |over: &Table, dimension: usize, level: usize| -> f32 {
            if level == Level::Missing as usize {
                return 0.0;
            }
            (over[dimension][level] / self.strangers[dimension][level]).ln() as f32
        };
        let mut logs = Logs {
            person: Default::default(),
            household: Default::default(),
            prior: self.person_rate.ln() as f32,
            household_prior: self.household_rate.ln() as f32,
            rarity: [1.0; Dimension::COUNT],
            doubt: 1.0,
        };
        for dimension in Dimension::ALL {
            for level in 0..Level::COUNT {
                let at = dimension as usize;
                logs.person[at][level] = ratio(&self.person, at, level);
                if dimension.is_shared_at_home() {
                    logs.household[at][level] = ratio(&self.household, at, level);
                }
            }
        }
        logs
    }
}

/// The weights as they are added up: natural logarithms of the ratios to the chances among strangers.
pub struct Logs {
    person: Row,
    household: Row,
    prior: f32,
    household_prior: f32,
    /// How much the rarity of the value counts.
    rarity: [f32; Dimension::COUNT],
    /// How much it counts that the two may live together.
    doubt: f32,
}

type Row = [[f32; Level::COUNT]; Dimension::COUNT];

impl Logs {
    /// The weights with what people's decisions taught.
    pub fn corrected(mut self, correction: &Correction) -> Self {
        self.prior += correction.prior;
        self.doubt += correction.household;
        for at in 0..Dimension::COUNT {
            self.rarity[at] += correction.rarity[at];
            self.person[at].iter_mut().zip(correction.levels[at]).for_each(|(weight, more)| *weight += more);
        }
        self
    }

    /// What one dimension adds for one person.
    pub fn weight(&self, comparison: &Comparison, dimension: Dimension) -> f32 {
        let at = dimension as usize;
        self.person[at][comparison.levels[at] as usize] + self.rarity[at] * comparison.rarity[at]
    }

    /// What one dimension adds for a household.
    fn household_weight(&self, comparison: &Comparison, dimension: Dimension) -> f32 {
        let at = dimension as usize;
        match self.household[at][comparison.levels[at] as usize] {
            0.0 => 0.0,
            shared => shared + comparison.rarity[at],
        }
    }

    pub fn prior(&self) -> f32 {
        self.prior
    }

    /// The sum for one person, the sum for a household; both against strangers, with how common they are.
    fn sums(&self, comparison: &Comparison) -> (f32, f32) {
        Dimension::ALL.iter().fold((self.prior, self.household_prior), |(person, household), dimension| {
            (
                person + self.weight(comparison, *dimension),
                household + self.household_weight(comparison, *dimension),
            )
        })
    }

    /// What speaks against one person because the two may live together.
    pub fn household_doubt(&self, comparison: &Comparison) -> f32 {
        -self.doubt * ln_1p_exp(self.sums(comparison).1)
    }

    /// The logarithm of the odds for one person.
    pub fn log_odds(&self, comparison: &Comparison) -> f32 {
        let (person, household) = self.sums(comparison);
        person - self.doubt * ln_1p_exp(household)
    }

    fn belief(&self, comparison: &Comparison) -> Belief {
        let (person, household) = self.sums(comparison);
        let top = person.max(household).max(0.0);
        let (p, h, s) = ((person - top).exp(), (household - top).exp(), (-top).exp());
        let sum = f64::from(p + h + s);
        Belief { person: f64::from(p) / sum, household: f64::from(h) / sum }
    }
}

/// What two groups of records say together: in each dimension the mean over the pairs that say something.
#[derive(Default)]
pub struct Evidence {
    person: [f32; Dimension::COUNT],
    household: [f32; Dimension::COUNT],
    said: [u32; Dimension::COUNT],
}

impl Evidence {
    pub fn add(&mut self, logs: &Logs, comparison: &Comparison) {
        for dimension in Dimension::ALL {
            let at = dimension as usize;
            if comparison.level(dimension) != Level::Missing {
                self.person[at] += logs.weight(comparison, dimension);
                self.household[at] += logs.household_weight(comparison, dimension);
                self.said[at] += 1;
            }
        }
    }

    pub fn log_odds(&self, logs: &Logs) -> f32 {
        let mean = |sums: &[f32; Dimension::COUNT]| -> f32 {
            sums.iter()
                .zip(self.said)
                .filter(|(_, said)| *said > 0)
                .map(|(sum, said)| sum / said as f32)
                .sum()
        };
        logs.prior + mean(&self.person) - logs.doubt * ln_1p_exp(logs.household_prior + mean(&self.household))
    }
}

fn ln_1p_exp(x: f32) -> f32 {
    if x > 20.0 { x } else { x.exp().ln_1p() }
}

/// A class whose people mostly differ in their names is no person, however often it is met.
fn keep_likeness(row: &mut [f64; Level::COUNT], dimension: Dimension) {
    let most = if dimension.is_name() { 0.1 } else { 0.5 };
    let different = row[Level::Different as usize];
    if different > most {
        row.iter_mut().for_each(|share| *share *= (1.0 - most) / (1.0 - different));
        row[Level::Different as usize] = most;
    }
}

fn tally(table: &mut Table, comparison: &Comparison, share: f64) {
    for (row, level) in table.iter_mut().zip(comparison.levels) {
        row[level as usize] += share;
    }
}

/// What two records of one person usually look like in any dimension, as observations.
fn usual() -> [f64; Level::COUNT] {
    Level::ALL.map(|level| {
        let share = match level {
            Level::Missing => 0.0,
            Level::Same => 0.75,
            Level::Typo => 0.08,
            Level::Part => 0.04,
            Level::Familiar | Level::Similar | Level::Different => 0.03,
            Level::Exchanged | Level::NearMiss | Level::Initial | Level::Mixed => 0.01,
        };
        share * FIRMNESS
    })
}

/// What two strangers look like, as observations.
fn unlike() -> [f64; Level::COUNT] {
    Level::ALL.map(|level| if level == Level::Different { 100.0 * TRACE } else { TRACE })
}

/// Chances among the pairs in which both records say something.
fn normalised(counts: &Table, prior: &[f64; Level::COUNT]) -> Table {
    let mut out = Table::default();
    for (row, counts) in out.iter_mut().zip(counts) {
        let said = 1..Level::COUNT;
        let sum: f64 = said.clone().map(|level| counts[level] + prior[level]).sum();
        said.for_each(|level| row[level] = (counts[level] + prior[level]) / sum);
    }
    out
}
