import { invalidOption } from '@arlen/core/options'

/** The parts of a request that tell where it comes from. */
export interface RequestOrigin {
  /** `Sec-Fetch-Site` (W3C Fetch Metadata): only browsers send it, and no page can forge it. */
  fetchSite: string | undefined
  /** `Origin` (RFC 6454, section 7). */
  origin: string | undefined
  /** The host and port this request was made to, as the client knows them. */
  host: string | undefined
}

/**
 * The evidence that a page of another site made the request, or undefined if there is none. The absence of evidence proves
 * nothing: the fields may be missing, and a program can send anything. So use this to reject requests, never to allow them.
 *
 * `Sec-Fetch-Site` decides if it was sent. Otherwise `Origin` does: its host and port must be ours (a proxy may terminate
 * TLS, so the scheme is not compared), and `null` is foreign.
 */
export function crossSiteEvidence(request: RequestOrigin, trustedOrigins: ReadonlySet<string>): string | undefined {
  const { fetchSite, origin, host } = request
  if (origin !== undefined && trustedOrigins.has(origin)) return undefined
  if (fetchSite !== undefined) {
    return fetchSite === 'same-origin' || fetchSite === 'none' ? undefined : 'Sec-Fetch-Site'
  }
  return origin === undefined || isOurs(origin, host) ? undefined : 'Origin'
}

/**
 * `https://Shop.example` becomes `shop.example`, and so does `shop.example:443`: browsers omit the default port, other
 * clients may not.
 */
function isOurs(origin: string, host: string | undefined): boolean {
  const match = /^(https?:)\/\/([^/?#@\s]+)$/i.exec(origin)
  if (match === null || host === undefined) return false
  const [, scheme = '', ours = ''] = match
  const usual = scheme.toLowerCase() === 'https:' ? ':443' : ':80'
  return withoutPort(ours.toLowerCase(), usual) === withoutPort(host.toLowerCase(), usual)
}

function withoutPort(host: string, usual: string): string {
  return host.endsWith(usual) ? host.slice(0, -usual.length) : host
}

/**
 * Origins as browsers write them: lower case, without the default port.
 *
 * @throws option_invalid for anything that is not an origin, because trusting it would have no effect
 */
export function originSet(list: readonly string[] = []): ReadonlySet<string> {
  return new Set(list.map(writtenByBrowsers))
}

function writtenByBrowsers(entry: string): string {
  // URL parsers give extension and app schemes no origin, so they are kept as they are.
  if (/^(?!https?:)[a-z][a-z\d+.-]*:\/\/[^/?#@\s]+$/.test(entry)) return entry
  const url = URL.canParse(entry) ? new URL(entry) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol) && `${url.origin}/` === url.href) return url.origin
  const problem = `has ${JSON.stringify(entry)}, which is not an origin such as "https://pay.example".`
  throw invalidOption('createServer()', 'trustedOrigins', problem)
}
