//! Learning from people's decisions: the weights learned without labels are corrected where labelled pairs contradict.

use serde::{Deserialize, Serialize};

use super::{
    level::{Comparison, Dimension, Level},
    weights::Logs,
};

const ROUNDS: usize = 300;
const STEP: f32 = 0.05;
/// How strongly a correction is held back: in pairs that must speak for it.
const CAUTION: f32 = 1.0;
/// Pairs whose log-odds are lower are strangers to everybody and teach nothing.
const HOPELESS: f32 = -9.0;

/// What is added to the weights that were learned without labels.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Correction {
    pub(super) prior: f32,
    pub(super) levels: [[f32; Level::COUNT]; Dimension::COUNT],
    pub(super) rarity: [f32; Dimension::COUNT],
    pub(super) household: f32,
    /// The chance from which on groups are joined.
    pub(super) join: f32,
}

impl Correction {
    pub(super) fn none(join: f32) -> Self {
        Self { prior: 0.0, levels: Default::default(), rarity: [0.0; Dimension::COUNT], household: 0.0, join }
    }

    /// Logistic regression from the given weights on, by Adam with all pairs in each round: no chance is involved.
    pub(super) fn fit(base: &Logs, labelled: &[(Comparison, bool)], join: f32) -> Self {
        let rows: Vec<Row<'_>> = labelled
            .iter()
            .map(|(comparison, same)| Row {
                comparison,
                same: f32::from(u8::from(*same)),
                odds: base.log_odds(comparison),
                doubt: base.household_doubt(comparison),
            })
            .filter(|row| row.same > 0.5 || row.odds > HOPELESS)
            .collect();
        let mut parameters = vec![0.0; PARAMETERS];
        let mut adam = Adam::new();
        for _ in 0..ROUNDS {
            let gradient = gradient(&rows, &parameters);
            adam.step(&mut parameters, &gradient);
        }
        Self::of(&parameters, join)
    }

    fn of(parameters: &[f32], join: f32) -> Self {
        let mut correction = Self::none(join);
        correction.prior = parameters[PRIOR];
        correction.household = parameters[HOUSEHOLD];
        for at in 0..Dimension::COUNT {
            correction.rarity[at] = parameters[RARITY + at];
            correction.levels[at].copy_from_slice(&parameters[LEVELS + at * Level::COUNT..][..Level::COUNT]);
        }
        correction
    }
}

const PRIOR: usize = 0;
const HOUSEHOLD: usize = 1;
const RARITY: usize = 2;
const LEVELS: usize = RARITY + Dimension::COUNT;
const PARAMETERS: usize = LEVELS + Dimension::COUNT * Level::COUNT;

struct Row<'a> {
    comparison: &'a Comparison,
    same: f32,
    odds: f32,
    doubt: f32,
}

impl Row<'_> {
    /// Each parameter that counts for this pair, with its value.
    fn features(&self) -> impl Iterator<Item = (usize, f32)> {
        let said = self.comparison.levels.iter().enumerate().filter(|(_, level)| **level != Level::Missing);
        let said = said.flat_map(|(at, level)| {
            [(LEVELS + at * Level::COUNT + *level as usize, 1.0), (RARITY + at, self.comparison.rarity[at])]
        });
        [(PRIOR, 1.0), (HOUSEHOLD, self.doubt)].into_iter().chain(said)
    }
}

fn gradient(rows: &[Row<'_>], parameters: &[f32]) -> Vec<f32> {
    let mut gradient: Vec<f32> = parameters.iter().map(|parameter| parameter * CAUTION).collect();
    for row in rows {
        let odds: f32 = row.odds + row.features().map(|(at, value)| parameters[at] * value).sum::<f32>();
        let error = 1.0 / (1.0 + (-odds).exp()) - row.same;
        for (at, value) in row.features() {
            gradient[at] += error * value;
        }
    }
    gradient
}

struct Adam {
    mean: Vec<f32>,
    square: Vec<f32>,
    round: i32,
}

impl Adam {
    fn new() -> Self {
        Self { mean: vec![0.0; PARAMETERS], square: vec![0.0; PARAMETERS], round: 0 }
    }

    fn step(&mut self, parameters: &mut [f32], gradient: &[f32]) {
        const KEEP: (f32, f32) = (0.9, 0.999);
        self.round += 1;
        let bias = (1.0 - KEEP.0.powi(self.round), 1.0 - KEEP.1.powi(self.round));
        for (at, slope) in gradient.iter().enumerate() {
            self.mean[at] = KEEP.0 * self.mean[at] + (1.0 - KEEP.0) * slope;
            self.square[at] = KEEP.1 * self.square[at] + (1.0 - KEEP.1) * slope * slope;
            parameters[at] -= STEP * (self.mean[at] / bias.0) / ((self.square[at] / bias.1).sqrt() + 1e-8);
        }
    }
}
