//! `format=flowed` (RFC 3676): lines that were broken for transport are joined again.

/// Joins soft-broken lines of the same quote depth.
pub(super) fn unflow(text: &str, delete_space: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let depth = line.bytes().take_while(|b| *b == b'>').count();
        let content = &line[depth..];
        let content = content.strip_prefix(' ').unwrap_or(content);
        let joins = open == Some(depth) && content != "-- ";
        if !joins {
            if open.is_some() {
                out.push('\n');
            }
            out.push_str(&">".repeat(depth));
            if depth > 0 && !content.is_empty() {
                out.push(' ');
            }
        }
        let soft = content.ends_with(' ') && content != "-- ";
        out.push_str(if soft && delete_space { content.trim_end_matches(' ') } else { content });
        if !soft {
            out.push('\n');
        }
        open = soft.then_some(depth);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_broken_for_transport_is_whole_again() {
        assert_eq!(unflow("Kedves \nAnna!\n\nVége\n", false), "Kedves Anna!\n\nVége\n");
    }

    #[test]
    fn quote_depths_never_mix_and_the_signature_line_stays() {
        assert_eq!(unflow("> régi \n> sor \nÚj\n-- \nBéla\n", false), "> régi sor \nÚj\n-- \nBéla\n");
    }

    #[test]
    fn deleted_spaces_join_words() {
        assert_eq!(unflow("meg \nérkezett\n", true), "megérkezett\n");
    }
}
