import type { Token } from './source-tokens.ts'

const METHODS = ['query', 'many', 'one', 'maybeOne', 'value', 'execute', 'stream']
/** Names under which applications keep their database: calls on them are queries, whatever their text. */
const DATABASE = /^#?(?:\w*db|tx|pg|trx|pool|database|transaction|scope|conn|connection|read)$/i

/** The parenthesis of `.one(`, `.one<User>(` and their like, for the name at `i`. */
export function openOfCall(tokens: readonly Token[], i: number): number | undefined {
  const before = tokens[i - 1]?.text
  if (tokens[i]!.kind !== 'name' || !METHODS.includes(tokens[i]!.text) || (before !== '.' && before !== '?.')) return
  let open = i + 1
  if (tokens[open]?.text === '<') open = endOfTypes(tokens, open)
  return tokens[open]?.text === '(' ? open : undefined
}

/** After `<…>`. */
function endOfTypes(tokens: readonly Token[], from: number): number {
  let depth = 0
  for (let i = from; i < tokens.length; i++) {
    const { text } = tokens[i]!
    if (text === '<') depth++
    else if (/^>+$/.test(text)) depth -= text.length
    else if (text === ';') return i
    if (depth <= 0) return i + 1
  }
  return tokens.length
}

/** Whether what ends at a token is named like a database: `db`, `this.#db`, `db.read`, `db.scope({ … })`. */
export function isDatabase(tokens: readonly Token[], end: number): boolean {
  const text = tokens[end]?.text ?? ''
  if (text === '!') return isDatabase(tokens, end - 1)
  if (text !== ')') return DATABASE.test(text)
  const called = tokens[openOf(tokens, end) - 1]
  return called?.kind === 'name' ? DATABASE.test(called.text) : isDatabase(tokens, end - 1)
}

/** The parenthesis that the one at `close` closes. */
function openOf(tokens: readonly Token[], close: number): number {
  let depth = 0
  for (let i = close; i >= 0; i--) {
    if (tokens[i]!.kind !== 'sign') continue
    if (tokens[i]!.text === ')') depth++
    if (tokens[i]!.text === '(' && --depth === 0) return i
  }
  return 0
}
