/** Stands for our own origin if the request has no host. */
const NOWHERE = 'http://local.invalid'

/**
 * A scheme without `//`: browsers read `http:evil.example` as a path or as a host, depending on the scheme of the current
 * page.
 */
const BARE_SCHEME = /^[\0-\x20]*[a-z][a-z0-9+.-]*:(?!\/\/)/i

const CONTROL = /[\0-\x1f\x7f]/

/** Whether a target contains a character that is invalid in a field, and that browsers drop before they parse the rest. */
export function hasControl(target: string): boolean {
  return CONTROL.test(target)
}

/**
 * Whether a browser that is redirected to `target` stays on this site. Evaluated with the parser of browsers (WHATWG URL)
 * and relative to the origin of the request, because browsers read `/\evil.example`, `//evil.example` and, on an https
 * page, `http:evil.example` as other hosts.
 *
 * @param host - the host of the request, with its port; absolute targets may name it
 * @param protocol - the protocol of the request. From http, the same host over https is allowed; never the other way
 * around.
 */
export function staysHere(target: string, host: string, protocol: 'http' | 'https' = 'http'): boolean {
  // Browsers drop tabs and line breaks anywhere.
  if (BARE_SCHEME.test(target.replace(/[\t\r\n]/g, ''))) return false
  const here = parse(host === '' ? NOWHERE : `${protocol}://${host}`) ?? new URL(NOWHERE)
  const url = parse(target, here)
  if (url === undefined || url.username !== '' || url.password !== '') return false
  if (url.origin === here.origin) return true
  // `host` has no default port, so that equal origins compare equal.
  return url.protocol === 'https:' && here.protocol === 'http:' && url.host === here.host
}

function parse(target: string, base?: URL): URL | undefined {
  try {
    return new URL(target, base)
  } catch {
    return undefined // an unparseable URL is not a local target
  }
}

/**
 * A local path to redirect to, from a target that a user may have chosen (`?return=…`): the target if it stays on this
 * site, otherwise `fallback`.
 */
export function localTarget(target: string | undefined, fallback = '/'): string {
  const isPath = target !== undefined && /^\/(?![/\\])/.test(target) && !hasControl(target)
  return isPath && staysHere(target, '') ? target : fallback
}
