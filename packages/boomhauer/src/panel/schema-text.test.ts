import { expect, test } from 'vitest'
import { schemaText } from './schema-text.ts'

test.each([
  [{ type: 'string', format: 'email', maxLength: 254 }, 'string (email, at most 254)'],
  [
    { type: 'object', properties: { id: { type: 'integer', minimum: 1 }, tag: { type: 'string' } }, required: ['id'] },
    '{ id: integer (≥ 1), tag?: string }',
  ],
  [
    { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'number' }] }, maxItems: 3 },
    '(string | number)[] (at most 3)',
  ],
  [{ enum: ['a', 'b', 1] }, '"a" | "b" | 1'],
  [{ const: null }, 'null'],
  [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'string | null'],
  [{ allOf: [{ type: 'object', properties: {} }, { $ref: '#/$defs/User' }] }, '{} & User'],
  [{ type: ['string', 'null'] }, 'string | null'],
  [{ type: 'object', additionalProperties: { type: 'string' } }, '{ [name]: string }'],
  [{ type: 'integer', default: 1 }, 'integer (default 1)'],
  [{}, 'any'],
  [true, 'any'],
  [false, 'never'],
])('%j is %s', (schema, text) => {
  expect(schemaText(schema)).toBe(text)
})

test('a schema that contains itself has an end', () => {
  const tree: Record<string, unknown> = { type: 'object', properties: {} }
  tree.properties = { left: tree, right: tree }
  expect(schemaText(tree)).toContain('…')
})
