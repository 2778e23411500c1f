import { addressKey } from './address-key.ts'
import { securityError } from './errors.ts'

/** A network that failures are counted for, besides the single address. */
export interface LoginNetwork {
  /** Bits of an address that name the network. */
  readonly prefix: number
  /** How many times as much as a single address it may. */
  readonly times: number
}

/**
 * The networks of an address, by the number of bits that name them, each with what it may. The narrowest comes first and
 * is what counts as one address.
 */
export interface LoginNetworks {
  readonly ipv4: readonly [LoginNetwork, ...LoginNetwork[]]
  readonly ipv6: readonly [LoginNetwork, ...LoginNetwork[]]
}

/**
 * Whoever has an IPv6 address has a /64 of them, most lines have a /56, and a /48 is had for the asking; neighbors in an
 * IPv4 /24 are mostly strangers to each other, but rented by the dozen.
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

/** An address and the networks it is in, each with what it may, the narrowest first. */
export function networksOf(address: string, networks: LoginNetworks): { key: string; times: number }[] {
  const plain = addressKey(address)
  const isIpv6 = plain.includes(':')
  const list = isIpv6 ? networks.ipv6 : networks.ipv4
  const keys = list.map(({ prefix, times }) => ({
    key: isIpv6 ? addressKey(address, prefix) : addressKey(plain, 64, prefix),
    times,
  }))
  // What is no address has no networks, and is counted once.
  return keys.filter(({ key }, index) => index === 0 || key !== keys[index - 1]!.key)
}
