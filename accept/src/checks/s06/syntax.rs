//! Reading Rust: what the names of a function are given, and what a text is made of.

use std::collections::HashMap;

use syn::{
    Block, Expr, ExprLit, Lit, Local, Macro, Pat, Stmt, Token,
    parse::Parser,
    punctuated::Punctuated,
    visit::{self, Visit},
};

const WORDS: [&str; 14] = [
    "SELECT ",
    "INSERT INTO",
    "UPDATE ",
    "DELETE FROM",
    " WHERE ",
    " AND ",
    " OR ",
    "ORDER BY",
    "LIMIT $",
    " IN (",
    "ON CONFLICT",
    "VALUES",
    "JOIN ",
    " FROM ",
];

/// What the names of a function are given.
pub(super) struct Bindings<'n> {
    pub(super) names: &'n mut HashMap<String, Vec<Option<Expr>>>,
}

impl<'ast> Visit<'ast> for Bindings<'_> {
    fn visit_local(&mut self, local: &'ast Local) {
        match &local.init {
            Some(init) => note(self.names, &local.pat, Some(&init.expr)),
            None => note(self.names, &local.pat, Some(&syn::parse_quote!(""))),
        }
        visit::visit_local(self, local);
    }

    fn visit_expr_assign(&mut self, assign: &'ast syn::ExprAssign) {
        note_expr(self.names, &assign.left, &assign.right);
        visit::visit_expr_assign(self, assign);
    }

    fn visit_expr_binary(&mut self, sum: &'ast syn::ExprBinary) {
        if matches!(sum.op, syn::BinOp::AddAssign(_)) {
            note_expr(self.names, &sum.left, &sum.right);
        }
        visit::visit_expr_binary(self, sum);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if ["push_str", "push", "extend", "insert_str"].contains(&call.method.to_string().as_str())
            && let Some(value) = call.args.last()
        {
            note_expr(self.names, &call.receiver, value);
        }
        visit::visit_expr_method_call(self, call);
    }

    /// What is written into a text becomes part of it.
    fn visit_macro(&mut self, made: &'ast Macro) {
        let arguments = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(made.tokens.clone());
        if let (true, Ok(arguments)) = (is_text(made), arguments)
            && let Some(Expr::Path(place)) = arguments.first()
        {
            let written = Expr::Macro(syn::ExprMacro { attrs: Vec::new(), mac: made.clone() });
            note_expr(self.names, &Expr::Path(place.clone()), &written);
        }
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        for input in &closure.inputs {
            match input {
                Pat::Type(typed) if is_harmless(&quoted(&typed.ty)) => {}
                // Untyped parameters belong to what is mapped, which is examined as a whole.
                Pat::Type(typed) => note(self.names, &typed.pat, None),
                _ => {}
            }
        }
        visit::visit_expr_closure(self, closure);
    }

    fn visit_expr_for_loop(&mut self, each: &'ast syn::ExprForLoop) {
        note(self.names, &each.pat, Some(&each.expr));
        visit::visit_expr_for_loop(self, each);
    }

    fn visit_expr_let(&mut self, bound: &'ast syn::ExprLet) {
        note(self.names, &bound.pat, Some(&bound.expr));
        visit::visit_expr_let(self, bound);
    }
}

pub(super) fn note(names: &mut HashMap<String, Vec<Option<Expr>>>, pattern: &Pat, value: Option<&Expr>) {
    if let (Pat::Tuple(pattern), Some(Expr::Tuple(value))) = (pattern, value)
        && pattern.elems.len() == value.elems.len()
    {
        for (pattern, value) in pattern.elems.iter().zip(&value.elems) {
            note(names, pattern, Some(value));
        }
        return;
    }
    for ident in idents(pattern) {
        names.entry(ident).or_default().push(value.cloned());
    }
}

pub(super) fn idents(pattern: &Pat) -> Vec<String> {
    struct Idents(Vec<String>);
    impl<'ast> Visit<'ast> for Idents {
        fn visit_pat_ident(&mut self, ident: &'ast syn::PatIdent) {
            self.0.push(ident.ident.to_string());
        }
    }
    let mut found = Idents(Vec::new());
    found.visit_pat(pattern);
    found.0
}

fn note_expr(names: &mut HashMap<String, Vec<Option<Expr>>>, place: &Expr, value: &Expr) {
    if let Expr::Path(path) = place
        && let Some(ident) = path.path.get_ident()
    {
        names.entry(ident.to_string()).or_default().push(Some(value.clone()));
    }
}

/// Numbers and words of the program itself cannot carry anybody's text.
pub(super) fn is_harmless(kind: &str) -> bool {
    let kind = kind.replace(' ', "");
    matches!(
        kind.as_str(),
        "usize" | "i64" | "i32" | "u32" | "u64" | "bool" | "&'staticstr" | "Dialect" | "store::Dialect"
    )
}

pub(super) fn is_text(made: &Macro) -> bool {
    made.path.segments.last().is_some_and(|name| {
        ["format", "write", "writeln", "concat"].contains(&name.ident.to_string().as_str())
    })
}

/// The arguments of a `format!`, those within its text, too.
pub(super) fn pieces(made: &Macro) -> Option<Vec<Expr>> {
    let arguments = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(made.tokens.clone()).ok()?;
    let mut pieces = Vec::new();
    let is_written =
        made.path.segments.last().is_some_and(|name| name.ident.to_string().starts_with("write"));
    for argument in arguments.into_iter().skip(usize::from(is_written)) {
        match argument {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => pieces.extend(named_within(&text.value())),
            // `name = value` gives a name of its own.
            Expr::Assign(named) => pieces.push(*named.right),
            other => pieces.push(other),
        }
    }
    Some(pieces)
}

fn named_within(text: &str) -> Vec<Expr> {
    let text = text.replace("{{", "").replace("}}", "");
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split(['}', ':']).next())
        .filter(|name| !name.is_empty() && name.parse::<usize>().is_err())
        .filter_map(|name| syn::parse_str(name).ok())
        .collect()
}

pub(super) fn tail(block: &Block) -> Option<&Expr> {
    match block.stmts.last() {
        Some(Stmt::Expr(expr, None)) => Some(expr),
        _ => None,
    }
}

pub(super) fn is_sum(op: &syn::BinOp) -> bool {
    matches!(op, syn::BinOp::Add(_) | syn::BinOp::AddAssign(_))
}

pub(super) fn speaks_sql(text: &str) -> bool {
    WORDS.iter().any(|word| text.contains(word)) || (text.contains("select ") && text.contains(" from "))
}

pub(super) fn line_of(expr: &Expr) -> usize {
    syn::spanned::Spanned::span(expr).start().line
}

pub(super) fn quoted(tokens: &impl quote::ToTokens) -> String {
    tokens.to_token_stream().to_string()
}
