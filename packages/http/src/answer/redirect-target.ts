const BASE = 'http://local.invalid'

/**
 * Whether a browser that is sent to `target` stays on this host. Judged by the parser that browsers use themselves
 * (WHATWG URL), because they read `/\evil.example`, `//evil.example` and ` https:evil.example` as other hosts.
 *
 * @param host - the host of the request, with its port: absolute targets may name it.
 */
export function staysHere(target: string, host: string): boolean {
  let url: URL
  try {
    url = new URL(target, BASE)
  } catch {
    return false // what no parser reads goes nowhere
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return false
  if (url.username !== '' || url.password !== '') return false
  return url.origin === BASE || (host !== '' && url.host === host.toLowerCase())
}

/**
 * A path of this site to go to, made of a target that a user may have chosen (`?return=…`): the target where it stays
 * here, `fallback` otherwise.
 */
export function localTarget(target: string | undefined, fallback = '/'): string {
  return target !== undefined && /^\/(?![/\\])/.test(target) && staysHere(target, '') ? target : fallback
}
