import { expect, test } from 'vitest'
import { KeyRing } from './key-ring.ts'
import { generateSecret } from './secrets.ts'

test('derives one key for each secret and purpose, the same at every boot', () => {
  const secrets = [generateSecret(), generateSecret()]
  const [first, second] = new KeyRing(secrets).derive('cookie a')
  const [again] = new KeyRing(secrets).derive('cookie a')
  const [other] = new KeyRing(secrets).derive('cookie b')
  expect(first.key.equals(again.key)).toBe(true)
  expect(first.id).toBe(again.id)
  expect(first.id).toMatch(/^[\w-]{4}$/)
  expect(first.key.equals(other.key)).toBe(false)
  expect(first.key.equals(second!.key)).toBe(false)
  expect(first.id).not.toBe(second!.id)
})

test('refuses weak secrets and lists every problem at once', () => {
  expect(() => new KeyRing(['short', 'x'.repeat(40)])).toThrow(/5 bytes.*\n.*too few/)
  expect(() => new KeyRing([])).toThrow(expect.objectContaining({ code: 'secrets_invalid' }))
})
