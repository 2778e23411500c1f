import { suggest } from '@arlen/core/options'
import { BUILT_IN_CONDITIONS, type Condition, compileCondition, type NamedConditionTest } from './condition.ts'
import {
  BUILT_IN_TYPES,
  type Constraint,
  type ConstraintSpec,
  parseInlineConstraint,
  toConstraint,
} from './constraint.ts'
import { type RouterErrorCode, routerError } from './errors.ts'
import { describe } from './handler.ts'
import type { Layer } from './layers.ts'
import { ANY } from './methods.ts'
import { namesOf, type Pattern, PatternProblem, parsePattern, type ResolveConstraint } from './pattern.ts'
import { Route } from './route.ts'
import { narrow, OPTIONS, type RouteOptions, type Scope, toList } from './scope.ts'
import { CallSite, formatSource } from './source.ts'

/** What a route or group is called while it is being added. */
interface Draft {
  readonly label: string
  readonly site: CallSite
}

const WORD = /^[A-Za-z_]\w*$/
const TOKEN = /^[!#$%&'*+.^`|~\w-]+$/
const EXTENSION = /^[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*$/

/** What a framework around the router decides. */
export interface Frame<T> {
  /** Folders whose files are never where "a route was added". */
  readonly internals: readonly string[]
  /** Options of routes that it takes for itself: known here for hints alone. */
  readonly options: readonly string[]
  /** What is wrong with a value, as the rest of the sentence `the handler …`; undefined where nothing is. */
  readonly refuse: (value: T) => string | undefined
}

/** The routes of one router in the order of registration, and the names they may use. Whatever it takes, it checks. */
export class Registry<T> {
  readonly routes: Route<T>[] = []
  readonly named: Map<string, Route<T>> = new Map()
  frozen = false
  readonly #types: Map<string, Constraint>
  readonly #conditions = new Map<string, NamedConditionTest>()
  readonly #guards = new Map<string, unknown>()
  readonly #frame: Frame<T>

  constructor(frame: Frame<T>) {
    this.#frame = frame
    this.#types = new Map(
      Object.entries(BUILT_IN_TYPES).map(([name, test]) => [name, { name, key: `type ${name}`, test }]),
    )
  }

  /** @throws constraint_invalid */
  addType(name: string, spec: Exclude<ConstraintSpec, string>): void {
    const constraint = WORD.test(name) ? toConstraint(spec, this.#types) : 'has a name that is not a word'
    if (typeof constraint === 'string') {
      throw this.#error('constraint_invalid', this.#draft(`type ${name}`), { name, problem: constraint })
    }
    this.#types.set(name, { name, key: `type ${name} ${constraint.key}`, test: constraint.test })
  }

  /** @throws condition_invalid */
  addCondition(name: string, test: NamedConditionTest): void {
    const problem = typeof test === 'function' ? undefined : 'is not a function'
    if (problem) throw this.#error('condition_invalid', this.#draft(`condition ${name}`), { name, problem })
    this.#conditions.set(name, test)
  }

  /** @throws guard_invalid */
  addGuard(name: string, guard: unknown): void {
    if (typeof guard !== 'function') throw this.#error('guard_invalid', this.#draft(`guard ${name}`), {})
    this.#guards.set(name, guard)
  }

  /** @throws as `add` does of what groups have */
  group(scope: Scope, path: string, options: RouteOptions<T>, build: unknown): Scope {
    const draft = this.#draft(`group ${scope.prefix}${path}`)
    if (typeof build !== 'function') throw this.#error('group_invalid', draft, { actual: describe(build) })
    return this.#narrow(draft, scope, path, options)
  }

  /** @throws whatever of the package's errors is about a route */
  add(methods: readonly string[], path: string, value: T, scope: Scope, options: RouteOptions<T>): Route<T> {
    const upper = [...new Set(methods.map(method => String(method).toUpperCase()))]
    const draft = this.#draft(`${upper.join('|')} ${scope.prefix}${path}`)
    const wrong = upper.length === 0 ? '(none)' : upper.find(method => !TOKEN.test(method))
    if (wrong !== undefined) throw this.#error('method_invalid', draft, { method: JSON.stringify(wrong) })
    const problem = value === undefined ? 'is undefined, not a function.' : this.#frame.refuse(value)
    if (problem !== undefined) throw this.#error('handler_invalid', draft, { problem })
    const whole = this.#narrow(draft, scope, path, options)
    const pattern = this.#pattern(draft, whole)
    const conditions = whole.when.flatMap(when => this.#toConditions(draft, when))
    const route = new Route<T>({
      methods: upper.includes(ANY) ? [ANY] : upper,
      path: whole.prefix || '/',
      pattern,
      paramNames: this.#paramNames(draft, pattern, conditions, options),
      name: options.name === undefined ? undefined : whole.name,
      value,
      formats: [...new Set(whole.formats)],
      conditions,
      layers: whole.layers,
      meta: whole.meta,
      site: draft.site,
      index: this.routes.length,
    })
    this.#remember(draft, route)
    return route
  }

  #remember(draft: Draft, route: Route<T>): void {
    if (route.name !== undefined) {
      const other = this.named.get(route.name)
      if (other) throw this.#error('name_duplicate', draft, { name: route.name, other, first: other.where })
      this.named.set(route.name, route)
    }
    this.routes.push(route)
  }

  #narrow(draft: Draft, scope: Scope, path: string, options: RouteOptions<T>): Scope {
    if (this.frozen) throw this.#error('router_frozen', draft, {})
    if (typeof path !== 'string' || (path !== '' && path[0] !== '/')) {
      throw this.#error('pattern_invalid', draft, { path: JSON.stringify(path), problem: 'must begin with a slash' })
    }
    const unknown = Object.keys(options).find(name => !OPTIONS.includes(name))
    if (unknown !== undefined) {
      const hint = didYouMean(unknown, [...OPTIONS, ...this.#frame.options])
      throw this.#error('option_unknown', draft, { name: unknown, hint })
    }
    const format = options.formats?.find(one => !EXTENSION.test(one))
    if (format !== undefined) throw this.#error('format_invalid', draft, { format: JSON.stringify(format) })
    return narrow(scope, path, this.#layer(draft, options), options)
  }

  #layer(draft: Draft, options: RouteOptions<T>): Layer {
    const use = toList(options.use)
    if (!use.every(one => typeof one === 'function')) throw this.#error('middleware_invalid', draft, {})
    return { use, under: toList(options.under).map(guard => this.#toGuard(draft, guard)) }
  }

  #toGuard(draft: Draft, guard: unknown): unknown {
    if (typeof guard === 'function') return guard
    if (typeof guard !== 'string') throw this.#error('guard_invalid', draft, {})
    const known = this.#guards.get(guard)
    if (known) return known
    throw this.#error('guard_unknown', draft, { name: guard, hint: didYouMean(guard, this.#guards.keys()) })
  }

  #pattern(draft: Draft, { prefix, constraints }: Scope): Pattern {
    const resolve: ResolveConstraint = (name, inline) => {
      const spec = Object.hasOwn(constraints, name) ? constraints[name] : undefined
      if (inline === undefined) return spec === undefined ? undefined : toConstraint(spec, this.#types)
      return spec === undefined
        ? parseInlineConstraint(inline, this.#types)
        : 'is both in the path and in `constraints`'
    }
    try {
      return parsePattern(prefix, resolve)
    } catch (problem) {
      if (!(problem instanceof PatternProblem)) throw problem
      const values = { name: problem.name, path: JSON.stringify(prefix), problem: problem.text }
      throw this.#error(problem.name === undefined ? 'pattern_invalid' : 'constraint_invalid', draft, values)
    }
  }

  #paramNames(draft: Draft, pattern: Pattern, conditions: readonly Condition[], options: RouteOptions<T>): string[] {
    const names = namesOf(pattern.segments)
    for (const name of Object.keys(options.constraints ?? {})) {
      const problem = `has no parameter in the path.${didYouMean(name, names)}`
      if (!names.includes(name)) throw this.#error('constraint_invalid', draft, { name, problem })
    }
    for (const condition of conditions) {
      for (const name of condition.names) {
        const problem = `has the parameter ${name}, which is in the path or in another condition too`
        if (names.includes(name)) throw this.#error('condition_invalid', draft, { name: condition.name, problem })
        names.push(name)
      }
    }
    return names
  }

  #toConditions(draft: Draft, when: unknown): Condition[] {
    if (typeof when === 'function') return [this.#toCondition(draft, 'test', when)]
    if (typeof when !== 'object' || when === null) {
      const problem = 'is neither an object nor a function'
      throw this.#error('condition_invalid', draft, { name: String(when), problem })
    }
    const entries = Object.entries(when).filter(([, argument]) => argument !== undefined)
    return entries.map(([name, argument]) => this.#toCondition(draft, name, argument))
  }

  #toCondition(draft: Draft, name: string, argument: unknown): Condition {
    const condition = compileCondition(name, argument, this.#types, this.#conditions)
    if (typeof condition === 'object') return condition
    const known = [...BUILT_IN_CONDITIONS, ...this.#conditions.keys()]
    const problem = condition ?? `does not exist.${didYouMean(name, known)}`
    throw this.#error('condition_invalid', draft, { name, problem })
  }

  #draft(label: string): Draft {
    return { label, site: new CallSite(this.#frame.internals) }
  }

  #error(code: RouterErrorCode, draft: Draft, values: Readonly<Record<string, unknown>>): Error {
    const { problem } = values
    const ended = typeof problem === 'string' && { problem: /[.?]$/.test(problem) ? problem : `${problem}.` }
    return routerError(code, { ...values, ...ended, route: draft.label, source: formatSource(draft.site.source) })
  }
}

/** ` Did you mean x?`, or an empty string where nothing is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const near = suggest(name, candidates)
  return near === undefined ? '' : ` Did you mean ${near}?`
}
