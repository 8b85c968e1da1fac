//! A table of paths with answers, on both sides of each word.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use leaklint::lexicon::Lexicon;
use leaklint::package::Package;
use leaklint::program::whose::{Base, Project, Site};

/// An application: nobody installs it.
const APP: &str = r#"{ "name": "shop", "private": true, "main": "server.js" }"#;
/// A library with one package.
const LIBRARY: &str = r#"{ "name": "lib", "main": "./lib/index.js", "exports": { "./tools": "./tools/index.js" } }"#;
const PRIVATE: &str = r#"{ "name": "@x/part", "private": true }"#;

/// Paths of an application: `product`.
const PRODUCT: &[&str] = &[
    "server.js",
    "src/index.ts",
    "src/app/docs/page.tsx",
    "src/docs/render.ts",
    "src/tools/ruler.ts",
    "src/scripts/menu.js",
    "src/demo/booking.ts",
    "src/examples/list.ts",
    "src/dev/panel.ts",
    "src/build/queue.ts",
    "src/tasks/send.ts",
    "src/migrations/list.tsx",
    "src/seeds/shop.ts",
    "src/playground/editor.tsx",
    "src/fixtures/lamp.ts",
    "app/test-results/page.tsx",
    "app/tests/page.tsx",
    "src/app/tests/page.tsx",
    "pages/test/index.tsx",
    "app/(main)/spec/page.tsx",
    "src/testing/lab.ts",
    "src/contest/winner.ts",
    "src/latest.ts",
    "src/test.ts",
    "src/specification.ts",
    "src/stories/list.ts",
    "src/app/app.config.ts",
    "app.config.ts",
    "sentry.server.config.ts",
    "src/db/db.config.ts",
    "config/passport.js",
    "website/index.js",
    "site/index.js",
    "public/app.js",
    "bin/www.js",
    "lib/vendor/sellers.js",
    "docs.ts",
    "src/seed.ts",
    "src/release.ts",
    "packages.js",
    "packages/docs.ts",
];

/// Paths of an application: `test`.
const TESTS: &[&str] = &[
    "src/a.test.ts",
    "src/a.spec.tsx",
    "src/A.Test.js",
    "src/__tests__/a.ts",
    "app/__tests__/page.tsx",
    "src/__mocks__/fs.js",
    "test/server.js",
    "Tests/server.js",
    "server/test/lib/a.js",
    "src/specs/a.js",
    "e2e/login.ts",
    "cypress/support/commands.js",
    "playwright.config.ts",
    "vitest.setup.ts",
    "src/setupTests.js",
    "fixtures/users.js",
    "mocks/server.js",
    "test.js",
    "src/a.cy.ts",
    "src/a_test.ts",
    "scripts/__tests__/a.js",
    "examples/test/a.js",
    "packages/x/fixtures/a.js",
];

/// Paths of an application: `demo`.
const DEMOS: &[&str] = &[
    "demo/index.js",
    "Demo/index.js",
    "docs/search.js",
    "documentation/a.js",
    "examples/basic/server.js",
    "playground/main.ts",
    "sandbox/main.ts",
    "dev/index.tsx",
    "showcase/a.js",
    "storybook/a.js",
    ".storybook/preview.ts",
    "src/button/.storybook/preview.ts",
    "src/Button.stories.tsx",
    "packages/ui/docs/page.tsx",
    "apps/web/examples/a.js",
    "packages/@x/ui/demo/a.js",
    "demo.ts",
];

/// Paths of an application: `tool`.
const TOOLS: &[&str] = &[
    "scripts/release.mjs",
    "tools/graph.ts",
    "build/webpack.js",
    "tasks/clean.js",
    "benchmarks/a.js",
    "codemods/v2.ts",
    "apps/web/scripts/a.js",
    "vite.config.ts",
    "web/vite.config.ts",
    "any.config.mjs",
    ".eslintrc.cjs",
    "gulpfile.js",
    "Gruntfile.js",
    "migrations/0003-drop-n.js",
    "server/migrations/20240101-a.js",
    "src/database/migrations/mysql/1690000000000-Add.ts",
    "src/migrations/Migration20240101.ts",
    "prisma/seed.ts",
    "seeders/a.js",
    ".github/actions/a.js",
    "src/a.bench.ts",
];

/// Paths of an application: `generated`.
const WRITTEN: &[&str] =
    &["node_modules/x/index.js", "src/node_modules/x/test/a.js", "dashboard/out/_next/static/chunks/main.js"];

/// What the path is, below packages: folder and text of each, outermost first.
fn whose(path: &str, packages: &[(&str, &str)], is_library: bool) -> String {
    let top = PathBuf::from("/test/examples/scripts/top");
    let base = |(folder, text): &(&str, &str)| {
        let folder = if folder.is_empty() { top.clone() } else { top.join(folder) };
        let mut package = Package::parse(text);
        package.directory.clone_from(&folder);
        Base { package: Some(Arc::new(package)), folder }
    };
    let around = packages.iter().filter(|(folder, _)| Path::new(path).starts_with(folder));
    let bases: Vec<Base> = around.map(base).collect();
    let project = Project { bases, is_library };
    let site = Site::new(&top.join(path), false, &project, &Lexicon::built_in().whose);
    site.attribution().whose.as_str().to_owned()
}

fn all(rows: &[(&str, &str)], packages: &[(&str, &str)], is_library: bool) {
    let wrong: Vec<String> = rows
        .iter()
        .map(|(path, wanted)| (path, wanted, whose(path, packages, is_library)))
        .filter(|(_, wanted, is)| *wanted != is)
        .map(|(path, wanted, is)| format!("{path} is {is}, not {wanted}"))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn of_an_application() {
    let kinds = [("product", PRODUCT), ("test", TESTS), ("demo", DEMOS), ("tool", TOOLS), ("generated", WRITTEN)];
    let rows: Vec<(&str, &str)> =
        kinds.iter().flat_map(|(kind, paths)| paths.iter().map(|path| (*path, *kind))).collect();
    assert!(rows.len() > 60);
    all(&rows, &[("", APP)], false);
}

#[test]
fn of_a_library() {
    let rows = [
        ("lib/index.js", "product"),
        ("website/src/pages/index.js", "demo"),
        ("site/index.js", "demo"),
        ("src/website/index.js", "product"),
        // The package says that this is its code.
        ("tools/index.js", "product"),
        ("tools/other.js", "tool"),
        // This index is not the one that the package names.
        ("docs/index.js", "demo"),
        ("examples/index.js", "demo"),
    ];
    all(&rows, &[("", LIBRARY)], true);
}

#[test]
fn of_packages_in_a_workspace() {
    let published = r#"{ "name": "@x/part" }"#;
    let named = |name: &str| format!(r#"{{ "name": "{name}", "private": true }}"#);
    let one = |folder: &str, package: &str, path: &str, wanted: &str| {
        assert_eq!(whose(path, &[("", APP), (folder, package)], true), wanted, "{path} with {package}");
    };
    one("packages/core", PRIVATE, "packages/core/src/a.ts", "product");
    one("packages/core", published, "packages/core/src/docs/a.ts", "product");
    one("packages/core", published, "packages/core/docs/a.ts", "demo");
    one("packages/docs", &named("@x/docs"), "packages/docs/src/a.ts", "demo");
    one("packages/docs", &named("manual"), "packages/docs/src/a.ts", "demo");
    one("packages/docs", r#"{ "name": "docs" }"#, "packages/docs/src/a.ts", "product");
    one("apps/web", &named("@x/example-web"), "apps/web/src/a.ts", "demo");
    one("apps/web", &named("@x/docs-service"), "apps/web/src/a.ts", "product");
    one("apps/web-e2e", PRIVATE, "apps/web-e2e/src/a.ts", "test");
    one("apps/web", &named("web-playground"), "apps/web/src/a.ts", "demo");
    one("packages/scripts", &named("@x/scripts"), "packages/scripts/src/a.ts", "tool");
    one("examples/basic", published, "examples/basic/src/a.ts", "demo");
    one("tools/cli", published, "tools/cli/src/a.ts", "product");
    one("tools/graph", PRIVATE, "tools/graph/src/a.ts", "tool");
    one("test/fixtures/a", published, "test/fixtures/a/src/a.ts", "test");
    one("website", PRIVATE, "website/src/a.ts", "demo");
}

#[test]
fn a_project_alone_is_product_whatever_its_name() {
    for name in ["docs", "example-shop", "playground", "test"] {
        let package = format!(r#"{{ "name": "{name}", "private": true }}"#);
        assert_eq!(whose("src/a.js", &[("", &package)], false), "product", "{name}");
    }
}
