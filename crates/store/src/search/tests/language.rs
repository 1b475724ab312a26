//! Words find each other: Hungarian and English forms, accents, typing errors.

use super::Desk;

/// In the text, and as typed. Every row is also tried without accents and the other way round.
const HUNGARIAN: &[(&str, &str)] = &[
    ("számlát", "számla"),
    ("számlával", "számla"),
    ("számláját", "számlák"),
    ("számlámat", "számláról"),
    ("jelszavamat", "jelszó"),
    ("jelszót", "jelszavak"),
    ("rendelésemet", "rendelés"),
    ("rendeléseim", "rendeléssel"),
    ("rendeltem", "rendelés"),
    ("csomagomat", "csomag"),
    ("csomagokkal", "csomagok"),
    ("csomagért", "csomagja"),
    ("szállítási", "szállítás"),
    ("szállításért", "szállítást"),
    ("szállítóval", "szállító"),
    ("fizettem", "fizetés"),
    ("fizetési", "fizetni"),
    ("üvegből", "üveg"),
    ("üvegeket", "üveggel"),
    ("termékeket", "termék"),
    ("termékről", "terméket"),
    ("visszaküldeni", "visszaküldés"),
    ("visszaküldtem", "visszaküldöm"),
    ("garanciát", "garancia"),
    ("hibát", "hiba"),
    ("hibával", "hibák"),
    ("hibaüzenetet", "hibaüzenet"),
    ("bejelentkezéskor", "bejelentkezni"),
    ("fiókomba", "fiók"),
    ("fiókjából", "fiókot"),
    ("címemet", "cím"),
    ("címekre", "címről"),
    ("nevemet", "név"),
    ("leveleket", "levél"),
    ("kérdéseimre", "kérdés"),
    ("választ", "válaszok"),
    ("árak", "ár"),
    ("árat", "árban"),
    ("évben", "év"),
    ("pénzemet", "pénz"),
    ("kártyámat", "kártya"),
    ("futárral", "futár"),
    ("időpontot", "időpontra"),
    ("időt", "időben"),
    ("ügyfelek", "ügyfél"),
    ("ügyfélszolgálattal", "ügyfélszolgálat"),
    ("szerződésben", "szerződések"),
    ("késett", "késik"),
    ("lemondani", "lemondás"),
    ("törölje", "törölni"),
    ("módosítását", "módosítás"),
    ("módosítani", "módosítások"),
    ("reklamációmra", "reklamáció"),
    ("előfizetésemet", "előfizetések"),
    ("autómmal", "autó"),
    ("házakban", "ház"),
    ("bankkal", "bank"),
    ("telefonomon", "telefon"),
    ("kávéval", "kávé"),
    ("szoftvert", "szoftver"),
    ("partnerrel", "partnert"),
    ("webáruházban", "webáruház"),
    ("dolgozókat", "dolgozó"),
    ("visszatérítését", "visszatérítés"),
    ("vizsgára", "vizsga"),
    ("hallgatóknak", "hallgató"),
    ("géppel", "gép"),
    ("adatok", "adatokat"),
    ("segítettek", "segíteni"),
    ("késsel", "kés"),
    ("szobában", "szoba"),
    ("PDF-ben", "pdf"),
    ("e-mailt", "email"),
    ("e-mail-címemet", "e-mail cím"),
];

const ENGLISH: &[(&str, &str)] = &[
    ("invoices", "invoice"),
    ("deliveries", "delivery"),
    ("delivered", "deliver"),
    ("shipping", "shipped"),
    ("refunds", "refunded"),
    ("payments", "payment"),
    ("cancelling", "cancelled"),
    ("passwords", "password"),
    ("addresses", "address"),
    ("companies", "company"),
    ("replied", "replies"),
    ("customer's", "customers"),
    ("don’t", "don't"),
    ("returned", "returning"),
];

/// Words that begin alike and are not the same.
const STRANGERS: &[(&str, &str)] = &[
    ("szám", "számla"),
    ("jel", "jelszó"),
    ("fel", "feladat"),
    ("meg", "megye"),
    ("áll", "állat"),
    ("szó", "szoba"),
    ("ház", "hazudik"),
    ("hit", "hitel"),
    ("segéd", "segítség"),
    ("port", "portfolio"),
];

/// A word with a space after it: found by its forms, not by its beginning.
async fn meet(desk: &Desk, typed: &str, n: u64) -> bool {
    let mut query = desk.query(&format!("{typed} "));
    query.limit = 200;
    let hits = desk.hits(query).await;
    !hits.corrected && hits.items.iter().any(|hit| super::number(hit.id) == n)
}

fn without_accents(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            'á' => 'a',
            'é' => 'e',
            'í' => 'i',
            'ó' | 'ö' | 'ő' => 'o',
            'ú' | 'ü' | 'ű' => 'u',
            other => other,
        })
        .collect()
}

async fn all_meet(pairs: &[(&str, &str)]) {
    let texts: Vec<&str> = pairs.iter().flat_map(|(text, typed)| [*text, *typed]).collect();
    let desk = Desk::with_messages(&texts).await;
    let mut apart = Vec::new();
    for (n, (text, typed)) in (0..).zip(pairs) {
        for typed in [(*typed).to_owned(), without_accents(typed), typed.to_uppercase()] {
            if !meet(&desk, &typed, 2 * n + 1).await {
                apart.push(format!("{typed} does not find {text}"));
            }
        }
        for text in [(*text).to_owned(), without_accents(text)] {
            if !meet(&desk, &text, 2 * n + 2).await {
                apart.push(format!("{text} does not find {typed}"));
            }
        }
    }
    assert!(apart.is_empty(), "{apart:#?}");
}

#[tokio::test]
async fn hungarian_words_find_each_other_in_every_form_with_and_without_accents() {
    all_meet(HUNGARIAN).await;
}

#[tokio::test]
async fn english_words_find_each_other_in_every_form() {
    all_meet(ENGLISH).await;
}

#[tokio::test]
async fn words_that_only_begin_alike_stay_apart() {
    let texts: Vec<&str> = STRANGERS.iter().map(|(text, _)| *text).collect();
    let desk = Desk::with_messages(&texts).await;
    let mut met = Vec::new();
    for (n, (text, typed)) in (1..).zip(STRANGERS) {
        if meet(&desk, typed, n).await {
            met.push(format!("{typed} finds {text}"));
        }
    }
    assert!(met.is_empty(), "{met:#?}");
}

#[tokio::test]
async fn the_word_as_typed_comes_before_its_other_forms_and_the_newest_of_equals_first() {
    let desk = Desk::with_messages(&["A számla megjött.", "Ez is számla.", "Kérem a számlát!"]).await;
    assert_eq!(desk.find("számla ").await, [2, 1, 3]);
    assert_eq!(desk.find("szamlat ").await, [3, 2, 1]);
}

#[tokio::test]
async fn letters_made_of_two_characters_are_the_letters_they_look_like() {
    let desk = Desk::with_messages(&["u\u{308}veg", "fo\u{30b}va\u{301}ros", "sza\u{ad}mla", "ﬁók"]).await;
    assert_eq!(desk.find("üveg ").await, [1]);
    assert_eq!(desk.find("főváros ").await, [2]);
    assert_eq!(desk.find("számla ").await, [3]);
    assert_eq!(desk.find("fiók ").await, [4]);
}

#[tokio::test]
async fn a_word_that_nothing_has_is_forgiven_a_letter_and_a_long_one_two() {
    let desk = Desk::with_messages(&["Elveszett a számlám", "Mikor jön a visszatérítés?", "bolt"]).await;
    let hits = desk.hits(desk.query("szmála ")).await;
    assert_eq!((super::numbers(&hits), hits.corrected), (vec![1], true));
    assert_eq!(desk.find("viszatérités ").await, [2]);
    assert_eq!(desk.find("visszatéritéss mikro ").await, [2]);
    assert_eq!(desk.find("volt ").await, [0_u64; 0], "a short word is another word");
    let hits = desk.hits(desk.query("számla ")).await;
    assert!(!hits.corrected, "nothing to forgive");
}

#[tokio::test]
async fn words_that_exist_but_never_together_are_not_taken_for_typing_errors() {
    let desk = Desk::with_messages(&["kártyám", "futárok"]).await;
    let hits = desk.hits(desk.query("kártya futár ")).await;
    assert!(hits.items.is_empty() && !hits.corrected);
}
