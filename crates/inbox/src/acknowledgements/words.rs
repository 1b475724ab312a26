//! What an acknowledgement says.

use kernel::Locale;

use super::Settings;

/// Subject and text.
pub(super) fn letter(settings: &Settings, locale: Locale, number: &str, sender: &str) -> (String, String) {
    let (subject, own, ours) = match locale {
        Locale::Hu => (
            format!("Megkaptuk az üzenetét ({number})"),
            &settings.acknowledgement_hu,
            format!(
                "Jó napot!\n\nKöszönjük, hogy írt nekünk. Az üzenetét megkaptuk, a beszélgetés száma: {number}. \
                 Hamarosan válaszolunk.\n\nHa hozzátenne valamit, válaszoljon erre a levélre.\n\n\
                 Ez automatikus visszaigazolás. Ha nem Ön írt nekünk, nincs teendője.\n\n{sender}"
            ),
        ),
        Locale::En => (
            format!("We have received your message ({number})"),
            &settings.acknowledgement_en,
            format!(
                "Hello,\n\nThank you for writing to us. We have received your message; its number is {number}. \
                 We will reply soon.\n\nTo add something, simply reply to this email.\n\n\
                 This is an automatic acknowledgement. If you did not write to us, you need not do anything.\n\n{sender}"
            ),
        ),
    };
    let own = own.trim().replace("{number}", number);
    (subject, if own.is_empty() { ours } else { own })
}
