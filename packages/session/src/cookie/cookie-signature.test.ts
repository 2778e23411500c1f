import { expect, test } from 'vitest'
import { KeyRing } from '../secrets/key-ring.ts'
import { generateSecret } from '../secrets/secrets.ts'
import { CookieSigner } from './cookie-signature.ts'

const [oldSecret, newSecret] = [generateSecret(), generateSecret()]
const signer = new CookieSigner(new KeyRing([oldSecret]), 'cookie theme')

test('gives back what it signed, also after the secret was rotated', () => {
  const signed = signer.sign('dark')
  expect(signed.endsWith('dark')).toBe(true)
  expect(signer.verify(signed)).toBe('dark')
  expect(signer.verify(signer.sign(''))).toBe('')
  expect(new CookieSigner(new KeyRing([newSecret, oldSecret]), 'cookie theme').verify(signed)).toBe('dark')
})

test('refuses changed values, other purposes and foreign keys', () => {
  const signed = signer.sign('dark')
  expect(new CookieSigner(new KeyRing([oldSecret]), 'cookie other').verify(signed)).toBeUndefined()
  expect(new CookieSigner(new KeyRing([newSecret]), 'cookie theme').verify(signed)).toBeUndefined()
  for (let at = 0; at < signed.length; at++) {
    const letter = signed[at] === 'A' ? 'B' : 'A'
    expect(signer.verify(signed.slice(0, at) + letter + signed.slice(at + 1))).toBeUndefined()
    expect(signer.verify(signed.slice(0, at))).toBeUndefined()
  }
})
