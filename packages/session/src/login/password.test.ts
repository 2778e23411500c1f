import * as argon2 from '@node-rs/argon2'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { createPasswords } from './password.ts'

// Unit tests share processes: modules that other files have loaded, or will, do without the mock.
vi.hoisted(() => vi.resetModules())
afterAll(() => void vi.resetModules())
vi.mock('@node-rs/argon2', async original => {
  const library = await original<typeof argon2>()
  return { ...library, verify: vi.fn(library.verify) }
})
const verified = vi.mocked(argon2.verify)

// The cheapest row of OWASP's table, to keep the tests short.
const passwords = createPasswords({ memoryCost: 7168, timeCost: 5 })

describe('Passwords', () => {
  test('hashes with Argon2id, differently each time, and knows the password again', async () => {
    const [one, two] = await Promise.all([passwords.hash('correct horse'), passwords.hash('correct horse')])
    expect(one).toMatch(/^\$argon2id\$v=19\$m=7168,t=5,p=1\$/)
    expect(one).not.toBe(two)
    expect(await passwords.verify(one, 'correct horse')).toEqual({ ok: true })
    expect(await passwords.verify(one, 'correct horsE')).toEqual({ ok: false })
    expect(await passwords.verify(one, '')).toEqual({ ok: false })
  })

  test('the same characters in another form are the same password', async () => {
    const stored = await passwords.hash('Zu\u0308rich \u212b')
    expect(await passwords.verify(stored, 'Z\u00fcrich \u00c5')).toEqual({ ok: true })
  })

  test('hands over a new hash where the parameters have become stronger', async () => {
    const old = argon2.hashSync('secret word', { memoryCost: 4096, timeCost: 1 })
    const { ok, rehash } = await passwords.verify(old, 'secret word')
    expect(ok).toBe(true)
    expect(rehash).toContain('m=7168,t=5')
    expect(await passwords.verify(rehash, 'secret word')).toEqual({ ok: true })
    expect(await passwords.verify(old, 'wrong')).toEqual({ ok: false })
  })

  test('does the same work for an unknown user: one verification under the same parameters', async () => {
    const stored = await passwords.hash('x')
    verified.mockClear()
    expect(await passwords.verify(stored, 'guess')).toEqual({ ok: false })
    expect(await passwords.verify(undefined, 'guess')).toEqual({ ok: false })
    const [known, unknown] = verified.mock.calls.map(([hash]) => String(hash).split('$').slice(0, 4))
    expect(unknown).toEqual(known)
    expect(verified).toHaveBeenCalledTimes(2)
  })

  test('accepts other kinds of hashes if configured, and refuses them otherwise', async () => {
    const legacy = createPasswords({ memoryCost: 7168, timeCost: 5, legacy: (hash, text) => hash === `plain:${text}` })
    const { ok, rehash } = await legacy.verify('plain:abc', 'abc')
    expect(ok).toBe(true)
    expect(rehash).toMatch(/^\$argon2id/)
    expect(await legacy.verify('plain:abc', 'abd')).toEqual({ ok: false })
    expect(await passwords.verify('plain:abc', 'abc')).toEqual({ ok: false })
  })

  test('a pepper is needed to verify what it was mixed into', async () => {
    const peppered = createPasswords({ memoryCost: 7168, timeCost: 5, pepper: 'in the environment' })
    const stored = await peppered.hash('abc')
    expect((await peppered.verify(stored, 'abc')).ok).toBe(true)
    expect((await passwords.verify(stored, 'abc')).ok).toBe(false)
  })

  test.each([
    [47_104, 1],
    [19_456, 2],
    [12_288, 3],
    [9_216, 4],
    [7_168, 5],
  ])(
    'takes the least that OWASP calls safe, %d KiB with a time cost of %d, and nothing below',
    (memoryCost, timeCost) => {
      expect(() => createPasswords({ memoryCost, timeCost })).not.toThrow()
      const invalid = expect.objectContaining({ code: 'password_parameters_invalid' })
      expect(() => createPasswords({ memoryCost: memoryCost - 1, timeCost })).toThrow(invalid)
      if (timeCost > 1) expect(() => createPasswords({ memoryCost, timeCost: timeCost - 1 })).toThrow(invalid)
    },
  )

  test('takes the second row of that table by default, and passwords of up to 1,024 bytes', async () => {
    expect(await createPasswords().hash('x')).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    const longest = '\u00fc'.repeat(512)
    expect(await passwords.verify(await passwords.hash(longest), longest)).toEqual({ ok: true })
  })

  test('refuses parameters below the minimum, and passwords without end', async () => {
    expect(() => createPasswords({ memoryCost: 4096, timeCost: 2 })).toThrow(/4096 KiB and 2 passes/)
    await expect(passwords.hash('x'.repeat(1025))).rejects.toMatchObject({ code: 'password_too_long', status: 422 })
    expect(await passwords.verify(await passwords.hash('x'), 'x'.repeat(5_000_000))).toEqual({ ok: false })
  })
})

test('hashes few at once, however many come', async () => {
  const busy = createPasswords({ memoryCost: 7168, timeCost: 5, atOnce: 1 })
  const results = await Promise.allSettled(Array.from({ length: 230 }, () => busy.verify('$argon2id$broken', 'x')))
  const reasons = results.map(result =>
    result.status === 'rejected' ? (result.reason as { code: string }).code : 'ok',
  )
  // One is hashed (the decoy), 200 wait.
  expect(reasons.filter(code => code === 'passwords_busy')).toHaveLength(30)
  const stored = await busy.hash('right')
  expect(await busy.verify(stored, 'right')).toEqual({ ok: true })
  expect(await busy.verify(undefined, 'right')).toEqual({ ok: false })
})
