//! A table of paths with answers, on both sides of each word.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use leaklint::lexicon::Lexicon;
use leaklint::package::Package;
use leaklint::program::whose::{Base, Site};

/// An application: nobody installs it.
const APP: &str = r#"{ "name": "shop", "private": true, "main": "server.js" }"#;
/// A library with one package.
const LIBRARY: &str = r#"{ "name": "lib", "main": "./lib/index.js", "exports": { "./tools": "./tools/index.js" } }"#;
const PRIVATE: &str = r#"{ "name": "@x/part", "private": true }"#;

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
    let site = Site::new(&top.join(path), false, &bases, is_library);
    site.attribution(&Lexicon::built_in().whose).whose.as_str().to_owned()
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
    let rows = [
        // product
        ("server.js", "product"),
        ("src/index.ts", "product"),
        ("src/app/docs/page.tsx", "product"),
        ("src/docs/render.ts", "product"),
        ("src/tools/ruler.ts", "product"),
        ("src/scripts/menu.js", "product"),
        ("src/demo/booking.ts", "product"),
        ("src/examples/list.ts", "product"),
        ("src/dev/panel.ts", "product"),
        ("src/build/queue.ts", "product"),
        ("src/tasks/send.ts", "product"),
        ("src/migrations/list.tsx", "product"),
        ("src/seeds/shop.ts", "product"),
        ("src/playground/editor.tsx", "product"),
        ("src/fixtures/lamp.ts", "product"),
        ("app/test-results/page.tsx", "product"),
        ("app/tests/page.tsx", "product"),
        ("src/app/tests/page.tsx", "product"),
        ("pages/test/index.tsx", "product"),
        ("app/(main)/spec/page.tsx", "product"),
        ("src/testing/lab.ts", "product"),
        ("src/contest/winner.ts", "product"),
        ("src/latest.ts", "product"),
        ("src/test.ts", "product"),
        ("src/specification.ts", "product"),
        ("src/stories/list.ts", "product"),
        ("src/app/app.config.ts", "product"),
        ("app.config.ts", "product"),
        ("sentry.server.config.ts", "product"),
        ("src/db/db.config.ts", "product"),
        ("config/passport.js", "product"),
        ("website/index.js", "product"),
        ("site/index.js", "product"),
        ("public/app.js", "product"),
        ("bin/www.js", "product"),
        ("lib/vendor/sellers.js", "product"),
        ("docs.ts", "product"),
        ("src/seed.ts", "product"),
        ("src/release.ts", "product"),
        ("packages.js", "product"),
        ("packages/docs.ts", "product"),
        // tests
        ("src/a.test.ts", "test"),
        ("src/a.spec.tsx", "test"),
        ("src/A.Test.js", "test"),
        ("src/__tests__/a.ts", "test"),
        ("app/__tests__/page.tsx", "test"),
        ("src/__mocks__/fs.js", "test"),
        ("test/server.js", "test"),
        ("Tests/server.js", "test"),
        ("server/test/lib/a.js", "test"),
        ("src/specs/a.js", "test"),
        ("e2e/login.ts", "test"),
        ("cypress/support/commands.js", "test"),
        ("playwright.config.ts", "test"),
        ("vitest.setup.ts", "test"),
        ("src/setupTests.js", "test"),
        ("fixtures/users.js", "test"),
        ("mocks/server.js", "test"),
        ("test.js", "test"),
        ("src/a.cy.ts", "test"),
        ("src/a_test.ts", "test"),
        ("scripts/__tests__/a.js", "test"),
        ("examples/test/a.js", "test"),
        ("packages/x/fixtures/a.js", "test"),
        // demos
        ("demo/index.js", "demo"),
        ("Demo/index.js", "demo"),
        ("docs/search.js", "demo"),
        ("documentation/a.js", "demo"),
        ("examples/basic/server.js", "demo"),
        ("playground/main.ts", "demo"),
        ("sandbox/main.ts", "demo"),
        ("dev/index.tsx", "demo"),
        ("showcase/a.js", "demo"),
        ("storybook/a.js", "demo"),
        (".storybook/preview.ts", "demo"),
        ("src/button/.storybook/preview.ts", "demo"),
        ("src/Button.stories.tsx", "demo"),
        ("packages/ui/docs/page.tsx", "demo"),
        ("apps/web/examples/a.js", "demo"),
        ("packages/@x/ui/demo/a.js", "demo"),
        ("demo.ts", "demo"),
        // tools
        ("scripts/release.mjs", "tool"),
        ("tools/graph.ts", "tool"),
        ("build/webpack.js", "tool"),
        ("tasks/clean.js", "tool"),
        ("benchmarks/a.js", "tool"),
        ("codemods/v2.ts", "tool"),
        ("apps/web/scripts/a.js", "tool"),
        ("vite.config.ts", "tool"),
        ("web/vite.config.ts", "tool"),
        ("any.config.mjs", "tool"),
        (".eslintrc.cjs", "tool"),
        ("gulpfile.js", "tool"),
        ("Gruntfile.js", "tool"),
        ("migrations/0003-drop-n.js", "tool"),
        ("server/migrations/20240101-a.js", "tool"),
        ("src/database/migrations/mysql/1690000000000-Add.ts", "tool"),
        ("src/migrations/Migration20240101.ts", "tool"),
        ("prisma/seed.ts", "tool"),
        ("seeders/a.js", "tool"),
        (".github/actions/a.js", "tool"),
        ("src/a.bench.ts", "tool"),
        // written by others
        ("node_modules/x/index.js", "generated"),
        ("src/node_modules/x/test/a.js", "generated"),
        ("dashboard/out/_next/static/chunks/main.js", "generated"),
    ];
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
