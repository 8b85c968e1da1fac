//! Whose a name is: rows count by the module that it comes from, and say what that library does.

use leaklint::apis::Cleanup;

use super::{apis, function, global};

#[test]
fn code_that_is_generated_into_a_project_is_known_by_its_folder() {
    for module in ["@prisma/client", "../generated/prisma", "@/generated/prisma/client", "./generated/prisma/client.js"]
    {
        assert!(apis().constructor(module, "PrismaClient").is_some(), "{module}");
    }
    for module in ["@app/util", "./prisma", "../generated/other/client", "generated"] {
        assert!(apis().constructor(module, "PrismaClient").is_none(), "{module}");
    }
}

#[test]
fn modules_that_are_globals_are_known() {
    assert_eq!(apis().global_of_module("global/window"), Some("window"));
    assert_eq!(apis().global_of_module("global/document"), Some("document"));
    assert_eq!(apis().global_of_module("./global/window"), None);
}

#[test]
fn effects_say_their_cleanup_as_their_library_does() {
    let way = |module: &str, export: &str| function(module, export).callback[0].cleanup;
    assert_eq!(way("react", "useEffect"), Some(Cleanup::Returned));
    assert_eq!(way("svelte", "onMount"), Some(Cleanup::Returned));
    assert_eq!(way("vue", "watchEffect"), Some(Cleanup::Parameter));
    assert_eq!(way("solid-js", "createEffect"), Some(Cleanup::Inside));
    assert_eq!(way("solid-js", "onMount"), None);
    assert_eq!(way("react-use", "useMount"), None);
    assert_eq!(way("ahooks", "useMount"), Some(Cleanup::Returned));
    assert_eq!(global("$effect").callback[0].cleanup, Some(Cleanup::Returned));
    assert!(apis().function("@app/util", "createEffect").is_none());
    assert_eq!(apis().end_hook("solid-js"), Some("onCleanup"));
}

#[test]
fn decorators_count_by_the_module_that_they_come_from() {
    let hooks = |module: &str, name: &str| {
        let of = apis().decorator(module, name)?;
        Some(apis().lifecycle(of).unwrap_or_else(|| panic!("no hooks for {name} of {module}")).end_hooks.clone())
    };
    assert_eq!(hooks("@angular/core", "Component"), Some(vec!["ngOnDestroy".to_owned()]));
    assert!(hooks("@nestjs/common", "Injectable").unwrap().contains(&"onModuleDestroy".to_owned()));
    assert!(hooks("vue-class-component", "default").unwrap().contains(&"beforeDestroy".to_owned()));
    assert_eq!(hooks("@app/util", "Component"), None);
}
