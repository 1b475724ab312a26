//! The customers: names, addresses, and the manners they write with.

use super::{
    Company, Person,
    calendar::HOUR,
    material::{Material, Names, Regular, Story},
    wording::slug,
};
use kernel::Locale;
use rand::{Rng, rngs::StdRng, seq::IndexedRandom};
use std::collections::HashSet;

/// How somebody writes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    Careful,
    /// No greeting, hardly a name.
    Hasty,
    /// From a keyboard without accents.
    Unaccented,
}

/// A person of the demo with what only the telling needs.
pub(super) struct Customer {
    pub person: Person,
    pub given: String,
    /// Nominative, *in*, *to*; English knows the first only.
    pub city_forms: Vec<String>,
    /// Their number, whether or not the shop has it on file.
    pub phone: String,
    /// `company`'s trade (`shop`, `office`, `hotel`), `spam`, or empty for a private person.
    pub sort: String,
    pub country: String,
    pub manner: Manner,
    pub regular: Option<String>,
    pub stories: Vec<String>,
    pub last_seen: i64,
}

impl Customer {
    fn is_of_the_sort(&self, story: &Story) -> bool {
        let sort = match story.who.as_deref() {
            Some("company") => self.person.company.is_some() && self.sort != "regular",
            Some(who) => self.sort == who,
            None => self.sort.is_empty(),
        };
        sort && self.person.locale == story.lang && self.person.name.is_some()
    }

    fn fits(&self, story: &Story, at: i64) -> bool {
        self.is_of_the_sort(story) && !self.stories.contains(&story.id) && self.last_seen + 36 * HOUR < at
    }
}

pub(super) struct Crowd<'a> {
    material: &'a Material,
    pub customers: Vec<Customer>,
    taken: HashSet<String>,
    married: usize,
}

impl<'a> Crowd<'a> {
    /// The regular customers, the companies and the senders of spam; private people come as they write.
    pub fn new(material: &'a Material, rng: &mut StdRng) -> Self {
        let taken = material.cast.agent.iter().map(|agent| agent.name.clone()).collect();
        let mut crowd = Self { material, customers: Vec::new(), taken, married: 0 };
        for regular in &material.people.regular {
            crowd.add_regular(regular, rng);
        }
        for (locale, names) in [(Locale::Hu, &material.people.hu), (Locale::En, &material.people.en)] {
            names.companies.iter().for_each(|line| crowd.add_company(locale, names, line, rng));
            crowd.add_spam(locale, rng);
        }
        crowd
    }

    /// Somebody who may tell this story at this moment.
    pub fn cast(&mut self, story: &Story, at: i64, rng: &mut StdRng) -> usize {
        if let Some(key) = &story.from {
            let found = self.customers.iter().position(|c| c.regular.as_ref() == Some(key));
            return found.expect("recent stories name regular customers");
        }
        let everybody = 0..self.customers.len();
        let free: Vec<usize> = everybody.clone().filter(|key| self.customers[*key].fits(story, at)).collect();
        if story.who.is_some() {
            // Companies and spammers are few: who wrote longest ago may write the same again.
            let same_sort = everybody.filter(|key| self.customers[*key].is_of_the_sort(story));
            let longest_ago = same_sort.min_by_key(|key| self.customers[*key].last_seen);
            return free.choose(rng).copied().or(longest_ago).expect("every sort has customers");
        }
        match self.regular_among(&free, rng).or_else(|| free.choose(rng)) {
            Some(key) if rng.random_bool(0.15) => *key,
            _ if story.anonymous && rng.random_bool(0.5) => self.add_visitor(story.lang, rng),
            _ => self.add_private(story.lang, rng),
        }
    }

    /// Regular customers have a history of their own, so some of what returns falls on them.
    fn regular_among<'f>(&self, free: &'f [usize], rng: &mut StdRng) -> Option<&'f usize> {
        let regular = |key: &&usize| {
            let customer = &self.customers[**key];
            customer.regular.is_some() && customer.stories.len() < 3
        };
        if rng.random_bool(0.3) { free.iter().find(regular) } else { None }
    }

    fn names(&self, locale: Locale) -> &'a Names {
        match locale {
            Locale::Hu => &self.material.people.hu,
            Locale::En => &self.material.people.en,
        }
    }

    fn add(&mut self, customer: Customer) -> usize {
        self.customers.push(customer);
        self.customers.len() - 1
    }

    fn blank(&self, locale: Locale, city: &str, rng: &mut StdRng) -> Customer {
        let city_forms: Vec<String> = city.split('|').map(str::to_owned).collect();
        let manner = match rng.random_range(0..100) {
            0..11 => Manner::Hasty,
            11..19 if locale == Locale::Hu => Manner::Unaccented,
            _ => Manner::Careful,
        };
        let person = Person {
            key: self.customers.len(),
            name: None,
            locale,
            city: city_forms[0].clone(),
            email: None,
            phone: None,
            company: None,
        };
        Customer {
            person,
            given: String::new(),
            city_forms,
            phone: mobile(rng),
            sort: String::new(),
            country: String::new(),
            manner,
            regular: None,
            stories: Vec::new(),
            last_seen: i64::MIN / 2,
        }
    }

    fn add_visitor(&mut self, locale: Locale, rng: &mut StdRng) -> usize {
        let city = one_of(&self.names(locale).cities, rng);
        self.add(self.blank(locale, city, rng))
    }

    fn add_private(&mut self, locale: Locale, rng: &mut StdRng) -> usize {
        let city = one_of(&self.names(locale).cities, rng);
        let mut customer = self.blank(locale, city, rng);
        let (name, given) = self.new_name(locale, rng);
        let domain = one_of(&self.names(locale).domains, rng);
        customer.person.email = Some(self.new_address(&name, domain, rng));
        if locale == Locale::Hu && rng.random_bool(0.6) {
            customer.person.phone = Some(customer.phone.clone());
        }
        customer.person.name = Some(name);
        customer.given = given;
        self.add(customer)
    }

    fn add_regular(&mut self, regular: &Regular, rng: &mut StdRng) {
        let mut customer = self.blank(regular.lang, &regular.city, rng);
        customer.manner = Manner::Careful;
        customer.given = regular.given.clone();
        customer.regular = Some(regular.key.clone());
        customer.sort = regular.sort.clone().unwrap_or_default();
        customer.phone = regular.phone.clone().unwrap_or(customer.phone);
        customer.person.name = Some(regular.name.clone());
        customer.person.email = Some(regular.email.clone());
        customer.person.phone = regular.phone.clone();
        if let (Some(name), Some(position)) = (&regular.company, &regular.role) {
            // Known in person: their trade is left out, so that no other company's story falls on them.
            customer.sort = "regular".into();
            customer.person.company =
                Some(Company { name: name.clone(), position: position.clone(), tax_number: tax_number(rng) });
        }
        self.taken.insert(regular.name.clone());
        self.add(customer);
    }

    fn add_company(&mut self, locale: Locale, names: &Names, line: &str, rng: &mut StdRng) {
        let [company, domain, town, position, sort, country] = fields(line);
        let city = names
            .cities
            .iter()
            .find(|city| city.split('|').next() == Some(town))
            .map_or(town, String::as_str);
        let mut customer = self.blank(locale, city, rng);
        let (name, given) = self.new_name(locale, rng);
        customer.manner = Manner::Careful;
        customer.sort = sort.into();
        customer.country = country.into();
        customer.person.email = Some(self.new_address(&name, domain, rng));
        customer.person.name = Some(name);
        customer.given = given;
        if locale == Locale::Hu {
            customer.person.phone = Some(customer.phone.clone());
        }
        customer.person.company =
            Some(Company { name: company.into(), position: position.into(), tax_number: tax_number(rng) });
        self.add(customer);
    }

    fn add_spam(&mut self, locale: Locale, rng: &mut StdRng) {
        for line in &self.material.people.spam[locale.as_str()] {
            let [name, address] = fields(line);
            let mut customer = self.blank(locale, "", rng);
            customer.manner = Manner::Careful;
            customer.sort = "spam".into();
            customer.person.name = Some(name.into());
            customer.person.email = Some(address.into());
            self.add(customer);
        }
    }

    fn new_name(&mut self, locale: Locale, rng: &mut StdRng) -> (String, String) {
        let names = self.names(locale);
        for tries in 0.. {
            let pool = if rng.random_bool(0.62) { &names.women } else { &names.men };
            let (name, given) = match names.married.get(self.married) {
                Some(married) if rng.random_bool(0.04) => {
                    self.married += 1;
                    (married.clone(), married.rsplit(' ').next().unwrap_or(married).to_owned())
                }
                _ if locale == Locale::Hu => {
                    let given = one_of(pool, rng);
                    (format!("{} {given}", one_of(&names.families, rng)), given.to_owned())
                }
                _ => foreign(pool, tries, rng),
            };
            if self.taken.insert(name.clone()) {
                return (name, given);
            }
        }
        unreachable!("names are made until one is free")
    }

    fn new_address(&mut self, name: &str, domain: &str, rng: &mut StdRng) -> String {
        let name = name.trim_start_matches("Dr. ");
        loop {
            let number = rng.random_range(61..=99);
            let local = match rng.random_range(0..6) {
                0 | 1 => slug(name, "."),
                2 => slug(name, ""),
                3 => slug(&name.split(' ').rev().collect::<Vec<_>>().join(" "), "."),
                4 => format!("{}{number}", slug(name, ".")),
                _ => format!("{}{number}", slug(&name.split(' ').rev().collect::<Vec<_>>().join(" "), "_")),
            };
            let address = format!("{local}@{domain}");
            if self.taken.insert(address.clone()) {
                return address;
            }
        }
    }
}

/// Foreign names stay whole as long as they last; then a given name meets another family.
fn foreign(pool: &[String], tries: usize, rng: &mut StdRng) -> (String, String) {
    let (given, family) = one_of(pool, rng).split_once(' ').unwrap_or_default();
    let other = one_of(pool, rng).split_once(' ').map_or(family, |(_, family)| family);
    let family = if tries < 20 { family } else { other };
    (format!("{given} {family}"), given.to_owned())
}

fn one_of<'a>(list: &'a [String], rng: &mut StdRng) -> &'a str {
    list.choose(rng).map(String::as_str).unwrap_or_default()
}

fn fields<const N: usize>(line: &str) -> [&str; N] {
    let parts: Vec<&str> = line.split('|').collect();
    parts.try_into().expect("every line of a table has all its fields")
}

fn mobile(rng: &mut StdRng) -> String {
    let prefix = [20, 30, 70][rng.random_range(0..3)];
    format!("+36 {prefix} 555 {:04}", rng.random_range(200..9900))
}

fn tax_number(rng: &mut StdRng) -> String {
    format!("{}555{}-2-{:02}", rng.random_range(10..29), rng.random_range(100..999), rng.random_range(2..44))
}
