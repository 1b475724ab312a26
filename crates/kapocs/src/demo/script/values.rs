//! What the `{keys}` of a wording stand for in one conversation.

use super::{
    calendar::{in_words, local, working_day},
    material::{Material, Story},
    people::Customer,
    wording::slug,
};
use kernel::Locale;
use rand::{Rng, rngs::StdRng, seq::IndexedRandom};
use std::collections::HashMap;

pub(super) struct Values {
    locale: Locale,
    start: i64,
    words: HashMap<&'static str, String>,
}

pub(super) struct Subject<'a> {
    pub material: &'a Material,
    pub story: &'a Story,
    pub customer: &'a Customer,
    pub start: i64,
    /// Orders are numbered as they come.
    pub order: u32,
}

impl Values {
    pub fn new(subject: &Subject<'_>, rng: &mut StdRng) -> Self {
        let mut values = Self { locale: subject.story.lang, start: subject.start, words: HashMap::new() };
        values.add_customer(subject.customer);
        values.add_products(subject, rng);
        values.add_looks(subject, rng);
        values.add_papers(subject, rng);
        values
    }

    pub fn set(&mut self, key: &'static str, value: impl Into<String>) {
        self.words.insert(key, value.into());
    }

    /// `turn` is when the words are said: a day to come counts from there, a day gone by from the first message.
    pub fn get(&self, key: &str, turn: i64) -> Option<String> {
        let Some((form, offset)) = key.split_once(':') else {
            return self.words.get(key).cloned();
        };
        let offset: i64 = offset.parse().ok()?;
        in_words(form, working_day(if offset < 0 { self.start } else { turn }, offset), self.locale)
    }

    fn add_customer(&mut self, customer: &Customer) {
        let person = &customer.person;
        self.set("name", person.name.clone().unwrap_or_default());
        self.set(
            "first_name",
            if customer.given.is_empty() {
                person.name.clone().unwrap_or_default()
            } else {
                customer.given.clone()
            },
        );
        self.set("phone", customer.phone.clone());
        self.set("email", person.email.clone().unwrap_or_default());
        self.set("city", person.city.clone());
        if let [_, within, to] = customer.city_forms.as_slice() {
            self.set("city_in", within.clone());
            self.set("city_to", to.clone());
            self.set("city_rol", from_place(to));
        }
        if let Some(company) = &person.company {
            self.set("company", company.name.clone());
            self.set("tax", company.tax_number.clone());
            let digits: String = company.tax_number.chars().filter(char::is_ascii_digit).take(8).collect();
            self.set("vat", format!("{}{digits}", customer.country));
        }
    }

    fn add_products(&mut self, subject: &Subject<'_>, rng: &mut StdRng) {
        let story = subject.story;
        let lines: Vec<[&str; 7]> = subject.material.products.list.iter().map(|line| fields(line)).collect();
        let wanted = |line: &&[&str; 7]| match story.products.as_slice() {
            [] => story.kinds.is_empty() || story.kinds.iter().any(|kind| kind == line[0]),
            names => names.iter().any(|name| name == line[3]),
        };
        let fitting: Vec<&[&str; 7]> = lines.iter().filter(wanted).collect();
        let first = **fitting.choose(rng).expect("every story has a product");
        let others: Vec<&[&str; 7]> = lines.iter().filter(|line| line[2] != first[2]).collect();
        let second = **others.choose(rng).expect("the shop sells more than one thing");
        self.add_product(
            subject,
            first,
            [
                "product",
                "product_t",
                "product_ra",
                "product_val",
                "product_bol",
                "product_hoz",
                "product_rol",
            ],
        );
        self.add_product(
            subject,
            second,
            [
                "product2",
                "product2_t",
                "product2_ra",
                "product2_val",
                "product2_bol",
                "product2_hoz",
                "product2_rol",
            ],
        );
        self.add_prices(first);
        let item = if self.locale == Locale::Hu { first[2] } else { first[4] };
        self.set("item", item);
        self.set("item_file", slug(item, "_"));
        self.set("item_t", forms(subject.material, first[2])[1]);
        self.set("kind", first[0]);
    }

    fn add_product(&mut self, subject: &Subject<'_>, line: [&str; 7], keys: [&'static str; 7]) {
        if self.locale == Locale::En {
            return self.set(keys[0], line[3]);
        }
        let forms = forms(subject.material, line[2]);
        for (key, form) in keys.into_iter().zip(forms) {
            self.set(key, format!("{} {form}", line[1]));
        }
        self.set(keys[6], format!("{} {}", line[1], from_place(forms[2])));
    }

    fn add_prices(&mut self, line: [&str; 7]) {
        let number = |text: &str| text.parse::<u32>().expect("prices are whole numbers");
        let (forints, cents) = (number(line[5]), number(line[6]));
        let (price, total) = match self.locale {
            Locale::Hu => {
                (in_forints(forints), in_forints(forints + if forints < 25_000 { 1490 } else { 0 }))
            }
            Locale::En => (in_euros(cents), in_euros(cents + if cents < 6000 { 990 } else { 0 })),
        };
        self.set("price", price);
        self.set("total", total);
    }

    fn add_looks(&mut self, subject: &Subject<'_>, rng: &mut StdRng) {
        let products = &subject.material.products;
        let colors = if self.locale == Locale::Hu { &products.colors_hu } else { &products.colors_en };
        let mut two = colors.choose_multiple(rng, 2).cloned();
        self.set("color", two.next().unwrap_or_default());
        self.set("color2", two.next().unwrap_or_default());
        let kind = self.words["kind"].clone();
        if let Some(sizes) = products.sizes.get(&format!("{kind}_{}", self.locale.as_str())) {
            let first = rng.random_range(0..sizes.len() - 1);
            self.set("size", sizes[first].clone());
            self.set("size2", sizes[first + 1].clone());
        }
        self.set("coupon", products.coupons.choose(rng).cloned().unwrap_or_default());
    }

    fn add_papers(&mut self, subject: &Subject<'_>, rng: &mut StdRng) {
        let year = local(subject.start).year();
        let number = subject.order - 17_000 + rng.random_range(0..5);
        self.set("order", format!("{}{}", subject.material.products.order_prefix, subject.order));
        self.set("invoice", format!("MB/{year}/{number:05}"));
        self.set("invoice_file", format!("MB-{year}-{number:05}"));
        for key in ["tracking", "tracking2"] {
            let part = |rng: &mut StdRng| rng.random_range(1000..9999);
            self.set(key, format!("CSM {} {} {:02}", part(rng), part(rng), rng.random_range(0..99)));
        }
    }
}

fn fields(line: &str) -> [&str; 7] {
    let parts: Vec<&str> = line.split('|').collect();
    parts.try_into().expect("a product has seven fields")
}

/// Nominative, accusative, onto, with, out of, to.
fn forms<'a>(material: &'a Material, item: &str) -> [&'a str; 6] {
    let line = material.products.items.iter().find(|line| line.split('|').next() == Some(item));
    let parts: Vec<&str> = line.expect("every item has its forms").split('|').collect();
    parts.try_into().expect("an item has six forms")
}

/// *-ra, -ba* (onto, into) turned to *-ról, -ból* (off, out of).
fn from_place(to: &str) -> String {
    for (onto, off) in [("ra", "ról"), ("re", "ről"), ("ba", "ból"), ("be", "ből")] {
        if let Some(stem) = to.strip_suffix(onto) {
            return format!("{stem}{off}");
        }
    }
    to.to_owned()
}

fn in_forints(amount: u32) -> String {
    if amount < 10_000 {
        return format!("{amount}\u{a0}Ft");
    }
    format!("{}\u{a0}{:03}\u{a0}Ft", amount / 1000, amount % 1000)
}

fn in_euros(cents: u32) -> String {
    match cents % 100 {
        0 => format!("€{}", cents / 100),
        rest => format!("€{}.{rest:02}", cents / 100),
    }
}
