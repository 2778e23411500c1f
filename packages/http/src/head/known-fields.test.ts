import { describe, expect, test } from 'vitest'
import { knownField } from './known-fields.ts'

const numberOf = (name: string) => knownField(Buffer.from(name, 'latin1'), 0, name.length)

const KNOWN = [
  'Host',
  'Connection',
  'Content-Length',
  'Transfer-Encoding',
  'Expect',
  'Upgrade',
  'Content-Type',
  'Content-Encoding',
]

describe('a field that decides how a message is read', () => {
  test.each(KNOWN.map((name, i) => [name, i + 1] as const))('%s is known in any case', (name, number) => {
    for (const spelling of [name, name.toLowerCase(), name.toUpperCase()]) expect(numberOf(spelling)).toBe(number)
  })

  test.each(KNOWN)('a name that differs from %s in one character is another field', name => {
    for (let at = 0; at < name.length; at++) {
      for (const other of ['x', '-', '_']) {
        if (name[at]!.toLowerCase() === other) continue
        expect(numberOf(name.slice(0, at) + other + name.slice(at + 1))).toBe(0)
      }
    }
    expect(numberOf(name.slice(1))).toBe(0)
    expect(numberOf(`${name}s`)).toBe(0)
  })

  test('is found where it stands', () => {
    const bytes = Buffer.from('x\r\nHost: a')
    expect(knownField(bytes, 3, 7)).toBe(1)
    expect(knownField(bytes, 2, 6)).toBe(0)
  })
})
