//! No `unwrap()` and no `expect(..)` in library code outside its tests.
//!
//! Clippy warns about the same calls; this rule also holds where clippy is not run, and inside
//! the arguments of macros. Code that carries `#[expect(clippy::unwrap_used, reason = "..")]`
//! has said why and is left alone.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use crate::{Finding, SourceFile};

/// Calls of `unwrap` and `expect` outside tests.
pub fn check(source: &SourceFile, tree: &syn::File) -> Vec<Finding> {
    let mut calls = Calls {
        path: &source.path,
        findings: Vec::new(),
    };
    if !is_test_code(&tree.attrs) {
        calls.visit_file(tree);
    }
    calls.findings
}

/// `#[cfg(test)]`, `#[test]`, `#[tokio::test]`, or a lint that was switched off with a reason.
fn is_test_code(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let tokens = match &attribute.meta {
            syn::Meta::List(list) => list.tokens.clone(),
            _ => TokenStream::new(),
        };
        let last = attribute.path().segments.last();
        let name = last.map(|segment| segment.ident.to_string());
        match name.as_deref() {
            Some("test") => true,
            Some("cfg") => mentions(&tokens, "test") && !mentions(&tokens, "not"),
            Some("allow" | "expect") => {
                mentions(&tokens, "unwrap_used") || mentions(&tokens, "expect_used")
            }
            _ => false,
        }
    })
}

struct Calls<'a> {
    path: &'a str,
    findings: Vec<Finding>,
}

impl Calls<'_> {
    fn note(&mut self, name: &proc_macro2::Ident) {
        let line = name.span().start().line;
        self.findings.push(Finding::new(
            format!("{}:{line}", self.path),
            format!("{name}() in library code; return an error instead"),
        ));
    }

    /// A macro's arguments are no syntax tree: look for `.` `unwrap` `(..)`.
    fn look_through(&mut self, tokens: TokenStream) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        for three in trees.windows(3) {
            if let [
                TokenTree::Punct(dot),
                TokenTree::Ident(name),
                TokenTree::Group(_),
            ] = three
                && dot.as_char() == '.'
                && (name == "unwrap" || name == "expect")
            {
                self.note(name);
            }
        }
        for tree in trees {
            if let TokenTree::Group(group) = tree {
                self.look_through(group.stream());
            }
        }
    }
}

impl<'ast> Visit<'ast> for Calls<'_> {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        if !is_test_code(&function.attrs) {
            visit::visit_item_fn(self, function);
        }
    }

    fn visit_impl_item_fn(&mut self, method: &'ast syn::ImplItemFn) {
        if !is_test_code(&method.attrs) {
            visit::visit_impl_item_fn(self, method);
        }
    }

    fn visit_item_impl(&mut self, block: &'ast syn::ItemImpl) {
        if !is_test_code(&block.attrs) {
            visit::visit_item_impl(self, block);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_test_code(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if call.method == "unwrap" || call.method == "expect" {
            self.note(&call.method);
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.look_through(call.tokens.clone());
    }
}

/// Does `word` stand among `tokens`, at any depth?
fn mentions(tokens: &TokenStream, word: &str) -> bool {
    tokens.clone().into_iter().any(|tree| match tree {
        TokenTree::Ident(name) => name == word,
        TokenTree::Group(group) => mentions(&group.stream(), word),
        _ => false,
    })
}
