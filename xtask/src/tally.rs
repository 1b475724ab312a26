//! How many tests a tool says it has run.

#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
}

impl Tally {
    /// Reads the summaries of cargo test, nextest, vitest, node's runner and our own programs.
    pub fn read(output: &str) -> Self {
        let mut sum = Self::default();
        for line in output.lines().map(without_colours) {
            sum.add(summary(line.trim()));
        }
        sum
    }

    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

fn summary(line: &str) -> Tally {
    let counts = Tally { passed: before(line, "passed"), failed: before(line, "failed") };
    let cargo = line.starts_with("test result: ");
    let nextest = line.starts_with("Summary [");
    let vitest = line.starts_with("Tests ");
    if cargo || nextest || vitest || line == format!("{} passed, {} failed", counts.passed, counts.failed) {
        return counts;
    }
    let node = |word| line.trim_start_matches(['#', 'ℹ', ' ']).strip_prefix(word)?.trim().parse().ok();
    if line.starts_with(['#', 'ℹ']) {
        return Tally { passed: node("pass ").unwrap_or(0), failed: node("fail ").unwrap_or(0) };
    }
    Tally::default()
}

/// The number before a word: `3 failed` → 3.
fn before(line: &str, word: &str) -> u64 {
    let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    words.windows(2).find(|pair| pair[1] == word).and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
}

fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once(|c: char| c.is_ascii_alphabetic()).map_or("", |(_, after)| after);
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u64, failed: u64) -> Tally {
        Tally { passed, failed }
    }

    #[test]
    fn every_test_binary_of_cargo_counts() {
        let output = "test a ... ok\n\
            test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s\n\
            test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(Tally::read(output), tally(15, 2));
    }

    #[test]
    fn the_summary_of_nextest_counts_in_colour_too() {
        let output = "     \u{1b}[32;1mSummary\u{1b}[0m [  1.2s] \u{1b}[1m20\u{1b}[0m tests run: \
            \u{1b}[1m18\u{1b}[0m passed (1 slow), \u{1b}[1m2\u{1b}[0m failed, 4 skipped\n";
        assert_eq!(Tally::read(output), tally(18, 2));
    }

    #[test]
    fn vitest_counts_tests_and_not_files() {
        let output = " Test Files  1 failed | 2 passed (3)\n      Tests  1 failed | 30 passed (31)\n";
        assert_eq!(Tally::read(output), tally(30, 1));
    }

    #[test]
    fn the_runner_of_node_counts_in_both_its_dresses() {
        assert_eq!(Tally::read("# tests 5\n# pass 4\n# fail 1\n"), tally(4, 1));
        assert_eq!(Tally::read("ℹ tests 5\nℹ pass 5\nℹ fail 0\n"), tally(5, 0));
    }

    #[test]
    fn our_own_closing_line_counts_and_prose_does_not() {
        assert_eq!(Tally::read("3 passed, 1 failed\nof 9 passed, 2 failed later\n"), tally(3, 1));
    }
}
