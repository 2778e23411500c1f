import { securityError } from '../errors.ts'

/** The directives of CSP Level 3 that work in a header, and `upgrade-insecure-requests`. */
export type CspDirective =
  | 'default-src'
  | 'script-src'
  | 'script-src-elem'
  | 'script-src-attr'
  | 'style-src'
  | 'style-src-elem'
  | 'style-src-attr'
  | 'img-src'
  | 'font-src'
  | 'connect-src'
  | 'media-src'
  | 'frame-src'
  | 'child-src'
  | 'worker-src'
  | 'manifest-src'
  | 'object-src'
  | 'base-uri'
  | 'form-action'
  | 'frame-ancestors'
  | 'sandbox'
  | 'require-trusted-types-for'
  | 'trusted-types'
  | 'upgrade-insecure-requests'

/** Options of the Content-Security-Policy. */
export interface CspOptions {
  /** Replaces directives of the default policy one by one; `false` removes one. `'nonce'` stands for the nonce. */
  directives?: Partial<Record<CspDirective, readonly string[] | false>>
  /** Report violations without blocking them. Default false. */
  reportOnly?: boolean
  /** Path or URL that browsers send their reports to (see `cspReports()`). */
  reportTo?: string | undefined
}

/**
 * The default policy: this site only, no plug-ins, no base element, no framing by other sites. Inline scripts and
 * styles need the nonce, which is new in each response. `data:` images are allowed because style sheets and inlining
 * use them.
 */
const DEFAULTS: Readonly<Partial<Record<CspDirective, readonly string[]>>> = {
  'default-src': ["'self'"],
  'script-src': ["'self'", "'nonce'"],
  'style-src': ["'self'", "'nonce'"],
  'img-src': ["'self'", 'data:'],
  'object-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'self'"],
  'upgrade-insecure-requests': [],
}

const NAMES = new Set<string>([
  ...Object.keys(DEFAULTS),
  ...['script-src-elem', 'script-src-attr', 'style-src-elem', 'style-src-attr', 'font-src', 'connect-src', 'media-src'],
  ...['frame-src', 'child-src', 'worker-src', 'manifest-src', 'sandbox', 'require-trusted-types-for', 'trusted-types'],
])

/** A policy's text, split where the nonce goes. */
export interface CspPolicy {
  readonly header: 'Content-Security-Policy' | 'Content-Security-Policy-Report-Only'
  /** For responses that do not use the nonce. `upgrade-insecure-requests` is included only over https. */
  readonly plain: { readonly http: string; readonly https: string }
  withNonce(nonce: string, secure: boolean): string
}

/** @throws ArlenError `csp_invalid` for unknown directives and for values that would end a directive. */
export function cspPolicy(options: CspOptions): CspPolicy {
  const merged: Partial<Record<string, readonly string[] | false>> = { ...DEFAULTS, ...options.directives }
  const directives = Object.entries(merged).filter(([, values]) => values !== false && values !== undefined)
  for (const [name, values] of directives) check(name, values as readonly string[])
  if (options.reportTo !== undefined) {
    check('report-uri', [options.reportTo])
    if (/["\\]/.test(options.reportTo)) throw securityError('csp_invalid', { problem: 'reportTo cannot have quotes' })
    directives.push(['report-uri', [options.reportTo]], ['report-to', ['csp']])
  }
  const render = (nonce: string | undefined, secure: boolean) =>
    directives
      .filter(([name]) => secure || name !== 'upgrade-insecure-requests')
      .map(([name, values]) => [name, ...sources(values as readonly string[], nonce)].join(' '))
      .join('; ')
  const [http, https] = [pieces(render(MARK, false)), pieces(render(MARK, true))]
  return {
    header: options.reportOnly ? 'Content-Security-Policy-Report-Only' : 'Content-Security-Policy',
    plain: { http: render(undefined, false), https: render(undefined, true) },
    withNonce: (nonce, secure) => (secure ? https : http).join(nonce),
  }
}

const MARK = '\u0000'

function pieces(text: string): string[] {
  return text.split(MARK)
}

function sources(values: readonly string[], nonce: string | undefined): readonly string[] {
  return values.flatMap(value => (value === "'nonce'" ? (nonce === undefined ? [] : [`'nonce-${nonce}'`]) : [value]))
}

function check(name: string, values: readonly string[]): void {
  const refuse = (problem: string) => securityError('csp_invalid', { problem })
  if (name !== 'report-uri' && !NAMES.has(name)) throw refuse(`there is no directive ${JSON.stringify(name)}`)
  for (const value of values) {
    // Visible ASCII without ; and , which end a directive and a policy (CSP3, section 2.2).
    if (!/^[!-+\--:<-~]+$/.test(value)) throw refuse(`${name} cannot have the value ${JSON.stringify(value)}`)
    if (/^(?:self|none|nonce|unsafe-inline|unsafe-eval|strict-dynamic|report-sample)$/.test(value)) {
      throw refuse(`${name}: ${value} must be in quotes: "'${value}'"`)
    }
  }
  if (values.includes("'none'") && values.length > 1) throw refuse(`${name}: 'none' must stand alone`)
}
