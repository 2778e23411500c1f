import type { Context } from '@arlen/http'
import { describe, expect, test } from 'vitest'
import { CookieCodec } from './cookie/cookie-codec.ts'
import { CookieSigner } from './cookie/cookie-signature.ts'
import { CsrfTokens } from './csrf/csrf-token.ts'
import { isToken68, readAuthorization } from './login/authorization.ts'
import { KeyRing } from './secrets/key-ring.ts'
import { generateSecret } from './secrets/secrets.ts'
import { openSession } from './session/sealed-session.ts'
import { sessionSettings } from './session/session-settings.ts'
import { bearerToken } from './token/token.ts'

const secrets = [generateSecret(), generateSecret()]
const ring = new KeyRing(secrets)
const settings = sessionSettings({ secrets })
const codec = new CookieCodec(ring, 'x')
const signer = new CookieSigner(ring, 'x')
const csrf = new CsrfTokens(ring)
const { name } = settings.cookie
const sealed = codec.seal('{}')
const signed = signer.sign('x')

function authorization(text: string): Context {
  return { req: { header: () => text } } as unknown as Context
}

/** What reads a session, a CSRF token, or a program's credentials that a stranger sends. */
const PARSERS: Record<string, (text: string) => unknown> = {
  'a cookie of a session': text => openSession(settings, text, 0),
  'a sealed value': text => codec.open(text),
  'a signed value': text => signer.verify(text),
  'a CSRF token': text => csrf.check(text, 'id'),
  'a bearer token': text => bearerToken(text),
  'an Authorization field': text => readAuthorization(authorization(text)),
  'a token of 68 characters': text => isToken68(text),
}

const SHAPES: Record<string, (size: number) => string> = {
  blanks: size => ' '.repeat(size),
  'blanks behind a beginning': size => `Bearer ${' '.repeat(size)}x`,
  'blanks within': size => `Bearer x${' '.repeat(size)}x`,
  'equals signs': size => `Bearer x${'='.repeat(size)}x`,
  semicolons: size => ';'.repeat(size),
  'names alone': size => `${name};`.repeat(size / (name.length + 1)),
  'names run together': size => name.repeat(size / name.length),
  'names with blanks before them': size => `; ${' '.repeat(50)}${name}`.repeat(size / (name.length + 52)),
  'a cookie many times': size => `${name}=${sealed}; `.repeat(size / (name.length + sealed.length + 3)),
  'a sealed beginning': size => sealed + 'A'.repeat(size),
  'a signed beginning': size => signed + '%'.repeat(size),
}

/** Less than this, in milliseconds, is too little to measure; quadratic work on the long text takes seconds. */
const NOISE_MS = 1

/** The least processor time of several tries, because whatever else the machine does only adds to it. */
function cpuMs(parse: (text: string) => unknown, text: string): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < 7; i++) {
    const before = process.cpuUsage()
    for (let times = 0; times < 8; times++) parse(text)
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}

describe.each(Object.entries(PARSERS))('%s is read in a time in proportion to its length', (_, parse) => {
  test.each(Object.entries(SHAPES))('of %s', (_, shape) => {
    const [short, long] = [shape(8_192), shape(65_536)]
    cpuMs(parse, short)
    // Eight times the length takes linear work eight times as long, and quadratic work sixty-four times.
    expect(cpuMs(parse, long)).toBeLessThan(Math.max(NOISE_MS, 24 * cpuMs(parse, short)))
  })
})
