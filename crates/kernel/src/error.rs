//! One table of error codes: status, and the text a person reads in both languages.
//!
//! Which error belongs where: domain code returns [`Error`] with a [`Code`]; texts are made at the edge from this
//! table, in the caller's language. A technical cause is kept for the log and never shown.

use std::fmt;

use crate::Locale;

pub type Result<T, E = Error> = std::result::Result<T, E>;

macro_rules! codes {
    ($($name:ident = $code:literal, $status:literal, $en:literal, $hu:literal;)*) => {
        /// A kind of failure that a caller can act on. The text form is part of the API and never changes.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Code { $($name),* }

        impl Code {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// HTTP status (RFC 9110).
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status),* }
            }

            pub fn text(self, locale: Locale) -> &'static str {
                match (self, locale) {
                    $((Self::$name, Locale::En) => $en, (Self::$name, Locale::Hu) => $hu,)*
                }
            }
        }
    };
}

codes! {
    Invalid = "invalid", 400, "This value is not valid.", "Ez az érték nem érvényes.";
    InvalidJson = "invalid_json", 400, "The request is not valid JSON of the expected shape.", "A kérés nem a várt alakú, érvényes JSON.";
    Required = "required", 400, "This field is required.", "Ezt a mezőt ki kell tölteni.";
    TooLong = "too_long", 400, "This text is too long.", "Ez a szöveg túl hosszú.";
    InvalidEmail = "invalid_email", 400, "This is not a valid e-mail address.", "Ez nem érvényes e-mail-cím.";
    InvalidPhone = "invalid_phone", 400, "This is not a telephone number we can call.", "Ez nem hívható telefonszám.";
    InvalidNumber = "invalid_number", 400, "This is not a number.", "Ez nem szám.";
    InvalidDate = "invalid_date", 400, "This is not a date we can read, or it is before 1900.", "Ez nem értelmezhető dátum, vagy 1900 előtti.";
    InvalidBoolean = "invalid_boolean", 400, "Only yes or no can stand here.", "Itt csak igen vagy nem állhat.";
    InvalidEncoding = "invalid_encoding", 400, "This holds characters that cannot be read: it is damaged, or in another encoding.", "Olvashatatlan karaktereket tartalmaz: sérült, vagy más a karakterkódolása.";
    UnclosedQuote = "unclosed_quote", 400, "A quotation mark is opened here and not closed.", "Itt egy idézőjel nyílik, amely nem záródik be.";
    WrongCellCount = "wrong_cell_count", 400, "This row does not have as many cells as the header.", "Ebben a sorban nem annyi cella van, mint a fejlécben.";
    MeaninglessId = "meaningless_id", 400, "This id tells nobody apart from others.", "Ez az azonosító senkit sem különböztet meg másoktól.";
    NoIdentity = "no_identity", 400, "Nothing here says who it is: no user id, e-mail address or telephone number.", "Nem derül ki, kiről van szó: nincs azonosító, e-mail-cím vagy telefonszám.";
    WeakPassword = "weak_password", 400, "Choose a password of 12 to 128 characters that is not widely known.", "Válasszon 12–128 karakteres jelszót, amely nem közismert.";
    AddressNotAllowed = "address_not_allowed", 400, "This network address may not be reached from here.", "Ez a hálózati cím innen nem érhető el.";
    InvalidCursor = "invalid_cursor", 400, "The list position is not valid; start from the beginning.", "A lista helyzete érvénytelen; kezdje elölről.";
    Unauthenticated = "unauthenticated", 401, "Sign in to continue.", "A folytatáshoz jelentkezzen be.";
    WrongCredentials = "wrong_credentials", 401, "The e-mail address or the password is wrong.", "Hibás e-mail-cím vagy jelszó.";
    InvalidToken = "invalid_token", 401, "This token is not valid or has expired.", "A jogosító kulcs érvénytelen vagy lejárt.";
    Forbidden = "forbidden", 403, "Your role does not allow this.", "Ezt a jogköre nem engedi.";
    ForeignOrigin = "foreign_origin", 403, "The request came from another site.", "A kérés egy másik webhelyről érkezett.";
    NotFound = "not_found", 404, "There is no such thing here.", "Nincs itt ilyen.";
    Gone = "gone", 410, "This was here once, but it has been removed.", "Ezt eltávolították.";
    MethodNotAllowed = "method_not_allowed", 405, "This method is not allowed here.", "Ez a művelet itt nem használható.";
    Conflict = "conflict", 409, "Someone else changed this meanwhile.", "Ezt közben valaki más módosította.";
    AlreadyExists = "already_exists", 409, "This already exists.", "Ilyen már van.";
    LastAdministrator = "last_administrator", 409, "A workspace needs at least one administrator.", "Legalább egy adminisztrátornak maradnia kell.";
    InUse = "in_use", 409, "Something still belongs to this.", "Ehhez még tartozik valami.";
    RequestInFlight = "request_in_flight", 409, "The same request is still being worked on.", "Ugyanez a kérés még feldolgozás alatt áll.";
    IdempotencyMismatch = "idempotency_mismatch", 422, "This idempotency key was used for a different request.", "Ezt az ismétlési kulcsot már egy másik kéréshez használták.";
    AnsweredMeanwhile = "answered_meanwhile", 409, "A colleague answered while you were writing.", "Egy munkatárs válaszolt, miközben Ön írt.";
    TooLateToUndo = "too_late_to_undo", 409, "It has already been sent and cannot be undone.", "Már elküldtük, nem vonható vissza.";
    CannotSend = "cannot_send", 409, "This channel cannot send a message now.", "Ezen a csatornán most nem küldhető üzenet.";
    NothingToBlock = "nothing_to_block", 409, "No address is surely theirs: they only filled in forms. Mark their conversations as spam instead.", "Nincs biztosan hozzá tartozó címe, csak űrlapot töltött ki. Jelölje inkább spamnek a beszélgetéseit.";
    WrongHost = "wrong_host", 421, "This address does not belong to this server.", "Ez a cím nem ehhez a kiszolgálóhoz tartozik.";
    UnsupportedMediaType = "unsupported_media_type", 415, "Send this request as JSON.", "A kérést JSON-ként küldje.";
    TooLarge = "too_large", 413, "This is larger than allowed.", "Ez nagyobb a megengedettnél.";
    TooManyRequests = "too_many_requests", 429, "Too many tries. Wait a little, then try again.", "Túl sok próbálkozás. Várjon egy kicsit, majd próbálja újra.";
    Internal = "internal", 500, "Something failed here. Nothing you sent was lost; try again.", "Hiba történt nálunk. Amit elküldött, nem veszett el; próbálja újra.";
    Unavailable = "unavailable", 503, "The server is busy or stopping. Try again in a moment.", "A kiszolgáló elfoglalt vagy éppen leáll. Próbálja újra egy pillanat múlva.";
    StorageFull = "storage_full", 507, "The server's disk is full. Nothing was changed.", "A kiszolgáló lemeze megtelt. Semmi sem változott.";
}

/// A failure: its code, the field it is about, a short detail for the caller, a cause for the log.
#[derive(Debug)]
pub struct Error {
    pub code: Code,
    pub field: Option<String>,
    pub detail: Option<String>,
    pub cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    pub fn new(code: Code) -> Self {
        Self { code, field: None, detail: None, cause: None }
    }

    /// A value of `field` is not valid.
    pub fn invalid(field: &str) -> Self {
        Self::new(Code::Invalid).field(field)
    }

    /// A request named something that is not there: then its field is wrong. Any other failure stays what it is.
    pub fn named_by(self, field: &str) -> Self {
        if self.code == Code::NotFound { Self::invalid(field) } else { self }
    }

    pub fn not_found() -> Self {
        Self::new(Code::NotFound)
    }

    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { cause: Some(cause.into()), ..Self::new(Code::Internal) }
    }

    #[must_use]
    pub fn field(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }

    /// Shown to the caller beside the text of the code. Never holds personal data.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.as_str())?;
        if let Some(field) = &self.field {
            write!(f, " ({field})")?;
        }
        if let Some(detail) = &self.detail {
            write!(f, ": {detail}")?;
        }
        if let Some(cause) = &self.cause {
            write!(f, ": {cause}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_own_name_and_both_texts() {
        for (i, code) in Code::ALL.iter().enumerate() {
            assert!((400..600).contains(&code.status()), "{code:?}");
            assert_ne!(code.text(Locale::En), code.text(Locale::Hu));
            assert!(Code::ALL[i + 1..].iter().all(|other| other.as_str() != code.as_str()));
        }
    }
}
