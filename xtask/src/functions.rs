//! No function longer than a page.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::{Finding, SourceFile};

/// From the line of `fn` to the line of the closing brace, both counted.
const MAX_LINES: usize = 60;

/// Functions, methods and tests that are too long.
pub fn check(source: &SourceFile, tree: &syn::File) -> Vec<Finding> {
    let mut long = LongFunctions {
        path: &source.path,
        findings: Vec::new(),
    };
    long.visit_file(tree);
    long.findings
}

struct LongFunctions<'a> {
    path: &'a str,
    findings: Vec<Finding>,
}

impl LongFunctions<'_> {
    fn measure(&mut self, signature: &syn::Signature, body: Span) {
        let first = signature.span().start().line;
        let lines = body.end().line + 1 - first;
        if lines > MAX_LINES {
            self.findings.push(Finding::new(
                format!("{}:{first}", self.path),
                format!(
                    "fn {} has {lines} lines, at most {MAX_LINES}",
                    signature.ident
                ),
            ));
        }
    }
}

impl<'ast> Visit<'ast> for LongFunctions<'_> {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.measure(&function.sig, function.block.span());
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, method: &'ast syn::ImplItemFn) {
        self.measure(&method.sig, method.block.span());
        visit::visit_impl_item_fn(self, method);
    }

    fn visit_trait_item_fn(&mut self, method: &'ast syn::TraitItemFn) {
        if let Some(body) = &method.default {
            self.measure(&method.sig, body.span());
        }
        visit::visit_trait_item_fn(self, method);
    }
}
