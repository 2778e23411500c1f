import { invalidOption } from '@arlen/core/options'

/** What a request says of where it comes from. */
export interface RequestOrigin {
  /** `Sec-Fetch-Site` (W3C Fetch Metadata): only browsers send it, and no page can forge it. */
  fetchSite: string | undefined
  /** `Origin` (RFC 6454, section 7). */
  origin: string | undefined
  /** The host and port this request was made to, as the client knows them. */
  host: string | undefined
}

/**
 * The sign that a request was made by another site's page, or undefined when there is none. That there is none proves
 * nothing: the fields may be missing, and a program may send what it likes. So this refuses; it never lets in.
 *
 * `Sec-Fetch-Site` decides where it is sent. Without it `Origin` does: its host and port must be ours (proxies may end
 * TLS, so the scheme is not compared), and `null` is a stranger.
 */
export function crossSiteEvidence(request: RequestOrigin, trustedOrigins: ReadonlySet<string>): string | undefined {
  const { fetchSite, origin, host } = request
  if (origin !== undefined && trustedOrigins.has(origin)) return undefined
  if (fetchSite !== undefined) {
    return fetchSite === 'same-origin' || fetchSite === 'none' ? undefined : 'Sec-Fetch-Site'
  }
  return origin === undefined || isOurs(origin, host) ? undefined : 'Origin'
}

/** `https://Shop.example` is `shop.example`, and `shop.example:443` too: what a browser leaves out others may write. */
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
 * Origins as browsers write them: lower case, without the usual port.
 *
 * @throws option_invalid for what is no origin: it would be trusted in vain.
 */
export function originSet(list: readonly string[] = []): ReadonlySet<string> {
  return new Set(list.map(writtenByBrowsers))
}

function writtenByBrowsers(entry: string): string {
  // The schemes of extensions and apps have no origin that a URL parser knows: they are taken as they are.
  if (/^(?!https?:)[a-z][a-z\d+.-]*:\/\/[^/?#@\s]+$/.test(entry)) return entry
  const url = URL.canParse(entry) ? new URL(entry) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol) && `${url.origin}/` === url.href) return url.origin
  const problem = `has ${JSON.stringify(entry)}, which is no origin such as "https://pay.example".`
  throw invalidOption('createServer()', 'trustedOrigins', problem)
}
