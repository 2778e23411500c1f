// The pieces that sessions, cookies and tokens are made of, for programs that protect something of their own.
export { CookieCodec } from './cookie/cookie-codec.ts'
export { CookieSigner } from './cookie/cookie-signature.ts'
export { CsrfTokens } from './csrf/csrf-token.ts'
export { type DerivedKey, KeyRing } from './secrets/key-ring.ts'
export { randomToken } from './secrets/random.ts'
