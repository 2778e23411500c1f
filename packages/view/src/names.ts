import type { Token } from './code-lexer.ts'

/** Functions every template has. In generated code they are methods of the view. */
export const BUILTINS: ReadonlySet<string> = new Set([
  'block',
  'capture',
  'content',
  'contentFor',
  'flush',
  'hasContent',
  'include',
  'includeEach',
  'jsonScript',
  'layout',
  'raw',
])

/** Objects every template has, bound where it names them: what it was rendered with, and all registered helpers. */
export const OBJECTS: ReadonlySet<string> = new Set(['helpers', 'locals'])

const KEYWORDS = new Set(
  (
    'arguments as async await break case catch class const continue debugger default delete do else enum export extends ' +
    'false finally for function if import in instanceof let new null of return satisfies super switch this throw true ' +
    'try typeof undefined var void while with yield'
  ).split(' '),
)

// Asking globalThis each time is slow, and what a program adds to it later is none of the language's.
const globals = new Map<string, boolean>()

function isGlobal(name: string): boolean {
  let known = globals.get(name)
  if (known === undefined) {
    known = name in globalThis
    globals.set(name, known)
  }
  return known
}

const IDENTIFIER = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u

/** Why a name cannot be a helper's, or undefined where it can. */
export function helperNameProblem(name: string): string | undefined {
  if (!IDENTIFIER.test(name)) return 'it is not an identifier'
  if (KEYWORDS.has(name)) return 'it is a word of the language'
  if (BUILTINS.has(name) || OBJECTS.has(name)) return 'every template has that already'
  return isGlobal(name) ? 'it would hide a global of Node.js' : undefined
}

/** The names in the code of a template, with the offset of where each is first used. */
export class Names {
  /** `$title`, under `title`. */
  readonly locals: Map<string, number> = new Map()
  /** Of these, the ones that are used without regard to whether they are there: not as in `$title ?? ''`. */
  readonly demanded: Map<string, number> = new Map()
  /** What is called by a bare name and is neither a word of the language nor a global. */
  readonly calls: Map<string, number> = new Map()
  /** Of these, the ones called as `name?.()`, which need not exist. */
  readonly optionalCalls: Set<string> = new Set()
  /** What some scope of the template may declare: a few names too many do no harm. */
  readonly declared: Set<string> = new Set()
  /** Tokens that stand for {@link BUILTINS} or {@link OBJECTS} wherever the template does not declare the name. */
  readonly builtins: Token[] = []
  awaits = false

  add(tokens: readonly Token[]): void {
    tokens.forEach((token, index) => {
      if (token.kind === 'name' && !isMember(tokens, index)) this.#addName(tokens, index)
      else if (token.text === '=>' || token.text === ')') this.#addParameters(tokens, index)
    })
  }

  #addName(tokens: readonly Token[], index: number): void {
    const { text, start } = tokens[index]!
    const before = tokens[index - 1]?.text
    const next = tokens[index + 1]?.text
    if (text === 'const' || text === 'let' || text === 'var') this.#addPattern(tokens, index + 1)
    if (text === 'await') this.awaits = true
    if (
      before === 'function' ||
      before === 'class' ||
      next === '=>' ||
      (text[0] !== '$' && isAssigned(tokens, index))
    ) {
      this.declared.add(text)
    } else if (text.startsWith('$')) {
      if (isKey(tokens, index)) return
      setFirst(this.locals, text.slice(1), start)
      if (!isGuarded(tokens, index)) setFirst(this.demanded, text.slice(1), start)
    } else if (OBJECTS.has(text)) {
      if (!isKey(tokens, index)) this.builtins.push(tokens[index]!)
    } else if (isCalled(tokens, index) && before !== 'new' && !KEYWORDS.has(text) && !isGlobal(text)) {
      if (BUILTINS.has(text)) this.builtins.push(tokens[index]!)
      else setFirst(this.calls, text, start)
      if (next === '?.') this.optionalCalls.add(text)
    }
  }

  // `const { a, b: [c] } = …`: every name in the pattern.
  #addPattern(tokens: readonly Token[], first: number): void {
    let depth = 0
    for (const token of tokens.slice(first)) {
      if (token.kind === 'name') this.declared.add(token.text)
      if ('([{'.includes(token.text)) depth += 1
      if (')]}'.includes(token.text)) depth -= 1
      if (depth === 0) return
    }
  }

  // The names bound by `(a, { b }) =>`, `(a): string =>` and `function (a) {`.
  #addParameters(tokens: readonly Token[], close: number): void {
    if (tokens[close]!.text !== ')') return
    const open = matchingOpen(tokens, close)
    const next = tokens[close + 1]?.text
    const declares =
      next === '=>' || (next === '{' && isFunction(tokens, open)) || (next === ':' && returns(tokens, close))
    if (!declares) return
    const method = tokens[open - 1]
    if (next === '{' && method?.kind === 'name') {
      this.declared.add(method.text)
      this.calls.delete(method.text)
    }
    for (let index = open + 1; index < close; index++) {
      const bound = /^[(,{[]$|^\.\.\.$/.test(tokens[index - 1]!.text) && /^[,):=}\]?]$/.test(tokens[index + 1]!.text)
      if (tokens[index]!.kind === 'name' && bound) this.declared.add(tokens[index]!.text)
    }
  }
}

// `$name ?? …`, `$name?.…` and `typeof $name` say that it may be missing.
function isGuarded(tokens: readonly Token[], index: number): boolean {
  const [next, afterNext] = [tokens[index + 1], tokens[index + 2]]
  if (next?.text === '?.' || tokens[index - 1]?.text === 'typeof') return true
  return next?.text === '?' && afterNext?.text === '?' && afterNext.start === next.end
}

function setFirst(map: Map<string, number>, name: string, offset: number): void {
  if (!map.has(name)) map.set(name, offset)
}

function isMember(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1]?.text
  return before === '.' || before === '?.'
}

// `{ name: … }`, as far as the tokens beside it tell; `a ? name : b` has neither brace nor comma before it.
function isKey(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1]?.text
  return tokens[index + 1]?.text === ':' && (before === '{' || before === ',')
}

function isCalled(tokens: readonly Token[], index: number): boolean {
  const next = tokens[index + 1]
  return next?.text === '(' || next?.text.startsWith('`') || (next?.text === '?.' && tokens[index + 2]?.text === '(')
}

// `name = …`, but not `name == …`; `=>` is one token.
function isAssigned(tokens: readonly Token[], index: number): boolean {
  const next = tokens[index + 1]
  return next?.text === '=' && tokens[index + 2]?.text !== '='
}

function matchingOpen(tokens: readonly Token[], close: number): number {
  let depth = 0
  for (let index = close; index >= 0; index--) {
    if (tokens[index]!.text === ')') depth += 1
    if (tokens[index]!.text === '(') depth -= 1
    if (depth === 0) return index
  }
  return close
}

// What `(` begins, where a `{` follows its `)`: parameters, unless a word such as `if` precedes.
function isFunction(tokens: readonly Token[], open: number): boolean {
  const before = tokens[open - 1]
  return (
    before?.kind === 'name' && (before.text === 'function' || before.text === 'catch' || !KEYWORDS.has(before.text))
  )
}

// `): Type =>`: only what a type is made of stands between.
function returns(tokens: readonly Token[], close: number): boolean {
  for (const token of tokens.slice(close + 2)) {
    if (token.text === '=>') return true
    if (token.kind !== 'name' && !/^[<>.|[\]]$/.test(token.text)) return false
  }
  return false
}
