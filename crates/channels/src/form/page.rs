//! The pages, as complete HTML. They need no script, no cookie, and nothing of a third party.

use kernel::Locale;
use maud::{DOCTYPE, Markup, html};

use super::{
    config::FormConfig,
    problems::Problem,
    style,
    submission::{MAX_FILE, MAX_FILES, Submission},
    words::Words,
};

/// What every page of a form shares.
pub(super) struct Site<'a> {
    pub locale: Locale,
    /// Whose form it is.
    pub sender: &'a str,
    /// The path below the language, with its query: the other language has the same.
    pub path: &'a str,
    pub origin: &'a str,
}

pub(super) fn form(
    site: &Site<'_>,
    config: &FormConfig,
    filled: &Submission,
    problems: &[Problem],
    token: &str,
) -> Markup {
    let words = Words::of(site.locale);
    let title = config.title.get(site.locale).map_or_else(|| words.get("form-title"), str::to_owned);
    let intro = config.intro.get(site.locale).map_or_else(|| words.get("form-intro"), str::to_owned);
    let fields = Fields { words, problems };
    let head =
        if problems.is_empty() { title.clone() } else { format!("{} {title}", words.get("problems-prefix")) };
    frame(
        site,
        &head,
        html! {
            h1 { (title) }
            div.intro { (paragraphs(&intro)) }
            (summary(words, problems))
            form.card #contact method="post" enctype="multipart/form-data" action={ "/" (site.locale.as_str()) (site.path) } novalidate {
                input type="hidden" name="token" value=(token) autocomplete="off";
                (fields.line(Line { id: "name", kind: "text", autocomplete: "name", required: true, hint: None }, &filled.name))
                (fields.line(Line { id: "email", kind: "email", autocomplete: "email", required: true, hint: Some("form-email-hint") }, &filled.email))
                @if config.ask_phone {
                    (fields.line(Line { id: "phone", kind: "tel", autocomplete: "tel", required: false, hint: Some("form-phone-hint") }, &filled.phone))
                }
                (fields.line(Line { id: "subject", kind: "text", autocomplete: "off", required: config.require_subject, hint: None }, &filled.subject))
                (fields.message(&filled.message))
                (fields.files())
                div.trap aria-hidden="true" {
                    label for="website" { (words.get("form-trap")) }
                    input #website type="text" name="website" tabindex="-1" autocomplete="off";
                }
                button type="submit" { (words.get("form-send")) }
            }
        },
    )
}

pub(super) fn thanks(site: &Site<'_>, config: &FormConfig, number: &str, again: &str) -> Markup {
    let words = Words::of(site.locale);
    let title = words.get("thanks-title");
    let answer = config.thanks.get(site.locale).map_or_else(|| words.get("thanks-answer"), str::to_owned);
    frame(
        site,
        &title,
        html! {
            h1 { (title) }
            div.card {
                p.number { span { (words.get("thanks-number")) } strong translate="no" { (number) } }
                h2 { (words.get("thanks-next")) }
                (paragraphs(&answer))
                p { (words.get("thanks-keep")) }
                p { a href=(again) { (words.get("thanks-another")) } }
            }
        },
    )
}

/// A page that says why there is no other.
pub(super) fn notice(site: &Site<'_>, title: &str, text: &str) -> Markup {
    let words = Words::of(site.locale);
    frame(
        site,
        &words.get(title),
        html! {
            h1 { (words.get(title)) }
            p { (words.get(text)) }
        },
    )
}

fn frame(site: &Site<'_>, title: &str, content: Markup) -> Markup {
    let words = Words::of(site.locale);
    let (locale, path) = (site.locale.as_str(), site.path);
    let other = if site.locale == Locale::Hu { "en" } else { "hu" };
    html! {
        (DOCTYPE)
        html lang=(locale) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                // Without an origin the server would take the page's own request for a forged one.
                meta name="referrer" content="same-origin";
                title { (title) @if !site.sender.is_empty() { " – " (site.sender) } }
                link rel="stylesheet" href=(style::path());
                link rel="icon" href="data:,";
                @for locale in ["hu", "en"] {
                    link rel="alternate" hreflang=(locale) href={ (site.origin) "/" (locale) (path) };
                }
            }
            body {
                a.skip href="#content" { (words.get("form-skip")) }
                header {
                    p.sender { (site.sender) }
                    nav aria-label=(words.get("form-language")) {
                        a href={ "/" (other) (path) } hreflang=(other) lang=(other) rel="alternate" { (words.get("form-other-language")) }
                    }
                }
                main #content tabindex="-1" { (content) }
            }
        }
    }
}

/// What is to be put right, first of all and with the focus, each with a link to its field.
fn summary(words: &Words, problems: &[Problem]) -> Markup {
    html! {
        @if !problems.is_empty() {
            div.problems #problems role="alert" tabindex="-1" autofocus aria-labelledby="problems-title" {
                h2 #problems-title { (words.get("problems-title")) }
                ul {
                    @for problem in problems {
                        li {
                            @match problem.field {
                                Some(field) => a href={ "#" (field) } { (problem.text) },
                                None => (problem.text),
                            }
                        }
                    }
                }
            }
        }
    }
}

struct Line {
    id: &'static str,
    kind: &'static str,
    autocomplete: &'static str,
    required: bool,
    hint: Option<&'static str>,
}

struct Fields<'a> {
    words: &'a Words,
    problems: &'a [Problem],
}

impl Fields<'_> {
    fn line(&self, line: Line, value: &str) -> Markup {
        let hint = line.hint.map(|key| self.words.get(key));
        let described = self.described(line.id, hint.is_some());
        html! {
            div.field {
                (self.label(line.id, line.required, hint.as_deref()))
                input id=(line.id) name=(line.id) type=(line.kind) value=(value) autocomplete=(line.autocomplete)
                    required[line.required] aria-describedby=[described] aria-invalid=[self.invalid(line.id)];
            }
        }
    }

    fn message(&self, value: &str) -> Markup {
        let described = self.described("message", false);
        html! {
            div.field {
                (self.label("message", true, None))
                // A line feed after the tag is not part of the value: one is given away.
                textarea #message name="message" rows="7" required
                    aria-describedby=[described] aria-invalid=[self.invalid("message")] { "\n" (value) }
            }
        }
    }

    fn files(&self) -> Markup {
        let (count, size) = (MAX_FILES.to_string(), (MAX_FILE / 1024 / 1024).to_string());
        let hint = self.words.fill("form-files-hint", &[("count", &count), ("size", &size)]);
        html! {
            div.field {
                (self.label("files", false, Some(&hint)))
                input #files type="file" name="files" multiple
                    aria-describedby=[self.described("files", true)] aria-invalid=[self.invalid("files")];
            }
        }
    }

    fn label(&self, id: &str, required: bool, hint: Option<&str>) -> Markup {
        html! {
            label for=(id) {
                (self.words.get(name_of(id)))
                @if !required { " " span.optional { (self.words.get("form-optional")) } }
            }
            @if let Some(hint) = hint { p.hint id={ (id) "-hint" } { (hint) } }
            @if self.invalid(id).is_some() {
                p.problem id={ (id) "-problem" } {
                    (self.words.get("problems-prefix"))
                    @for problem in self.of(id) { " " (problem.text) }
                }
            }
        }
    }

    fn of(&self, id: &str) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(move |problem| problem.field == Some(id))
    }

    fn invalid(&self, id: &str) -> Option<&'static str> {
        self.of(id).next().map(|_| "true")
    }

    fn described(&self, id: &str, has_hint: bool) -> Option<String> {
        let hint = has_hint.then(|| format!("{id}-hint"));
        let problem = self.invalid(id).map(|_| format!("{id}-problem"));
        let ids: Vec<String> = hint.into_iter().chain(problem).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

fn name_of(id: &str) -> &'static str {
    match id {
        "name" => "form-name",
        "email" => "form-email",
        "phone" => "form-phone",
        "subject" => "form-subject",
        "message" => "form-message",
        _ => "form-files",
    }
}

/// Plain text, its paragraphs apart.
fn paragraphs(text: &str) -> Markup {
    let paragraphs = text.split("\n\n").map(str::trim).filter(|text| !text.is_empty());
    html! { @for text in paragraphs { p { (text) } } }
}
