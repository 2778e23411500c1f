import { expect, test } from 'vitest'
import { diagnose } from './diagnose.ts'
import { printable } from './printable.ts'
import { renderDiagnosticsText, renderProblemText } from './text.ts'

test.each([
  ['\u001b[31mred\u001b[39m and \u001b]8;;https://a.example\u0007a link\u001b]8;;\u0007', 'red and a link'],
  ['\u001b[2J\u001b[Hgone', 'gone'],
  ['a\rb\u0000c\u0007\u009b2J', 'a\\u000db\\u0000c\\u0007'],
  ['one\r\n\ttwo', 'one\n\ttwo'],
  ['a \u202etxet', 'a \\u202etxet'],
  ['ä 你 🎉', 'ä 你 🎉'],
])('%j is shown as %j', (text, shown) => {
  expect(printable(text)).toBe(shown)
})

test('output of an application cannot rewrite the terminal', () => {
  const hostile = '\u001b[2J\u001b]0;title\u0007\r'
  const error = Object.assign(new Error(`${hostile}no`, { cause: new Error(`${hostile}why`) }), { detail2: hostile })
  const [found] = diagnose(error)
  expect(found?.message).toBe('\\u000dno')
  const everywhere = {
    stage: 'boot',
    severity: 'error',
    message: hostile,
    hint: hostile,
    output: hostile,
    snippet: `> 1 | ${hostile}\n    | ^`,
    facts: { [hostile]: hostile },
    frames: [{ origin: 'own', function: hostile, file: hostile, line: 1, column: 1 }],
    causes: [{ stage: 'boot', severity: 'error', message: hostile }],
    excerpts: [{ title: 'SQL', snippet: hostile }],
  } as const
  const texts = [
    renderDiagnosticsText([found!, everywhere]),
    renderProblemText({ type: '', title: 'a', status: 500, code: 'b', correlationId: 'c', detail: hostile }),
  ]
  for (const text of texts) expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
})

test('the output of a process is redacted where it is shown', () => {
  const output = '\u001b[31mpassword=hunter22\u001b[39m'
  const [found] = diagnose({ diagnostics: [{ stage: 'boot', severity: 'error', message: 'no', output }] })
  expect(found?.output).toBe('password=[redacted]')
})
