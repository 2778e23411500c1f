import { invalidOption } from '@arlen/core/options'
import ipaddr from 'ipaddr.js'

/** Names for the address ranges of one's own proxies; `unix` is a proxy on a Unix socket. */
const RANGES: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
}

/** Whether forwarded headers from this address are trusted. Undefined is the peer of a Unix socket. */
export type ProxyTrust = (address: string | undefined) => boolean

/**
 * Creates the test from a list of addresses, CIDR ranges and names. A number of hops or `true` is rejected: with either,
 * anyone who reaches the server directly could forge their address.
 */
export function proxyTrust(list: readonly string[]): ProxyTrust {
  return addressTest(list, problem => invalidOption('createServer()', 'trustedProxies', problem))
}

/**
 * The one parser for address lists, for every option that has one.
 *
 * @param refuse - creates the error for an unreadable list, from what is wrong with it
 */
export function addressTest(list: readonly string[], refuse: (problem: string) => Error): ProxyTrust {
  if (!Array.isArray(list)) {
    throw refuse(`must be a list such as ['loopback', '10.0.0.0/8'], not ${JSON.stringify(list)}.`)
  }
  const unix = list.includes('unix')
  const ranges = list
    .filter(name => name !== 'unix')
    .flatMap(name => RANGES[name] ?? [name])
    .map(text => parseRange(text, refuse))
  const evaluate = (address: string) => {
    if (!ipaddr.isValid(address)) return false
    const parsed = ipaddr.process(address)
    return ranges.some(([base, bits]) => base.kind() === parsed.kind() && parsed.match(base, bits))
  }
  // Consecutive requests come from the same few proxies.
  let last = ''
  let result = evaluate(last)
  return address => {
    if (address === undefined) return unix
    if (address !== last) {
      result = evaluate(address)
      last = address
    }
    return result
  }
}

function parseRange(text: string, refuse: (problem: string) => Error): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  try {
    if (text.includes('/')) return ipaddr.parseCIDR(text)
    const address = ipaddr.process(text)
    return [address, address.kind() === 'ipv4' ? 32 : 128]
  } catch {
    throw refuse(
      `has ${JSON.stringify(text)}, which is not an address, CIDR range or one of ${[...Object.keys(RANGES), 'unix'].join(', ')}.`,
    )
  }
}

/** A normalized address: IPv4 even on a dual-stack socket, without a zone. Undefined if it is invalid. */
export function normalAddress(text: string): string | undefined {
  return ipaddr.isValid(text) && (text.includes(':') || text.split('.').length === 4)
    ? ipaddr.process(text).toString()
    : undefined
}
