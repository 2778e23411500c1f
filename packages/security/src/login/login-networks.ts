import { securityError } from '../errors.ts'
import { addressKey } from '../rate-limit/address-key.ts'

/** A network width for which failures are counted. */
export interface LoginNetwork {
  /** The network's prefix length in bits. */
  readonly prefix: number
  /** The network's limits, as a multiple of those for a single address. */
  readonly times: number
}

/** The network widths to count, by address family. The narrowest comes first and counts as a single address. */
export interface LoginNetworks {
  readonly ipv4: readonly [LoginNetwork, ...LoginNetwork[]]
  readonly ipv6: readonly [LoginNetwork, ...LoginNetwork[]]
}

/**
 * A client with an IPv6 address controls its /64; most connections get a /56, and a /48 is easy to obtain. The hosts of
 * an IPv4 /24 usually belong to different people, but can be rented in bulk.
 */
export const LOGIN_NETWORKS: LoginNetworks = {
  ipv4: [
    { prefix: 32, times: 1 },
    { prefix: 24, times: 4 },
  ],
  ipv6: [
    { prefix: 64, times: 1 },
    { prefix: 56, times: 2 },
    { prefix: 48, times: 4 },
  ],
}

/** @throws ArlenError `login_networks_invalid`. */
export function checkLoginNetworks({ ipv4, ipv6 }: LoginNetworks): void {
  for (const [family, networks, widest] of [
    ['ipv4', ipv4, 32],
    ['ipv6', ipv6, 64],
  ] as const) {
    const refuse = (problem: string) => securityError('login_networks_invalid', { family, problem })
    if (!Array.isArray(networks) || networks.length === 0) throw refuse('it must list at least one network')
    networks.forEach(({ prefix, times }, index) => {
      if (!Number.isInteger(prefix) || prefix < 8 || prefix > widest) {
        throw refuse(`a prefix must be a whole number from 8 to ${widest}, not ${prefix}`)
      }
      if (!Number.isInteger(times) || times < 1) throw refuse(`times must be a whole number from 1, not ${times}`)
      const before = networks[index - 1]
      if (before !== undefined && (before.prefix <= prefix || before.times > times)) {
        throw refuse('wider networks must come after narrower ones, and may no less')
      }
    })
  }
}

/** The networks of an address with their multiples, narrowest first. */
export function networksOf(address: string, networks: LoginNetworks): { key: string; times: number }[] {
  const plain = addressKey(address)
  const isIpv6 = plain.includes(':')
  const list = isIpv6 ? networks.ipv6 : networks.ipv4
  const keys = list.map(({ prefix, times }) => ({
    key: isIpv6 ? addressKey(address, prefix) : addressKey(plain, 64, prefix),
    times,
  }))
  // Text that is not an address has no networks and is counted once.
  return keys.filter(({ key }, index) => index === 0 || key !== keys[index - 1]!.key)
}
