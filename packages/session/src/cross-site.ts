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
  const { fetchSite, origin } = request
  if (origin !== undefined && trustedOrigins.has(origin)) return undefined
  if (fetchSite !== undefined) {
    return fetchSite === 'same-origin' || fetchSite === 'none' ? undefined : 'Sec-Fetch-Site'
  }
  return origin === undefined || hostOf(origin) === request.host?.toLowerCase() ? undefined : 'Origin'
}

/** `https://Shop.example:8443` gives `shop.example:8443`; `null` and what is no origin give undefined. */
function hostOf(origin: string): string | undefined {
  const match = /^https?:\/\/([^/?#@\s]+)$/i.exec(origin)
  return match?.[1]?.toLowerCase()
}
