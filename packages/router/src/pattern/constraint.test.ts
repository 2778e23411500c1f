import { describe, expect, test } from 'vitest'
import { BUILT_IN_TYPES, type Constraint, parseInlineConstraint, toConstraint } from './constraint.ts'
import { isDate, isInt, isSlug, isUuid } from './text-constraints.ts'

const types = new Map<string, Constraint>(
  Object.entries(BUILT_IN_TYPES).map(([name, one]) => [name, { name, key: name, test: one }]),
)

describe('int', () => {
  test.each(['0', '7', '42', '-1', '9007199254740991', '-9007199254740991'])('accepts %s', text =>
    expect(isInt(text)).toBe(true),
  )
  test.each([
    '',
    '-',
    '-0',
    '+1',
    '01',
    '1.0',
    '1e3',
    '0x1',
    ' 1',
    '1 ',
    '1\n',
    '9007199254740992',
    '१',
    '12345678901234567',
  ])('refuses %j', text => expect(isInt(text)).toBe(false))
})

describe('uuid', () => {
  test.each([
    '00000000-0000-0000-0000-000000000000',
    'f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
    'F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6',
    '017F22E2-79B0-7CC3-98C4-DC0C0C07398F',
  ])('accepts %s', text => expect(isUuid(text)).toBe(true))
  test.each([
    '',
    'zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz',
    'g81d4fae-7dec-11d0-a765-00a0c91e6bf6',
    'f81d4fae7dec11d0a76500a0c91e6bf6',
    'f81d4fae-7dec-11d0-a765-00a0c91e6bf',
    'f81d4fae-7dec-11d0-a765-00a0c91e6bf66',
    '{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}',
    'f81d4fae-7dec-11d0-a765-00a0c91e6bf6\n',
  ])('refuses %j', text => expect(isUuid(text)).toBe(false))
})

describe('slug', () => {
  test.each(['a', '7', 'my-first-post', '2024-in-review'])('accepts %s', text => expect(isSlug(text)).toBe(true))
  test.each(['', '-', 'a-', '-a', 'a--b', 'A', 'a_b', 'é', 'a b', 'a\n'])('refuses %j', text =>
    expect(isSlug(text)).toBe(false),
  )
})

describe('date', () => {
  test.each(['2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31', '2023-12-31'])('accepts %s', text =>
    expect(isDate(text)).toBe(true),
  )
  test.each([
    '',
    '2023-02-29',
    '1900-02-29',
    '2023-02-30',
    '2023-13-01',
    '2023-00-10',
    '2023-01-00',
    '2023-1-1',
    '23-01-01',
    '2023-04-31',
    '2023-01-01Z',
    '+002023-01-01',
  ])('refuses %j', text => expect(isDate(text)).toBe(false))
})

describe('a constraint can be', () => {
  const made = (spec: Parameters<typeof toConstraint>[0]): Constraint => {
    const constraint = toConstraint(spec, types)
    if (typeof constraint === 'string') throw new Error(constraint)
    return constraint
  }

  test('a regular expression, matched as a whole, with its flags but without its state', () => {
    const { test: fits } = made(/ab|c/gi)
    expect(['AB', 'ab', 'C', 'abc', 'xab', 'ab\n'].map(fits)).toEqual([true, true, true, false, false, false])
    expect([fits('ab'), fits('ab'), fits('ab')]).toEqual([true, true, true])
  })

  test('a list of texts', () => {
    expect(made(['en', 'pt-BR']).test('pt-BR')).toBe(true)
    expect(made(['en', 'pt-BR']).test('pt')).toBe(false)
  })

  test('a function, which must say true', () => {
    expect(made(text => text.length === 3).test('abc')).toBe(true)
    expect(made((() => 1) as never).test('abc')).toBe(false)
  })

  test('a word in the path is a type, anything else an expression', () => {
    expect(parseInlineConstraint('int', types)).toMatchObject({ name: 'int' })
    expect(parseInlineConstraint('[ab]', types)).toMatchObject({ name: '/[ab]/u' })
  })

  test.each<[string, Parameters<typeof toConstraint>[0], RegExp]>([
    ['a type that does not exist', 'itn', /names the type itn, which does not exist\. Did you mean int\?/],
    ['a type that is nowhere near', 'frobnicate', /does not exist\.$/],
    ['an empty list', [], /must be/],
    ['a list with something else in it', [1] as never, /must be/],
    ['a number', 7 as never, /must be/],
  ])('but not %s', (_, spec, problem) => expect(toConstraint(spec, types)).toMatch(problem))

  test.each([
    ['', /is empty/],
    ['[a', /is not a regular expression: .*\[a/],
    ['uiid', /Did you mean uuid\?/],
  ])('nor %j in the path', (text, problem) => expect(parseInlineConstraint(text, types)).toMatch(problem))

  test('equal ones share a key, and others do not', () => {
    const even = (text: string): boolean => text.length % 2 === 0
    expect(made(even).key).toBe(made(even).key)
    expect(made(even).key).not.toBe(made(text => text.length % 2 === 0).key)
    expect(made(/a/).key).not.toBe(made(/a/i).key)
    expect(made(['a', 'b']).key).toBe(made(['b', 'a']).key)
    expect(made(['a,b']).key).not.toBe(made(['a', 'b']).key)
  })
})
