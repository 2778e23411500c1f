// The cryptography of session cookies, for programs that protect texts of their own.
export { CookieCodec } from './cookie/cookie-codec.ts'
export { type DerivedKey, KeyRing } from './secrets/key-ring.ts'
