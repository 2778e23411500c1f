import { CallSite, packageFolders } from '@arlen/core/call-site'
import { type OptionTable, option, readOptions, suggest } from '@arlen/core/options'
import type { SourceLocation } from '@arlen/core/stack'
import { type RouterErrorCode, routerError } from './errors.ts'
import { describe } from './handler.ts'
import { type InheritedOptions, inherit, type RouteOptions, toList } from './inherited-options.ts'
import type { Layer } from './layers.ts'
import { BUILT_IN_CONDITIONS, type Condition, compileCondition, type NamedConditionTest } from './match/condition.ts'
import {
  BUILT_IN_TYPES,
  type Constraint,
  type ConstraintSpec,
  parseInlineConstraint,
  toConstraint,
} from './pattern/constraint.ts'
import { PatternProblem, parsePattern, type ResolveConstraint } from './pattern/parse-pattern.ts'
import { namesOf, type Pattern } from './pattern/segment.ts'
import { ANY, formatSource, Route } from './route.ts'

/** A route or group that is being added: its name in messages, and its location in the source. */
interface Draft {
  readonly label: string
  readonly source: () => SourceLocation | undefined
}

const WORD = /^[A-Za-z_]\w*$/
const TOKEN = /^[!#$%&'*+.^`|~\w-]+$/
const EXTENSION = /^[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*$/

const OWN_FOLDERS = packageFolders(import.meta.url)
const FRAMES = 20

/** The options of routes and groups. Those with error codes of their own are checked below. */
const OPTIONS: OptionTable<RouteOptions> = {
  constraints: option.object,
  formats: option.listOf(option.string),
  meta: option.object,
  name: option.text,
  under: option.any,
  use: option.any,
  when: option.any,
}

/** Options for a framework around the router. */
export interface FrameworkOptions<T> {
  /** Folders of the framework, which are never shown as the source of a route. */
  readonly internals?: readonly string[]
  /** The framework's own options of routes, suggested for misspelled ones. */
  readonly routeOptions?: readonly string[]
  /** What is wrong with a value, completing the sentence "The handler …"; undefined if nothing is. */
  readonly checkValue?: (value: T) => string | undefined
}

/** The routes of a router in order of registration, and the types, conditions and guards they can name. Checks them all. */
export class Registry<T> {
  readonly routes: Route<T>[] = []
  readonly named: Map<string, Route<T>> = new Map()
  frozen = false
  readonly #types: Map<string, Constraint>
  readonly #conditions = new Map<string, NamedConditionTest>()
  readonly #guards = new Map<string, unknown>()
  readonly #framework: FrameworkOptions<T>
  readonly #internals: readonly string[]

  constructor(framework: FrameworkOptions<T> = {}) {
    this.#framework = framework
    this.#internals = [...OWN_FOLDERS, ...(framework.internals ?? [])]
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

  /** @throws as `add` does for what groups have */
  group(around: InheritedOptions, path: string, options: RouteOptions<T>, build: unknown): InheritedOptions {
    const draft = this.#draft(`group ${around.prefix}${path}`)
    if (typeof build !== 'function') throw this.#error('group_invalid', draft, { actual: describe(build) })
    return this.#inherit(draft, around, path, options)
  }

  /** @throws every error of this package that is about a route */
  add(
    methods: readonly string[],
    path: string,
    value: T,
    around: InheritedOptions,
    options: RouteOptions<T>,
  ): Route<T> {
    const upper = [...new Set(methods.map(method => String(method).toUpperCase()))]
    const draft = this.#draft(`${upper.join('|')} ${around.prefix}${path}`)
    const wrong = upper.length === 0 ? '(none)' : upper.find(method => !TOKEN.test(method))
    if (wrong !== undefined) throw this.#error('method_invalid', draft, { method: JSON.stringify(wrong) })
    const problem = value === undefined ? 'is undefined, not a function.' : this.#framework.checkValue?.(value)
    if (problem !== undefined) throw this.#error('handler_invalid', draft, { problem })
    const whole = this.#inherit(draft, around, path, options)
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
      source: draft.source,
      index: this.routes.length,
    })
    this.#keep(draft, route)
    return route
  }

  #keep(draft: Draft, route: Route<T>): void {
    if (route.name !== undefined) {
      const other = this.named.get(route.name)
      if (other) throw this.#error('name_duplicate', draft, { name: route.name, other, first: other.where })
      this.named.set(route.name, route)
    }
    this.routes.push(route)
  }

  #inherit(draft: Draft, around: InheritedOptions, path: string, options: RouteOptions<T>): InheritedOptions {
    if (this.frozen) throw this.#error('router_frozen', draft, {})
    if (typeof path !== 'string' || (path !== '' && path[0] !== '/')) {
      throw this.#error('pattern_invalid', draft, { path: JSON.stringify(path), problem: 'must begin with a slash' })
    }
    const owner = (): string => `Route ${draft.label} (${formatSource(draft.source())})`
    readOptions(owner, options, OPTIONS, this.#framework.routeOptions)
    const format = options.formats?.find(one => !EXTENSION.test(one))
    if (format !== undefined) throw this.#error('format_invalid', draft, { format: JSON.stringify(format) })
    return inherit(around, path, this.#layer(draft, options), options)
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

  #pattern(draft: Draft, { prefix, constraints }: InheritedOptions): Pattern {
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
    const site = new CallSite(undefined, FRAMES)
    return { label, source: () => site.location(this.#internals) }
  }

  #error(code: RouterErrorCode, draft: Draft, values: Readonly<Record<string, unknown>>): Error {
    const { problem } = values
    const sentence = typeof problem === 'string' && { problem: /[.?]$/.test(problem) ? problem : `${problem}.` }
    const at = draft.source()
    return routerError(code, { ...values, ...sentence, route: draft.label, source: formatSource(at) }, { at })
  }
}

/** ` Did you mean x?`, or nothing if no candidate is similar. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const near = suggest(name, candidates)
  return near === undefined ? '' : ` Did you mean ${near}?`
}
