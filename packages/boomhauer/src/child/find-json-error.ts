import type { Position } from './find-setting.ts'

const TOKEN =
  /\s*(?:([[\]{},:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-]))/y

/** What may come next in a JSON text (RFC 8259), by what came before. */
type Expected = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end' | 'nothing'

/**
 * Finds where a text is not JSON any more, which V8 says of some mistakes only. Undefined if it is JSON.
 */
export function findJsonError(text: string): Position | undefined {
  const open: ('[' | '{')[] = []
  let expected: Expected = 'value'
  TOKEN.lastIndex = 0
  for (;;) {
    const from = TOKEN.lastIndex
    const [, mark, string, word] = TOKEN.exec(text) ?? []
    const token = mark ?? string ?? word
    const at = from + text.slice(from).search(/\S|$/)
    const next: Expected | undefined =
      token === undefined ? undefined : after(expected, { mark, isString: string !== undefined }, open)
    if (next === undefined) return expected === 'nothing' && at === text.length ? undefined : positionOf(text, at)
    expected = next
  }
}

function after(
  expected: Expected,
  { mark, isString }: { mark: string | undefined; isString: boolean },
  open: ('[' | '{')[],
): Expected | undefined {
  const isValue = expected === 'value' || expected === 'value or end'
  const whole = (): Expected => (open.length === 0 ? 'nothing' : 'comma or end')
  if (mark === undefined) {
    if (isValue) return whole()
    return isString && (expected === 'key' || expected === 'key or end') ? 'colon' : undefined
  }
  if (mark === '[' || mark === '{') {
    if (!isValue) return undefined
    open.push(mark)
    return mark === '[' ? 'value or end' : 'key or end'
  }
  if (mark === ':') return expected === 'colon' ? 'value' : undefined
  const around = open.at(-1)
  if (mark === ',') return expected !== 'comma or end' ? undefined : around === '{' ? 'key' : 'value'
  const mayEnd = expected === 'comma or end' || expected === (mark === ']' ? 'value or end' : 'key or end')
  if (!mayEnd || around !== (mark === ']' ? '[' : '{')) return undefined
  open.pop()
  return whole()
}

function positionOf(text: string, offset: number): Position {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - (before.lastIndexOf('\n') + 1) + 1 }
}
