//! A rule over the source: the text of a statement is made of constants, numbers and places (`$1`), of nothing else.
//!
//! It reads the syntax, not the words. Every piece of every statement must be provably ours; what it cannot prove
//! stands in [`REVIEWED`], and a row there that no longer applies fails, too.

use std::{collections::HashMap, fs, path::Path};

use syn::{
    Block, Expr, ExprLit, FnArg, Item, Lit, Token,
    punctuated::Punctuated,
    visit::{self, Visit},
};

use super::{
    reviewed::REVIEWED,
    syntax::{
        Bindings, idents, is_harmless, is_sum, is_text, line_of, note, pieces, quoted, speaks_sql, tail,
    },
};
use crate::check::Error;

/// Calls whose first argument is a statement.
const STATEMENTS: [&str; 15] = [
    "rows",
    "row",
    "one",
    "execute",
    "execute_later",
    "batch",
    "query",
    "prepare",
    "prepare_cached",
    "batch_execute",
    "query_row",
    "query_one",
    "query_opt",
    "simple_query",
    "execute_batch",
];
/// Functions of ours that give places and fixed words only; each is examined where it is written.
const OURS: [&str; 11] = [
    "after_cursor",
    "append",
    "bind",
    "places",
    "placeholders",
    "for_update",
    "for_update_skip_locked",
    "current_tx",
    "tx_horizon",
    "serial",
    "numbered",
];
/// What neither adds nor takes anything foreign when it is given nothing foreign.
const NEUTRAL: [&str; 18] = [
    "to_owned",
    "to_string",
    "clone",
    "as_str",
    "into",
    "iter",
    "into_iter",
    "map",
    "collect",
    "join",
    "concat",
    "trim",
    "split",
    "split_inclusive",
    "copied",
    "as_deref",
    "unwrap_or_default",
    "enumerate",
];

/// One piece of a statement that is not provably ours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    pub file: String,
    pub line: usize,
    pub piece: String,
}

/// What is wrong with the sources below a folder: unproven pieces, and reviews of what is gone.
pub fn examine(root: &Path) -> Result<(Vec<String>, usize), Error> {
    let (mut open, mut findings, mut statements) = (vec![root.join("crates")], Vec::new(), 0);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder)?.flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if entry.file_type()?.is_dir() {
                let foreign = ["tests", "testkit", "testservers", "fixtures", "target"];
                if !foreign.contains(&name.as_str()) {
                    open.push(path);
                }
            } else if name.ends_with(".rs") && !name.ends_with("tests.rs") && !name.starts_with("test_") {
                let file = path.strip_prefix(root)?.to_string_lossy().into_owned();
                let (found, count) = of_source(&file, &fs::read_to_string(&path)?)?;
                findings.extend(found);
                statements += count;
            }
        }
    }
    let is_meant = |finding: &Finding, file: &str, piece: &str| {
        finding.file == file && (piece == "*" || finding.piece == piece)
    };
    let is_reviewed =
        |finding: &&Finding| REVIEWED.iter().any(|(file, piece, _)| is_meant(finding, file, piece));
    let (reviewed, unproven): (Vec<&Finding>, Vec<&Finding>) = findings.iter().partition(is_reviewed);
    let gone = REVIEWED
        .iter()
        .filter(|(file, piece, _)| !reviewed.iter().any(|found| is_meant(found, file, piece)))
        .map(|(file, piece, _)| format!("{file}: the review of `{piece}` has no object"));
    let told = unproven.iter().map(|found| format!("{}:{}: `{}`", found.file, found.line, found.piece));
    Ok((told.chain(gone).collect(), statements))
}

/// The unproven pieces of one file, and how many statements it has.
pub fn of_source(file: &str, text: &str) -> Result<(Vec<Finding>, usize), Error> {
    let syntax = syn::parse_file(text).map_err(|error| format!("{file}: {error}"))?;
    let mut reader = Reader { file: file.to_owned(), ..Reader::default() };
    reader.visit_file(&syntax);
    Ok((reader.findings, reader.statements))
}

#[derive(Default)]
struct Reader {
    file: String,
    findings: Vec<Finding>,
    statements: usize,
    /// What each name of the function at hand was ever given; `None` stands for what comes from outside.
    names: HashMap<String, Vec<Option<Expr>>>,
}

impl Reader {
    fn function(&mut self, inputs: &Punctuated<FnArg, Token![,]>, body: &Block) {
        let outer = std::mem::take(&mut self.names);
        for input in inputs {
            if let FnArg::Typed(input) = input
                && !is_harmless(&quoted(&input.ty))
            {
                note(&mut self.names, &input.pat, None);
            }
        }
        Bindings { names: &mut self.names }.visit_block(body);
        visit::visit_block(self, body);
        self.names = outer;
    }

    fn judge(&mut self, expr: &Expr) {
        let mut unproven = Vec::new();
        self.unproven(expr, &mut unproven, 0);
        for piece in unproven {
            // What stands within a text has no place of its own.
            let line = line_of(&piece).max(line_of(expr));
            let finding = Finding { file: self.file.clone(), line, piece: shown(&piece) };
            if !self.findings.iter().any(|known| known.piece == finding.piece) {
                self.findings.push(finding);
            }
        }
    }

    /// Collects the parts of an expression that are not provably ours.
    fn unproven(&self, expr: &Expr, found: &mut Vec<Expr>, depth: usize) {
        let mut all = |parts: &mut dyn Iterator<Item = &Expr>| {
            parts.for_each(|part| self.unproven(part, found, depth + 1))
        };
        match expr {
            _ if depth > 24 => found.push(expr.clone()),
            Expr::Lit(_) | Expr::Range(_) | Expr::Return(_) | Expr::Continue(_) | Expr::Break(_) => {}
            Expr::Reference(inner) => all(&mut [&*inner.expr].into_iter()),
            Expr::Paren(inner) => all(&mut [&*inner.expr].into_iter()),
            Expr::Group(inner) => all(&mut [&*inner.expr].into_iter()),
            Expr::Try(inner) => all(&mut [&*inner.expr].into_iter()),
            Expr::Unary(inner) => all(&mut [&*inner.expr].into_iter()),
            Expr::Binary(inner) => all(&mut [&*inner.left, &*inner.right].into_iter()),
            Expr::Tuple(inner) => all(&mut inner.elems.iter()),
            Expr::Array(inner) => all(&mut inner.elems.iter()),
            Expr::Block(inner) => all(&mut tail(&inner.block).into_iter()),
            Expr::If(inner) => {
                let other = inner.else_branch.as_ref().map(|(_, expr)| &**expr);
                all(&mut tail(&inner.then_branch).into_iter().chain(other));
            }
            Expr::Match(inner) => all(&mut inner.arms.iter().map(|arm| &*arm.body)),
            Expr::Closure(inner) => all(&mut [&*inner.body].into_iter()),
            Expr::Macro(inner) if is_text(&inner.mac) => match pieces(&inner.mac) {
                Some(pieces) => all(&mut pieces.iter()),
                None => found.push(expr.clone()),
            },
            Expr::MethodCall(call) => {
                let name = call.method.to_string();
                if name == "len" || OURS.contains(&name.as_str()) {
                } else if let ("map", Some(Expr::Closure(closure))) = (name.as_str(), call.args.first()) {
                    self.mapped(&call.receiver, closure, found, depth);
                } else if NEUTRAL.contains(&name.as_str()) {
                    all(&mut [&*call.receiver].into_iter().chain(&call.args));
                } else {
                    found.push(expr.clone());
                }
            }
            Expr::Call(call) => {
                let name = quoted(&call.func);
                let name = name.rsplit("::").next().unwrap_or_default().trim();
                if OURS.contains(&name) {
                } else if ["Some", "Ok", "from", "new", "with_capacity"].contains(&name) {
                    all(&mut call.args.iter());
                } else {
                    found.push(expr.clone());
                }
            }
            Expr::Path(path) => self.name(expr, path, found, depth),
            _ => found.push(expr.clone()),
        }
    }

    /// What is mapped matters only where it is used.
    fn mapped(&self, from: &Expr, closure: &syn::ExprClosure, found: &mut Vec<Expr>, depth: usize) {
        let mut names = self.names.clone();
        let parameters: Vec<String> = closure.inputs.iter().flat_map(idents).collect();
        for parameter in &parameters {
            names.insert(parameter.clone(), vec![None]);
        }
        let inner = Reader { names, ..Reader::default() };
        let mut inside = Vec::new();
        inner.unproven(&closure.body, &mut inside, depth + 1);
        let uses = |piece: &Expr| {
            let text = quoted(piece);
            text.split(' ').any(|word| parameters.iter().any(|parameter| parameter == word))
        };
        if inside.iter().any(uses) {
            self.unproven(from, found, depth + 1);
        }
        found.extend(inside.into_iter().filter(|piece| parameters.iter().all(|name| *name != quoted(piece))));
    }

    fn name(&self, expr: &Expr, path: &syn::ExprPath, found: &mut Vec<Expr>, depth: usize) {
        let Some(last) = path.path.segments.last().map(|segment| segment.ident.to_string()) else { return };
        let is_constant = last.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        if is_constant || path.path.segments.len() > 1 {
            if !is_constant {
                found.push(expr.clone());
            }
            return;
        }
        match self.names.get(&last) {
            Some(given) if given.iter().all(Option::is_some) => {
                let mut inside = Vec::new();
                for value in given.iter().flatten().filter(|value| quoted(value) != last) {
                    self.unproven(value, &mut inside, depth + 1);
                }
                // What is inside is told by its own name; a name that leads in a circle is not.
                found.extend(inside.into_iter().filter(|piece| quoted(piece) != last));
            }
            Some(_) => found.push(expr.clone()),
            // Typed as a number or as a word of the program itself.
            None => {}
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        if let Item::Mod(module) = item
            && module.attrs.iter().any(|attribute| quoted(&attribute.meta).contains("test"))
        {
            return;
        }
        visit::visit_item(self, item);
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.function(&function.sig.inputs, &function.block);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.function(&function.sig.inputs, &function.block);
    }

    /// A macro that stands for itself is no expression to the parser.
    fn visit_stmt_macro(&mut self, made: &'ast syn::StmtMacro) {
        if is_text(&made.mac) && speaks_sql(&made.mac.tokens.to_string()) {
            self.judge(&Expr::Macro(syn::ExprMacro { attrs: Vec::new(), mac: made.mac.clone() }));
        }
        visit::visit_stmt_macro(self, made);
    }

    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            Expr::Macro(made) if is_text(&made.mac) && speaks_sql(&made.mac.tokens.to_string()) => {
                self.judge(expr)
            }
            Expr::Binary(sum) if is_sum(&sum.op) && speaks_sql(&quoted(sum)) => self.judge(expr),
            Expr::MethodCall(call) => {
                let name = call.method.to_string();
                let first = call.args.first();
                let is_plain = call.args.len() == 2
                    && matches!(
                        name.as_str(),
                        "rows" | "row" | "one" | "execute" | "execute_later" | "query"
                    );
                let is_statement =
                    first.is_some_and(|first| self.is_statement(first) || (is_plain && is_call(first)));
                if STATEMENTS.contains(&name.as_str()) && is_statement {
                    self.statements += 1;
                    self.judge(&call.args[0]);
                }
                let is_condition = name == "push" && quoted(&call.receiver).ends_with("conditions");
                if is_condition || (name == "push_str" && speaks_sql(&quoted(&call.args))) {
                    self.judge(&call.args[0]);
                }
            }
            _ => {}
        }
        visit::visit_expr(self, expr);
    }
}

impl Reader {
    /// `row`, `one` and `query` are common words: only what is a text counts.
    fn is_statement(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Lit(ExprLit { lit: Lit::Str(_), .. }) => true,
            Expr::Reference(inner) => self.is_statement(&inner.expr),
            Expr::Macro(made) => is_text(&made.mac),
            Expr::Path(path) => path.path.get_ident().is_none_or(|name| {
                let name = name.to_string();
                name.contains("sql")
                    || name.contains("text")
                    || name.contains("statement")
                    || name.chars().all(|c| c.is_uppercase() || c == '_')
            }),
            Expr::MethodCall(_) | Expr::Binary(_) => speaks_sql(&quoted(expr)),
            _ => false,
        }
    }
}

/// A statement made by a function of its own.
fn is_call(expr: &Expr) -> bool {
    match expr {
        Expr::Reference(inner) => is_call(&inner.expr),
        other => matches!(other, Expr::Call(_)),
    }
}

/// A piece as it is told; what is asked of the database is told without the question.
fn shown(expr: &Expr) -> String {
    match expr {
        Expr::Try(inner) => shown(&inner.expr),
        Expr::MethodCall(call)
            if call.method == "map_err" || call.method == "collect" || call.method == "map" =>
        {
            shown(&call.receiver)
        }
        Expr::MethodCall(call) if STATEMENTS.contains(&call.method.to_string().as_str()) => {
            format!("{} . {} (…)", quoted(&call.receiver), call.method)
        }
        other => quoted(other),
    }
}

#[cfg(test)]
mod tests {
    use super::of_source;

    fn pieces(body: &str) -> Vec<String> {
        let source = format!("fn f(read: &mut Read<'_>, name: &str, n: usize) {{ {body} }}");
        of_source("f.rs", &source).expect("it is Rust").0.into_iter().map(|found| found.piece).collect()
    }

    #[test]
    fn what_a_caller_gives_is_found_however_it_gets_in() {
        for body in [
            r#"read.rows(&format!("SELECT 1 WHERE a = '{name}'"), &[]);"#,
            r#"read.rows(&format!("SELECT 1 WHERE a = '{}'", name.trim()), &[]);"#,
            r#"let sql = "SELECT 1 WHERE a = '".to_owned() + name; read.rows(&sql, &[]);"#,
            r#"let mut sql = "SELECT 1 WHERE a = ".to_owned(); sql.push_str(name); read.rows(&sql, &[]);"#,
            r#"let mut sql = "SELECT 1 WHERE a = ".to_owned(); sql += name; read.rows(&sql, &[]);"#,
            r#"let part = format!("'{name}'"); let sql = format!("SELECT 1 WHERE a = {part}"); read.rows(&sql, &[]);"#,
            r#"let sql = ["SELECT 1 WHERE a = ", name].concat(); read.rows(&sql, &[]);"#,
            r#"let sql = name; read.rows(sql, &[]);"#,
            r#"let mut sql = String::new(); write!(sql, "SELECT 1 WHERE a = {}", name);"#,
            r#"let mut sql = "SELECT 1 WHERE a = ".to_owned(); write!(sql, "{name}"); read.rows(&sql, &[]);"#,
            r#"read.execute(&format!("UPDATE a SET b = {}", other(name)), &[]);"#,
            r#"let list: Vec<String> = name.split(',').map(|word| format!("'{word}'")).collect(); read.rows(&format!("SELECT 1 WHERE a IN ({})", list.join(", ")), &[]);"#,
        ] {
            assert!(!pieces(body).is_empty(), "{body}");
        }
    }

    #[test]
    fn constants_numbers_and_places_are_ours() {
        for body in [
            r#"read.rows("SELECT 1", &[]);"#,
            r#"read.rows(&format!("SELECT {COLUMNS} FROM a"), &[]);"#,
            r#"let lock = if n > 1 { "" } else { " FOR UPDATE" }; read.rows(&format!("SELECT 1 WHERE a{lock}"), &[]);"#,
            r#"let mut sql = "SELECT 1 WHERE a".to_owned(); sql += &format!(" AND b = ${}", values.len()); read.rows(&sql, &[]);"#,
            r#"let (own, tx) = (read.caller(), read.dialect().current_tx()); read.rows(&format!("SELECT {tx} FROM a"), &[]);"#,
            r#"let rows: Vec<String> = name.chars().map(|c| { values.push(c.into()); format!("(${})", values.len()) }).collect(); read.execute(&format!("INSERT INTO a VALUES {}", rows.join(", ")), &values);"#,
            r#"let list = sql::places(1, n); read.rows(&format!("SELECT 1 WHERE a IN ({list})"), &[]);"#,
            r#"let list: Vec<String> = (1..n).map(|n| format!("${n}")).collect(); let sql = format!("SELECT 1 WHERE a IN ({})", list.join(", ")); read.rows(&sql, &[]);"#,
        ] {
            assert_eq!(pieces(body), Vec::<String>::new(), "{body}");
        }
    }
}
