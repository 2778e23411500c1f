import {
  BUILT_IN_CONDITIONS,
  type Condition,
  compileCondition,
  type NamedConditionTest,
  type When,
} from './condition.ts'
import {
  BUILT_IN_TYPES,
  type Constraint,
  type ConstraintSpec,
  parseInlineConstraint,
  toConstraint,
} from './constraint.ts'
import { type RouterErrorCode, routerError } from './errors.ts'
import { ANY } from './methods.ts'
import { namesOf, type Pattern, PatternProblem, parsePattern, type ResolveConstraint } from './pattern.ts'
import { Route } from './route.ts'
import { CallSite, formatSource } from './source.ts'
import { suggest } from './suggest.ts'

export interface RouteOptions {
  /** Unique in the router, for `urlFor`. */
  name?: string
  /** Guards, run before the route, the outermost group's first: functions, or names given to `router.guard`. */
  under?: unknown
  /** Middleware around the route, the outermost group's first. */
  use?: unknown
  /** What else of a request must hold for the route to be taken. */
  when?: When
  /** Suffixes that the path may have: `['json']` also takes `/users.json`. Replaces what a group says. */
  formats?: readonly string[]
  /** What parameters must look like, by their name, instead of `:id<int>` in the path. */
  constraints?: Readonly<Record<string, ConstraintSpec>>
  /** Anything to be found again in `route.meta`; merged with what groups say. */
  meta?: Readonly<Record<string, unknown>>
}

/** What the groups around a route add to it. */
export interface Scope {
  readonly prefix: string
  readonly name: string
  readonly under: readonly unknown[]
  readonly use: readonly unknown[]
  readonly when: readonly unknown[]
  readonly formats: readonly string[]
  readonly constraints: Readonly<Record<string, ConstraintSpec>>
  readonly meta: Readonly<Record<string, unknown>>
}

export const ROOT_SCOPE: Scope = {
  prefix: '',
  name: '',
  under: [],
  use: [],
  when: [],
  formats: [],
  constraints: {},
  meta: {},
}

export function narrow(scope: Scope, prefix: string, options: RouteOptions): Scope {
  return {
    prefix: join(scope.prefix, prefix),
    name: [scope.name, options.name].filter(Boolean).join('.'),
    under: [...scope.under, ...toArray(options.under)],
    use: [...scope.use, ...toArray(options.use)],
    when: [...scope.when, ...toArray(options.when)],
    formats: options.formats ?? scope.formats,
    constraints: { ...scope.constraints, ...options.constraints },
    meta: { ...scope.meta, ...options.meta },
  }
}

function join(prefix: string, path: string): string {
  return path === '/' || path === '' ? prefix : (prefix === '/' ? '' : prefix) + path
}

function toArray(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value]
}

/** What a route is called while it is being added. */
interface Draft {
  readonly label: string
  readonly site: CallSite
}

/** The routes of one router in the order of registration, and the names they may use. */
export class Registry<T> {
  readonly routes: Route<T>[] = []
  readonly named: Map<string, Route<T>> = new Map()
  readonly guards: Map<string, (...args: never[]) => unknown> = new Map()
  readonly #types: Map<string, Constraint>
  readonly #conditions = new Map<string, NamedConditionTest>()
  readonly #internals: readonly string[]
  frozen = false

  constructor(internals: readonly string[]) {
    this.#internals = internals
    this.#types = new Map(
      Object.entries(BUILT_IN_TYPES).map(([name, test]) => [name, { name, key: `type ${name}`, test }]),
    )
  }

  /** @throws constraint_invalid */
  addType(name: string, spec: Exclude<ConstraintSpec, string>): void {
    const constraint = toConstraint(spec, this.#types, () => '')
    if (typeof constraint === 'string' || !/^[A-Za-z_]\w*$/.test(name)) {
      const problem = typeof constraint === 'string' ? constraint : 'has a name that is no word'
      throw this.#error('constraint_invalid', { label: '(none)', site: this.#site() }, { name, problem })
    }
    this.#types.set(name, { ...constraint, name, key: `type ${name}` })
  }

  addCondition(name: string, test: NamedConditionTest): void {
    this.#conditions.set(name, test)
  }

  add(methods: readonly string[], path: string, value: T, scope: Scope, options: RouteOptions): Route<T> {
    const whole = narrow({ ...scope, name: '' }, path, { ...options })
    const upper = [...new Set(methods.map(method => String(method).toUpperCase()))]
    const draft: Draft = { label: `${upper.join('|')} ${whole.prefix || '/'}`, site: this.#site() }
    if (this.frozen) throw this.#error('router_frozen', draft, {})
    const wrong =
      upper.length === 0 ? '(none)' : upper.find(method => method !== ANY && !/^[!#$%&'*+.^`|~\w-]+$/.test(method))
    if (wrong !== undefined) throw this.#error('method_invalid', draft, { method: wrong })
    if (value === undefined) throw this.#error('handler_invalid', draft, { actual: 'undefined' })
    const format = whole.formats.find(one => !/^[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*$/.test(one))
    if (format !== undefined) throw this.#error('format_invalid', draft, { format: JSON.stringify(format) })
    const pattern = this.#pattern(draft, whole)
    const conditions = whole.when.flatMap(when => this.#toConditions(draft, when))
    const names = this.#names(draft, pattern, conditions)
    const route = new Route<T>({
      methods: upper,
      path: whole.prefix || '/',
      pattern,
      names,
      name: options.name === undefined ? undefined : [scope.name, options.name].filter(Boolean).join('.'),
      value,
      formats: [...new Set(whole.formats)],
      conditions,
      under: whole.under.map(guard => this.#toGuard(draft, guard)),
      use: this.#toMiddleware(draft, whole.use),
      meta: whole.meta,
      site: draft.site,
      index: this.routes.length,
    })
    this.#name(draft, route)
    this.routes.push(route)
    return route
  }

  #name(draft: Draft, route: Route<T>): void {
    if (route.name === undefined) return
    const other = this.named.get(route.name)
    if (other) throw this.#error('name_duplicate', draft, { name: route.name, other, first: other.where })
    this.named.set(route.name, route)
  }

  #pattern(draft: Draft, scope: Scope): Pattern {
    const hint = (type: string) => suggest(type, this.#types.keys())
    const resolve: ResolveConstraint = (name, inline) => {
      const spec = Object.hasOwn(scope.constraints, name) ? scope.constraints[name] : undefined
      if (inline === undefined) return spec === undefined ? undefined : toConstraint(spec, this.#types, hint)
      return spec === undefined
        ? parseInlineConstraint(inline, this.#types, hint)
        : 'stands in the path and in `constraints`'
    }
    try {
      return parsePattern(scope.prefix, resolve)
    } catch (problem) {
      if (!(problem instanceof PatternProblem)) throw problem
      const values = { name: problem.name, path: JSON.stringify(scope.prefix), problem: problem.text }
      throw this.#error(problem.name === undefined ? 'pattern_invalid' : 'constraint_invalid', draft, values)
    }
  }

  #names(draft: Draft, pattern: Pattern, conditions: readonly Condition[]): string[] {
    const names = namesOf(pattern.segments)
    for (const condition of conditions) {
      for (const name of condition.names) {
        const problem = `has the parameter ${name}, as has the path or another condition`
        if (names.includes(name)) throw this.#error('condition_invalid', draft, { name: condition.name, problem })
        names.push(name)
      }
    }
    return names
  }

  #toConditions(draft: Draft, when: unknown): Condition[] {
    if (typeof when !== 'function' && (typeof when !== 'object' || when === null)) {
      throw this.#error('condition_invalid', draft, {
        name: String(when),
        problem: 'is neither an object nor a function',
      })
    }
    const entries = typeof when === 'function' ? [['test', when] as const] : Object.entries(when)
    return entries.flatMap(([name, argument]) => {
      if (argument === undefined) return []
      const condition = compileCondition(name, argument, this.#types, this.#conditions)
      if (typeof condition === 'object') return condition
      const known = [...BUILT_IN_CONDITIONS, ...this.#conditions.keys()]
      throw this.#error('condition_invalid', draft, {
        name,
        problem: condition ?? `does not exist.${suggest(name, known)}`,
      })
    })
  }

  #toGuard(draft: Draft, guard: unknown): unknown {
    if (typeof guard === 'function') return guard
    if (typeof guard !== 'string') throw this.#error('guard_invalid', draft, {})
    const known = this.guards.get(guard)
    if (known) return known
    throw this.#error('guard_unknown', draft, { name: guard, hint: suggest(guard, this.guards.keys()) })
  }

  #toMiddleware(draft: Draft, use: readonly unknown[]): readonly unknown[] {
    if (use.every(one => typeof one === 'function')) return use
    throw this.#error('middleware_invalid', draft, {})
  }

  #site(): CallSite {
    return new CallSite(this.#internals)
  }

  #error(code: RouterErrorCode, draft: Draft, values: Readonly<Record<string, unknown>>): Error {
    return routerError(code, { ...values, route: draft.label, source: formatSource(draft.site.source) })
  }
}
