//! Classes: fields, methods, heritage, decorators.

use super::{edges, flow_of};

#[test]
fn fields() {
    edges(
        "
class A { h = open(); f = () => this.h; g = function () { return this }; x; 'y-z' = 1; 2 = a; [k] = b }
    class A -> A
    open()
    open() -> this:A.h
    return this:A.h
    function f -> this:A.f
    return this:A
    function g -> this:A.g
    1 -> this:A.y-z
    a -> this:A[2]
    b -> this:A[k]

class A { static s = new Map(); static f = () => this.s; static #p = 1; static { this.s.set(A.#p, a); const b = 1 } }
    class A -> A
    new Map()
    new Map() -> class A.s
    return class A.s
    function f -> class A.f
    1 -> class A.#p
    class A.s.set(A.#p, a)
    1 -> b

class A { #p = open(); m() { return this.#p } #n() {} o() { this.#n() } }
    class A -> A
    open()
    open() -> this:A.#p
    return this:A.#p
    function m -> this:A.m
    function #n -> this:A.#n
    this:A.#n()
    function o -> this:A.o

class A { accessor x = open(); static accessor y = 1 }
    class A -> A
    open()
    open() -> this:A.x
    1 -> class A.y

class A { a = 1; b = this.a; c = [this.b] }
    class A -> A
    1 -> this:A.a
    this:A.a -> this:A.b
    this:A.b -> [][0]
    [] -> this:A.c

class A { declare q: Q; r!: R; readonly s: S = open() }
    class A -> A
    this:A.q: Q
    this:A.r: R
    open()
    open() -> this:A.s
    this:A.s: S
",
    );
}

#[test]
fn methods() {
    edges(
        "
class A { m() {} static n() {} async p() {} *q() {} static async *r() {} 's-t'() {} [k]() {} }
    class A -> A
    function m -> this:A.m
    function n -> class A.n
    async function p -> this:A.p
    function* q -> this:A.q
    async function* r -> class A.r
    function s-t -> this:A.s-t
    function 7 -> this:A[k]

class A { get x() { return this.y } set x(v) { this.y = v } static get z() { return 1 } get #w() { return 2 } }
    class A -> A
    return this:A.y
    function x -> get this:A.x
    v -> this:A.y
    function x -> set this:A.x
    return 1
    function z -> get class A.z
    return 2
    function #w -> get this:A.#w

class A { constructor(a, b = 1) { this.a = a; this.b = b } }
    class A -> A
    (constructor#1 = 1) -> b
    a -> this:A.a
    b -> this:A.b

class A { constructor(private db: Db, readonly x = open(), protected y?: Y, z?) { this.db.q(z) } }
    class A -> A
    db: Db
    db -> this:A.db
    open()
    (constructor#1 = open()) -> x
    x -> this:A.x
    y: Y
    y -> this:A.y
    this:A.db.q(z)

class A { m() { this.n(() => this.h) } n(f) { f.call(this) } }
    class A -> A
    return this:A.h
    this:A.n(function 2)
    function m -> this:A.m
    f.call(this:A)
    function n -> this:A.n
",
    );
}

#[test]
fn heritage() {
    edges(
        "
class A extends B { constructor(x) { super(x, ...y); super.m(); super.p = x; this.f = () => super.q(this) } }
    class A -> A
    super:B(x, ...y)
    super(this:A).m()
    x -> super(this:A).p
    super(this:A).q(this:A)
    return super(this:A).q(this:A)
    function f -> this:A.f

class A extends mixin(B, C) { static s() { super.t() } get g() { return super.g } static u = super.v; w = super.x; static { super.y() } }
    class A -> A
    mixin(B, C)
    super(class A).t()
    function s -> class A.s
    return super(this:A).g
    function g -> get this:A.g
    super(class A).v -> class A.u
    super(this:A).x -> this:A.w
    super(class A).y()

class A extends B { m() { return super.m() } }
    class A -> A
    super(this:A).m()
    return super(this:A).m()
    function m -> this:A.m

new (class extends B { constructor() { super() } })()
    super:B()
    new class 0()

class A extends null {} class B extends (() => C)() {}
    class A -> A
    class B -> B
    return C
    function 1()
",
    );
}

#[test]
fn decorators() {
    edges(
        "
@dec @dec2(x) class A { @prop() p; @method m() {} @acc accessor q = 1; @stat static s = 2; @get get g() { return 1 } }
    class A -> A
    prop()
    @prop()(this:A.p)
    function m -> this:A.m
    @method(function m)
    1 -> this:A.q
    @acc(this:A.q)
    2 -> class A.s
    @stat(class A.s)
    return 1
    function g -> get this:A.g
    @get(function g)
    @dec(class A)
    dec2(x)
    @dec2(x)(class A)

class A { constructor(@Inject(TOKEN) private db: Db, @Opt() { x }, @All ...rest) {} m(@Body() body: Dto) { return body } }
    class A -> A
    db: Db
    db -> this:A.db
    constructor#1.x -> x
    constructor#2 -> rest
    Inject(TOKEN)
    @Inject(TOKEN)(db)
    Opt()
    @Opt()(constructor#1)
    @All(constructor#2)
    body: Dto
    return body
    Body()
    @Body()(body)
    function m -> this:A.m

@Component({ selector: 'x' }) export class A { @Input() a: B; @HostListener('click', ['$event']) onClick(e) {} }
    class A -> A
    this:A.a: B
    Input()
    @Input()(this:A.a)
    function onClick -> this:A.onClick
    '$event' -> [][0]
    HostListener('click', [])
    @HostListener('click', [])(function onClick)
    'x' -> {}.selector
    Component({})
    @Component({})(class A)
    export A as A
",
    );
}

#[test]
fn class_expressions() {
    edges(
        "
const A = class B { m() { return B } }; o.C = class { f = 1 }; use(class {})
    class B -> B
    return B
    function m -> this:B.m
    class B -> A
    1 -> this:C.f
    class C -> o.C
    use(class 2)

const f = () => class extends A { m() { return this.n } }
    return this:0.n
    function m -> this:0.m
    return class 0
    function f -> f
",
    );
}

/// What is static runs where the class stands; an initialiser runs for each instance, so it is a function.
#[test]
fn when_fields_are_made() {
    flow_of(
        0,
        "
class A { h = open(); static s = start(); static { stop() } f = 1; g = () => go(); [k()] = later() }
    b0: class A -> A; start(); start() -> class A.s; stop(); 1 -> this:A.f; function g -> this:A.g; k(); => return
",
    );
    flow_of(
        1,
        "
class A { h = open() }
    b1: open(); open() -> this:A.h; => return
",
    );
}
