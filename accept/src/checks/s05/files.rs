//! Files that would run, under names and types that say otherwise; and names that lead astray.

/// A file's name, the type it claims, its bytes.
pub struct File {
    pub name: String,
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// `{m}` is the mark that a script tells when it runs.
const KINDS: [(&str, &str, &str); 6] = [
    (
        "svg",
        "image/svg+xml",
        r#"<svg xmlns="http://www.w3.org/2000/svg" onload="alert('{m}')"><script>alert('{m}')</script></svg>"#,
    ),
    ("html", "text/html", r#"<!doctype html><body onload="alert('{m}')"><script>alert('{m}')</script>"#),
    (
        "xhtml",
        "application/xhtml+xml",
        r#"<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><script>alert('{m}')</script></body></html>"#,
    ),
    (
        "xml",
        "text/xml",
        r#"<?xml version="1.0"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">alert('{m}')</x:script>"#,
    ),
    (
        "pdf",
        "application/pdf",
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert('{m}'))>>>>endobj\n\
         2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n\
         trailer<</Root 1 0 R>>\n%%EOF",
    ),
    (
        "mht",
        "message/rfc822",
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\
         Content-Location: http://pelda.example/\r\n\r\n<script>alert('{m}')</script>\r\n--x--\r\n",
    ),
];

/// Names and types that such a file hides behind.
const DISGUISES: [(&str, &str); 6] = [
    ("kep.png", "image/png"),
    ("foto.jpg", "image/jpeg"),
    ("mozgo.gif", "image/gif"),
    ("jegyzet.txt", "text/plain"),
    ("irat.pdf", "application/pdf"),
    ("tabla.json", "application/json; charset=utf-7"),
];

/// Types that are worded so that a careless reader takes them for another.
const ODD_TYPES: [&str; 12] = [
    "text/html; charset=utf-8",
    "TEXT/HTML",
    "text/html,image/png",
    "image/png, text/html",
    "image/png;text/html",
    "image/svg+xml;image/png",
    "image/svg",
    "text/javascript",
    "application/x-shockwave-flash",
    "multipart/x-mixed-replace;boundary=x",
    "*/*",
    "unknown/unknown",
];

/// Every kind under its own and under six false names and types, and those that are two kinds at once.
pub fn all() -> Vec<File> {
    let mut files = Vec::new();
    for (kind, media_type, text) in KINDS {
        let own = format!("{kind}.{kind}");
        let claims = DISGUISES.iter().map(|(name, media_type)| (format!("{kind}-{name}"), *media_type));
        for (name, media_type) in claims.chain([(own, media_type)]) {
            files.push(text_file(name, media_type, text));
        }
    }
    for (number, media_type) in ODD_TYPES.iter().enumerate() {
        files.push(text_file(format!("odd-{number}.html"), media_type, KINDS[1].2));
    }
    files.extend(polyglots());
    files
}

fn text_file(name: String, media_type: &str, text: &str) -> File {
    let bytes = text.replace("{m}", &name).into_bytes();
    File { name, media_type: media_type.to_owned(), bytes }
}

fn polyglots() -> Vec<File> {
    let script = |name: &str| format!("alert('{name}')");
    let mut files = Vec::new();
    for (name, media_type) in
        [("gif-js.gif", "image/gif"), ("gif-js.js", "text/javascript"), ("gif-js.txt", "text/plain")]
    {
        files.push(file(
            name,
            media_type,
            format!("GIF89a/*\x01\0\x01\0\0\0*/=0;{}//;", script(name)).into_bytes(),
        ));
    }
    for (name, media_type) in [("png-html.png", "image/png"), ("png-html.html", "text/html")] {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        bytes.extend(format!("<html><script>{}</script>", script(name)).bytes());
        files.push(file(name, media_type, bytes));
    }
    let mut jpeg = b"\xff\xd8\xff\xe0\x2f\x2aJFIF\0".to_vec();
    jpeg.extend(
        format!("*/=1;{}/*<script>{}</script>", script("jpeg-js.jpg"), script("jpeg-js.jpg")).bytes(),
    );
    files.push(file("jpeg-js.jpg", "image/jpeg", jpeg));
    let mut pdf = b"%PDF-1.4\n".to_vec();
    pdf.extend(format!("<html><body onload={}>", script("pdf-html.pdf")).bytes());
    files.push(file("pdf-html.pdf", "text/html", pdf));
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend(
        format!("<script>{}</script>", script("utf16.txt")).encode_utf16().flat_map(u16::to_le_bytes),
    );
    files.push(file("utf16.txt", "text/plain", utf16));
    files.push(file("style.css", "text/css", b"body{background:url(http://evil.example/style)}".to_vec()));
    files.push(file("nothing.html", "text/html", Vec::new()));
    files
}

fn file(name: &str, media_type: &str, bytes: Vec<u8>) -> File {
    File { name: name.to_owned(), media_type: media_type.to_owned(), bytes }
}

/// Names as they may stand on the wire.
pub fn names() -> Vec<String> {
    let mut names: Vec<String> = [
        "../../../../tmp/kapocs-kiszokott",
        "..\\..\\..\\kapocs-kiszokott",
        "/etc/cron.d/kapocs-kiszokott",
        "C:\\Windows\\kapocs-kiszokott.exe",
        "\\\\evil.example\\share\\x",
        "....//....//x",
        "%2e%2e%2f%2e%2e%2fx",
        "..%c0%af..%c0%afx",
        "..",
        ".",
        "",
        " ",
        "~/.ssh/authorized_keys",
        "x.png\0.html",
        "\0",
        "x\u{200b}y\u{200b}.pdf",
        "\u{200f}gpj.exe",
        "\u{202e}gpj.exe",
        "\u{2066}x\u{2069}.txt",
        "\u{feff}x",
        "CON",
        "con.txt",
        "NUL.png",
        "AUX",
        "LPT1.doc",
        ".htaccess",
        ".user.ini",
        "web.config",
        ".git/config",
        "-rf",
        "$(touch kapocs-kiszokott)",
        "`touch kapocs-kiszokott`",
        "|touch kapocs-kiszokott",
        "x;touch kapocs-kiszokott",
        "x\r\nSet-Cookie: a=b",
        "x\nContent-Type: text/html",
        "x\";filename=\"y.html",
        "x%0d%0aSet-Cookie:a=b",
        "x.png/y.html",
        "x.html.",
        "x.html ",
        "x.html::$DATA",
        "árvíztűrő tükörfúrógép.pdf",
        "\u{1f600}.png",
        "../blobs/new/x",
        "serve.lock",
        "kapocs.db",
        "master.key",
    ]
    .map(str::to_owned)
    .into();
    names.push("x".repeat(300));
    names.push(format!("{}.html", "á".repeat(300)));
    names.push("\u{1f600}".repeat(300));
    names.push("../".repeat(100));
    names.extend(naughty_strings::BLNS.iter().map(|text| (*text).to_owned()));
    names
}
