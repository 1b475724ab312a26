//! Markup made by chance from the pieces that sanitisers have stumbled over.

const TAGS: [&str; 52] = [
    "p",
    "div",
    "span",
    "a",
    "b",
    "i",
    "u",
    "em",
    "font",
    "center",
    "table",
    "tbody",
    "tr",
    "td",
    "th",
    "caption",
    "ul",
    "ol",
    "li",
    "dl",
    "dd",
    "pre",
    "blockquote",
    "h1",
    "details",
    "summary",
    "img",
    "br",
    "hr",
    "svg",
    "math",
    "mtext",
    "mi",
    "mglyph",
    "malignmark",
    "annotation-xml",
    "foreignObject",
    "desc",
    "title",
    "style",
    "script",
    "noscript",
    "template",
    "textarea",
    "select",
    "option",
    "form",
    "button",
    "xmp",
    "plaintext",
    "iframe",
    "nobr",
];
const ATTRIBUTES: [&str; 16] = [
    " onclick=alert('{m}')",
    " onerror=alert('{m}') src=x",
    " href=\"javascript:alert('{m}')\"",
    " style=\"background:url(http://evil.example/{m})\"",
    " style=\"color:red;font:12px x\"",
    " title=\"</p><img src=x onerror=alert('{m}')>\"",
    " title='--&gt;&lt;img src=x onerror=alert(1)&gt;'",
    " encoding=text/html",
    " id=x class=y name=z",
    " align=center width=10",
    " src=http://evil.example/{m}",
    " =\"'`",
    " a=\"b",
    " x='",
    " hidden",
    " bgcolor=#fff",
];
const PIECES: [&str; 20] = [
    "szöveg",
    " ",
    "\n",
    "<",
    ">",
    "\"",
    "'",
    "&",
    "&lt;",
    "&#0;",
    "&notin",
    "<!--",
    "-->",
    "<!>",
    "<![CDATA[",
    "]]>",
    "<?x",
    "\u{0}",
    "\u{2028}",
    "<!-- --!>",
];

/// Always the same numbers: what failed once can be looked at again.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).expect("smaller than a bound that is one")
    }

    fn of(&mut self, words: &[&'static str]) -> &'static str {
        words[self.below(words.len())]
    }
}

/// So many bodies, each other than the others.
pub fn bodies(count: usize) -> Vec<String> {
    let mut chance = Chance(0x6b61_706f_6373_0001);
    (0..count).map(|_| body(&mut chance)).collect()
}

fn body(chance: &mut Chance) -> String {
    let mut out = String::new();
    for _ in 0..4 + chance.below(40) {
        match chance.below(8) {
            0..=3 => {
                out.push('<');
                out.push_str(chance.of(&TAGS));
                for _ in 0..chance.below(3) {
                    out.push_str(chance.of(&ATTRIBUTES));
                }
                // Now and then it stays open.
                out.push_str(if chance.below(20) == 0 { "" } else { ">" });
            }
            4 | 5 => {
                out.push_str("</");
                out.push_str(chance.of(&TAGS));
                out.push('>');
            }
            _ => out.push_str(chance.of(&PIECES)),
        }
    }
    out
}
