/** Stands for our own origin where the request names no host. */
const NOWHERE = 'http://local.invalid'

/** A scheme without `//`: browsers read `http:evil.example` as a path or as a host, by the scheme of the page they are on. */
const BARE_SCHEME = /^[\0-\x20]*[a-z][a-z0-9+.-]*:(?!\/\/)/i

const CONTROL = /[\0-\x1f\x7f]/

/** Whether a target has a character that no field may have, and that browsers drop before they read the rest. */
export function hasControl(target: string): boolean {
  return CONTROL.test(target)
}

/**
 * Whether a browser that is sent to `target` stays on this site. Judged by the parser that browsers use themselves
 * (WHATWG URL) and under the origin of the request, because they read `/\evil.example`, `//evil.example` and, on a page
 * served by https, `http:evil.example` as other hosts.
 *
 * @param host - the host of the request, with its port: absolute targets may name it.
 * @param protocol - of the request. From http the same host may be asked for over https; never the other way.
 */
export function staysHere(target: string, host: string, protocol: 'http' | 'https' = 'http'): boolean {
  // Browsers drop tabs and line ends wherever they stand.
  if (BARE_SCHEME.test(target.replace(/[\t\r\n]/g, ''))) return false
  const here = parse(host === '' ? NOWHERE : `${protocol}://${host}`) ?? new URL(NOWHERE)
  const url = parse(target, here)
  if (url === undefined || url.username !== '' || url.password !== '') return false
  if (url.origin === here.origin) return true
  // `host` is without the default port of its scheme, so that the usual ports are one.
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
 * A path of this site to go to, made of a target that a user may have chosen (`?return=…`): the target where it stays
 * here, `fallback` otherwise.
 */
export function localTarget(target: string | undefined, fallback = '/'): string {
  const isPath = target !== undefined && /^\/(?![/\\])/.test(target) && !hasControl(target)
  return isPath && staysHere(target, '') ? target : fallback
}
