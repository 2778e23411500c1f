import type { Token } from '../parse/code-lexer.ts'
import type { Template } from '../parse/parser.ts'
import { BUILTINS, OBJECTS } from '../parse/reserved-names.ts'
import { Lines } from '../position.ts'
import type { TemplateMeta } from '../types.ts'

/** A statement at the top of the generated function. Mistakes in it are reported at `offset`. */
export interface Binding {
  code: string
  offset: number
}

const OBJECT_VALUES: Readonly<Record<string, string>> = { locals: '__l', helpers: '__v.helpers', slots: '__s' }

/**
 * Resolves the names in a template's code to locals, built-in functions and objects, helpers, or the template's own declarations.
 * All but the last get a statement at the top of the generated function.
 */
export class Bindings {
  /** The tokens that become methods of the view. */
  readonly builtins: ReadonlySet<Token>
  readonly #template: Template
  readonly #lines: Lines
  readonly #used: ReadonlySet<string>

  constructor(template: Template) {
    const { names, header, source } = template
    this.#template = template
    this.#lines = new Lines(source.text)
    // If a template declares `flush`, it always means that; for the others it can mean both.
    const own = (name: string) => header?.bound.has(name) || (name === 'flush' && names.declared.has(name))
    const free = names.builtins.filter(({ text }) => !own(text))
    this.#used = new Set(free.map(token => token.text))
    this.builtins = new Set(free.filter(({ text }) => BUILTINS.has(text) && !names.declared.has(text)))
  }

  uses(builtin: string): boolean {
    return this.#used.has(builtin)
  }

  get isAsync(): boolean {
    return this.#template.names.awaits || this.uses('flush')
  }

  get usesLooseHelpers(): boolean {
    return [...this.#template.names.calls.keys()].some(name => this.#isLoose(name))
  }

  /** The statements, in order. */
  statements(strictLocals: boolean): Binding[] {
    return [...this.#locals(strictLocals), ...this.#objects(), ...this.#hiddenBuiltins(), ...this.#helpers()]
  }

  /** The helpers that the template needs. */
  requiredHelpers(): TemplateMeta['helpers'] {
    const { names, header } = this.#template
    return [...names.calls]
      .filter(([name]) => !this.#isLoose(name) && !header?.bound.has(name))
      .map(([name, offset]) => {
        const { line, column } = this.#lines.at(offset)
        return [name, line, column] as const
      })
  }

  *#locals(strict: boolean): Generator<Binding> {
    const { names } = this.#template
    for (const [name, offset] of names.locals) {
      if (names.declared.has(`$${name}`)) continue
      yield { code: `const { ${name}: $${name} } = __l;`, offset }
      const demandedAt = strict ? this.#demandedAt(name) : undefined
      if (demandedAt === undefined) continue
      const code = `if ($${name} === undefined) __v.demand(__l, __meta, '${name}');`
      yield { code, offset: demandedAt }
    }
  }

  // An inline type says which locals may be missing; for a named type only TypeScript knows; without a type, `$name ?? …` and
  // `$name?.…` show it.
  #demandedAt(name: string): number | undefined {
    const { header, names } = this.#template
    if (!header?.props) return names.demanded.get(name)
    return header.required?.includes(name) ? names.locals.get(name) : undefined
  }

  *#objects(): Generator<Binding> {
    for (const { text, start } of firstOfEach(this.#template.names.builtins)) {
      if (!OBJECTS.has(text) || !this.uses(text) || (text === 'slots' && !this.#template.header?.slotTypes)) continue
      yield { code: `const ${text} = ${OBJECT_VALUES[text]}; void ${text};`, offset: start }
    }
  }

  // Built-in functions whose names the template also declares somewhere: there, the declaration hides the function.
  *#hiddenBuiltins(): Generator<Binding> {
    const { names } = this.#template
    for (const { text, start } of firstOfEach(names.builtins)) {
      if (!BUILTINS.has(text) || !this.uses(text) || !names.declared.has(text)) continue
      yield { code: `const ${text} = __v.${text}.bind(__v) as __View['${text}']; void ${text};`, offset: start }
    }
  }

  *#helpers(): Generator<Binding> {
    for (const [name, offset] of this.#template.names.calls) {
      if (this.#template.header?.bound.has(name)) continue
      const loose = this.#isLoose(name)
      const code = loose
        ? `const { ${name} } = __v.helpers as __Loose; void ${name};`
        : `const { ${name} } = __v.helpers;`
      yield { code, offset }
    }
  }

  /** Whether a called name may be something other than a helper, or undefined. */
  #isLoose(name: string): boolean {
    const { names, header } = this.#template
    return !header?.bound.has(name) && (names.declared.has(name) || names.optionalCalls.has(name))
  }
}

function firstOfEach(tokens: readonly Token[]): Token[] {
  return [...new Map(tokens.toReversed().map(token => [token.text, token])).values()]
}
