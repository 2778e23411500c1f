import { BlockList, isIP } from 'node:net'

const WATCHED = 100
const SHARE = 0.9

const PRIVATE = new BlockList()
for (const [network, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['127.0.0.0', 8],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
] as const) {
  PRIVATE.addSubnet(network, bits, 'ipv4')
}
PRIVATE.addSubnet('fc00::', 7, 'ipv6')
PRIVATE.addSubnet('fe80::', 10, 'ipv6')
PRIVATE.addAddress('::1', 'ipv6')

/**
 * Detects that nearly all clients seem to share one private address although forwarded headers are present: the proxy
 * is not trusted, and its address is counted instead of the clients'. Only the first thousand requests are examined.
 */
export class ProxyCollapse {
  #seen = 0
  #same = 0
  #address: string | undefined
  #rounds = 0

  /** Whether detection has finished. */
  get isSettled(): boolean {
    return this.#rounds >= 10
  }

  /** @returns the shared address, once, when it is detected. */
  notice(address: string, forwarded: boolean): string | undefined {
    this.#address ??= address
    this.#seen++
    if (forwarded && address === this.#address) this.#same++
    if (this.#seen < WATCHED) return undefined
    const collapsed = this.#same > SHARE * this.#seen && isPrivate(this.#address) ? this.#address : undefined
    this.#rounds = collapsed === undefined ? this.#rounds + 1 : 10
    this.#seen = 0
    this.#same = 0
    this.#address = undefined
    return collapsed
  }
}

function isPrivate(address: string): boolean {
  const family = isIP(address)
  // A Unix socket has no address: its other end is a proxy.
  return family === 0 ? address === '' : PRIVATE.check(address, family === 4 ? 'ipv4' : 'ipv6')
}
