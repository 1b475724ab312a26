//! The page's texts, from `i18n/form.*.ftl`.

use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use kernel::Locale;

const HU: &str = include_str!("../../../../i18n/form.hu.ftl");
const EN: &str = include_str!("../../../../i18n/form.en.ftl");

static HUNGARIAN: LazyLock<Words> = LazyLock::new(|| Words::read("hu", HU));
static ENGLISH: LazyLock<Words> = LazyLock::new(|| Words::read("en-GB", EN));

/// The texts of one language.
pub(super) struct Words {
    bundle: FluentBundle<FluentResource>,
}

impl Words {
    pub fn of(locale: Locale) -> &'static Self {
        match locale {
            Locale::Hu => &HUNGARIAN,
            Locale::En => &ENGLISH,
        }
    }

    fn read(language: &str, source: &'static str) -> Self {
        let language = language.parse().expect("the tag of a language we speak");
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        // The marks of isolation are for mixed directions, which our languages do not have.
        bundle.set_use_isolating(false);
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(partial, _)| partial);
        bundle.add_resource_overriding(resource);
        Self { bundle }
    }

    pub fn get(&self, key: &str) -> String {
        self.fill(key, &[])
    }

    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            tracing::error!(key, "a text is missing");
            return key.to_owned();
        };
        let mut args = FluentArgs::new();
        values.iter().for_each(|(name, value)| args.set(*name, *value));
        self.bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn keys(source: &str) -> BTreeSet<&str> {
        source.lines().filter_map(|line| Some(line.split_once(" = ")?.0)).collect()
    }

    /// Every text the pages name, wherever the name stands in the source.
    fn used() -> BTreeSet<&'static str> {
        let sources = [
            include_str!("page.rs"),
            include_str!("problems.rs"),
            include_str!("submit.rs"),
            include_str!("http.rs"),
        ];
        let texts = sources.into_iter().flat_map(|source| source.split('"').skip(1).step_by(2));
        let prefixes = ["form-", "problem-", "problems-", "thanks-", "missing-", "unreadable-", "broken-"];
        texts
            .filter(|text| prefixes.iter().any(|prefix| text.starts_with(prefix)) && !text.contains(' '))
            .collect()
    }

    #[test]
    fn both_languages_have_every_text_and_none_is_left_over() {
        assert_eq!(keys(HU), keys(EN));
        assert_eq!(keys(HU), used());
        assert!(
            FluentResource::try_new(HU.to_owned()).is_ok() && FluentResource::try_new(EN.to_owned()).is_ok()
        );
    }

    #[test]
    fn values_stand_in_the_text_without_marks() {
        let said = Words::of(Locale::Hu).fill("problem-file-large", &[("name", "kép.png"), ("size", "10")]);
        assert_eq!(said, "„kép.png” nagyobb a megengedett 10 MB-nál.");
    }
}
