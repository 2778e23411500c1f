import { randomBytes } from 'node:crypto'
import type { Context, ContextConstructor } from '@arlen/http'
import type { HeaderBlock } from '@arlen/http/extend'
import { securityError } from '../errors.ts'
import type { CspPolicy } from './csp.ts'

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

/**
 * Adds `c.cspNonce`, for which `securityHeaders()` sets the policy, to a Context class: `createServer(handler, { context:
 * withCspNonce(Context) })`. The package arlen does it for you. Reading it without `securityHeaders()` throws the ArlenError
 * `nonce_missing`.
 */
export function withCspNonce<Base extends ContextConstructor>(base: Base): Base {
  return class extends base {
    /** @throws ArlenError `nonce_missing` if no middleware has set a policy. */
    override get cspNonce(): string {
      const known = (this as Holder)[NONCE]
      if (known !== undefined) return known
      const policy = this.baseBlock === null ? undefined : policies.get(this.baseBlock)
      if (policy === undefined) throw securityError('nonce_missing')
      const nonce = randomBytes(16).toString('base64')
      ;(this as Holder)[NONCE] = nonce
      this.res.headers.set(policy.header, policy.withNonce(nonce, this.req.protocol === 'https'))
      return nonce
    }
  }
}
