import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { BooleanParam, DateParam, IntegerParam, list, NumberParam, oneOf, orElse, textOf } from './coercion.ts'

const accepted = (schema: object, input: unknown) => {
  const result = v.safeParse(schema as v.GenericSchema, input)
  return result.success ? result.output : 'refused'
}

describe('schemas for text', () => {
  test.each([
    ['42', 42],
    ['-7', -7],
    ['0', 0],
    ['-0', 'refused'],
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', 'refused'],
    ['1.0', 'refused'],
    ['1e3', 'refused'],
    ['007', 'refused'],
    ['', 'refused'],
    [' 1', 'refused'],
    ['0x10', 'refused'],
    ['١', 'refused'],
    [undefined, 'refused'],
    [null, 'refused'],
    [42, 'refused'],
    [['1', '2'], 'refused'],
  ])('IntegerParam of %j is %j', (input, expected) => {
    expect(accepted(IntegerParam, input)).toEqual(expected)
  })

  test.each([
    ['1.50', 1.5],
    ['-0.25', -0.25],
    ['-0', 0],
    ['-0.00', 0],
    ['1,5', 'refused'],
    ['.5', 'refused'],
    ['NaN', 'refused'],
    ['Infinity', 'refused'],
    ['9'.repeat(400), 'refused'],
  ])('NumberParam of %j is %j', (input, expected) => {
    expect(accepted(NumberParam, input)).toEqual(expected)
  })

  test.each([
    ['true', true],
    ['ON', true],
    ['0', false],
    ['no', false],
    ['', 'refused'],
    ['2', 'refused'],
    [true, 'refused'],
  ])('BooleanParam of %j is %j', (input, expected) => {
    expect(accepted(BooleanParam, input)).toEqual(expected)
  })

  test.each([
    ['2026-02-28', '2026-02-28'],
    ['2024-02-29', '2024-02-29'],
    ['2026-02-29', 'refused'],
    ['2026-13-01', 'refused'],
    ['26-01-01', 'refused'],
  ])('DateParam of %j is %j', (input, expected) => {
    expect(accepted(DateParam, input)).toEqual(expected)
  })

  test('list takes none, one and many, and validates each', () => {
    const schema = list(IntegerParam)
    expect(accepted(schema, undefined)).toEqual([])
    expect(accepted(schema, '3')).toEqual([3])
    expect(accepted(schema, ['3', '4'])).toEqual([3, 4])
    expect(accepted(schema, ['3', 'x'])).toBe('refused')
  })

  test('oneOf falls back only where nothing was given', () => {
    const schema = oneOf(['name', 'price'], 'name')
    expect(accepted(schema, undefined)).toBe('name')
    expect(accepted(schema, '')).toBe('name')
    expect(accepted(schema, 'price')).toBe('price')
    expect(accepted(schema, 'stock')).toBe('refused')
    expect(accepted(oneOf(['name']), undefined)).toBe('refused')
  })

  test('orElse falls back only where nothing was given', () => {
    const schema = orElse(IntegerParam, 1)
    expect(accepted(schema, undefined)).toBe(1)
    expect(accepted(schema, '')).toBe(1)
    expect(accepted(schema, '2')).toBe(2)
    expect(accepted(schema, 'x')).toBe('refused')
    expect(v.safeParse(schema, 'x').issues?.[0]?.message).toBe('Must be a whole number.')
  })
})

test.each<[string, object, object | undefined]>([
  ['IntegerParam', IntegerParam, { type: 'integer' }],
  ['NumberParam', NumberParam, { type: 'number' }],
  ['BooleanParam', BooleanParam, { type: 'boolean' }],
  ['DateParam', DateParam, { type: 'string', format: 'date' }],
  ['one with a default', orElse(IntegerParam, 1), { type: 'integer', default: 1 }],
  ['a text with a default', orElse(v.string(), 'x'), { default: 'x' }],
  ['one of several words', oneOf(['a', 'b'], 'a'), { type: 'string', enum: ['a', 'b'], default: 'a' }],
  ['one of several words without a default, which describes itself', oneOf(['a', 'b']), undefined],
  ['a list', list(IntegerParam), { type: 'array', items: { type: 'integer' } }],
  ['a list of texts', list(v.string()), { type: 'array', items: { type: 'string' } }],
  ['a list of files', list(v.file()), { type: 'array', items: { type: 'string', format: 'binary' } }],
  ['an optional one', v.optional(IntegerParam), { type: 'integer' }],
  ['a bounded one', v.pipe(IntegerParam, v.minValue(1), v.maxValue(9)), { type: 'integer', minimum: 1, maximum: 9 }],
  ['a text, which describes itself', v.string(), undefined],
  ['an optional text', v.optional(v.string()), undefined],
])('OpenAPI hears what the text of %s means', (_, schema, described) => {
  const shown = textOf(schema)
  expect(shown).toEqual(described)
})

test.each<[object, string, string]>([
  [IntegerParam, '1.5', 'Must be a whole number.'],
  [IntegerParam, '9007199254740992', 'Must be a whole number between -9007199254740991 and 9007199254740991.'],
  [NumberParam, 'x', 'Must be a number.'],
  [NumberParam, '9'.repeat(400), 'Must be a number.'],
  [BooleanParam, 'maybe', 'Must be true or false.'],
  [DateParam, 'x', 'Must be a date such as 2026-02-28.'],
  [DateParam, '2026-02-30', 'Must be a date that exists.'],
  [oneOf(['a', 'b']), 'c', 'Must be one of a, b.'],
  [oneOf(['a', 'b'], 'a'), 'c', 'Must be one of a, b.'],
])('what is refused is told what it must be: %#', (schema, input, message) => {
  expect(v.safeParse(schema as v.GenericSchema, input).issues?.[0]?.message).toBe(message)
})
