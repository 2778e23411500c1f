import { randomBytes } from 'node:crypto'
import { Context, type HeaderBlock } from '@arlen/http'
import type { CspPolicy } from './csp.ts'
import { securityError } from './errors.ts'

/** What the security headers add to the context. Exported so that importing the package brings the types along. */
export interface NonceContext {
  /**
   * The nonce of this response, for `<script nonce>` and `<style nonce>`: 128 random bits, generated on first use and
   * then included in the content security policy.
   */
  readonly cspNonce: string
}

declare module '@arlen/http' {
  interface ContextExtensions extends NonceContext {}
}

const NONCE = Symbol('arlen.cspNonce')

type Holder = Context & { [NONCE]?: string }

/** The policy in each block of headers, so that requests need not carry it. */
const policies = new WeakMap<HeaderBlock, CspPolicy>()

export function setNoncePolicy(block: HeaderBlock, policy: CspPolicy): void {
  policies.set(block, policy)
}

function cspNonce(this: Holder): string {
  if (this[NONCE] !== undefined) return this[NONCE]
  const policy = this.baseBlock === null ? undefined : policies.get(this.baseBlock)
  if (policy === undefined) throw securityError('nonce_missing')
  const nonce = randomBytes(16).toString('base64')
  this[NONCE] = nonce
  this.res.headers.set(policy.header, policy.withNonce(nonce, this.req.protocol === 'https'))
  return nonce
}

/** Defines the member on the shared Context class. It reports when no policy is configured. */
export function extendContext(): void {
  if (Object.hasOwn(Context.prototype, 'cspNonce')) return
  Object.defineProperty(Context.prototype, 'cspNonce', { configurable: true, get: cspNonce })
}
