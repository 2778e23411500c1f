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

test('derives in every release what it derived before: cookies outlive an upgrade', () => {
  const [{ id, key }] = new KeyRing(['0123456789abcdef0123456789ABCDEF']).derive('cookie a')
  expect(id).toBe('LaqK')
  expect(key.export().toString('hex')).toBe('3c34dd6fda362d60518e18c7f553f9cc8d68f017a00e9887e0a42b9dd2d536ad')
})

test('refuses weak secrets and lists every problem at once', () => {
  expect(() => new KeyRing(['short', 'x'.repeat(40)])).toThrow(/5 bytes.*\n.*too few/)
  expect(() => new KeyRing([])).toThrow(expect.objectContaining({ code: 'secrets_invalid' }))
})

test('refuses two secrets that values could not tell apart, which one pair in 16 million is', () => {
  const pair = ['0123456789abcdef-collision-002uc', '0123456789abcdef-collision-00443']
  for (const secret of pair) expect(() => new KeyRing([secret])).not.toThrow()
  expect(() => new KeyRing(pair)).toThrow('The session secrets are invalid:\n  two secrets share a key id; replace one')
})
