//! Pictures: the mail's own, embedded, from elsewhere, or there only to watch.

use super::{
    super::{
        allow::{is_embedded_picture, is_remote, starts_with},
        from_text::escape,
        sanitise::Options,
        tokens::decode_entities,
    },
    PICTURE, Target, Writer, stays,
};

impl Writer<'_> {
    pub(super) fn emit_picture(&mut self, list: &[(String, &str)], options: &Options<'_>) {
        let value = |wanted: &str| {
            list.iter().find(|(name, _)| name == wanted).map(|(_, value)| decode_entities(value))
        };
        let given = value("src").or_else(|| value("data-blocked-src")).unwrap_or_default();
        let source = given.trim();
        if is_tracker(list) {
            return;
        }
        self.out.html.push_str("<img");
        if matches!(self.target, Target::Again(_)) && source.starts_with(PICTURE) {
            self.attribute("src", source);
        } else if is_remote(source) && !options.pictures.values().any(|known| known == source) {
            self.out.remote_images = true;
            self.attribute("data-blocked-src", &escape(source));
        } else if starts_with(source, "cid:") {
            let id = source[4..].replace("%40", "@");
            if let Some(address) = options.pictures.get(id.trim_matches(['<', '>'])) {
                self.picture_source(address.clone());
            }
        } else if is_embedded_picture(source) || options.pictures.values().any(|known| known == source) {
            self.picture_source(source.to_owned());
        }
        for (name, value) in list.iter().filter(|(name, _)| !name.ends_with("src") && stays("img", name)) {
            self.attribute(name, value);
        }
        self.out.html.push('>');
        self.visible |= self.fold.is_none();
        if self.fold.is_none() {
            let height = value("height").and_then(|h| h.trim_end_matches("px").trim().parse::<u32>().ok());
            self.lines += height.unwrap_or(120).min(2_000) / 20;
        }
    }

    fn picture_source(&mut self, address: String) {
        let known = self.out.sources.iter().position(|source| *source == address);
        let place = known.unwrap_or(self.out.sources.len());
        if known.is_none() {
            self.out.sources.push(address);
        }
        self.attribute("src", &format!("{PICTURE}{place}"));
    }
}

/// A picture too small to be seen is there to see the reader.
fn is_tracker(attributes: &[(String, &str)]) -> bool {
    let tiny = |wanted: &str| {
        attributes.iter().any(|(name, value)| {
            let declared = format!("{wanted}:");
            let styled = value.to_ascii_lowercase().replace(' ', "");
            match name.as_str() {
                "style" => styled.split(';').any(|one| one.strip_prefix(&declared).is_some_and(is_tiny)),
                name => name == wanted && is_tiny(value),
            }
        })
    };
    tiny("width") && tiny("height")
}

fn is_tiny(value: &str) -> bool {
    matches!(value.trim().trim_end_matches("px"), "0" | "1" | "2")
}
