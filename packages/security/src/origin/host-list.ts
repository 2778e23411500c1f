import { securityError } from '../errors.ts'

const LOCAL = ['localhost', '.localhost', '127.0.0.1', '[::1]']

/**
 * Returns a function that tests whether a host is on the list: exact names, `.example.com` for all subdomains, and
 * `local` for all forms of localhost. Ports, letter case and a trailing dot are ignored.
 *
 * @throws ArlenError `hosts_invalid` for entries that are not host names.
 */
export function hostList(entries: readonly string[]): (host: string) => boolean {
  const exact = new Set<string>()
  const suffixes: string[] = []
  for (const entry of entries.flatMap(name => (name === 'local' ? LOCAL : [name]))) {
    const name = entry.toLowerCase()
    if (!/^(?:\.?[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9])?|\[[0-9a-f:.]+\])$/.test(name)) {
      throw securityError('hosts_invalid', { problem: `${JSON.stringify(entry)} is no host name (no scheme, no port)` })
    }
    if (name.startsWith('.')) suffixes.push(name)
    else exact.add(name)
  }
  return host => {
    const name = hostName(host)
    return name !== '' && (exact.has(name) || suffixes.some(suffix => name.endsWith(suffix) && name !== suffix))
  }
}

/** `Shop.example.:8080` becomes `shop.example`; an invalid authority becomes an empty string. */
export function hostName(host: string): string {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9])?)\.?(?::\d{1,5})?$/i.exec(host)
  return match?.[1]?.toLowerCase() ?? ''
}
