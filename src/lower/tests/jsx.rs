//! JSX.

use super::edges;

#[test]
fn elements() {
    edges(
        "
<div/>; <Foo/>; <a.b.c/>; <this.x/>; <svg:rect/>; <x-y/>
    <'div'>({})
    <Foo>({}~2)
    <a.b.c>({}~3)
    <this.x>({}~4)
    <'svg:rect'>({}~5)
    <'x-y'>({}~6)

function f(Foo) { return <Foo/> }
    function f -> f
    <Foo>({})
    return <Foo>({})

<></>; <><a/>text{b}</>
    <_>(_)
    <'a'>({})
    <_>(_, <'a'>({}), b)
",
    );
}

#[test]
fn attributes() {
    edges(
        r#"
<a b="c" d={e} f g-h={1} i:j={k} l={<m/>} n=<o/> p={<></>}/>
    'c' -> {}.b
    e -> {}.d
    true -> {}.f
    1 -> {}.g-h
    k -> {}.i:j
    <'m'>({}~2)
    <'m'>({}~2) -> {}.l
    <'o'>({}~3)
    <'o'>({}~3) -> {}.n
    <_>(_)
    <_>(_) -> {}.p
    <'a'>({})

<a {...b} c={d} {...e}/>
    ...b -> {}
    d -> {}.c
    ...e -> {}
    <'a'>({})

<div onClick={() => close()} ref={r} style={{ x: 1 }} key={k}>{x}</div>
    close()
    return close()
    function 1 -> {}.onClick
    r -> {}.ref
    1 -> {}~2.x
    {}~2 -> {}.style
    k -> {}.key
    <'div'>({}, x)
"#,
    );
}

#[test]
fn children() {
    edges(
        "
<a>{b}{/* no */}text{...c}{d()}<e>{f}</e></a>
    d()
    <'e'>({}~2, f)
    <'a'>({}, b, ...c, d(), <'e'>({}~2, f))

<ul>{xs.map(x => <li key={x}>{x}</li>)}</ul>
    x -> {}~2.key
    <'li'>({}~2, x)
    return <'li'>({}~2, x)
    xs.map(function 1)
    <'ul'>({}, xs.map(function 1))

<A>{b && <C/>}{d ? <E/> : null}{(f) => <G h={f}/>}</A>
    <C>({}~2)
    <E>({}~3)
    f -> {}~4.h
    <G>({}~4)
    return <G>({}~4)
    <A>({}, (b && <C>({}~2)), (<E>({}~3) : null), function 1)
",
    );
}
