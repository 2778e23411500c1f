/**
 * What an address is counted as. IPv4 is itself, mapped IPv4 (`::ffff:192.0.2.1`) too; of IPv6 only the network counts,
 * because whoever has one address has a whole /64 of them. What is no address is itself.
 *
 * @param prefix - bits of an IPv6 address that count, 48 to 64.
 */
export function addressKey(address: string, prefix = 64): string {
  if (!address.includes(':')) return address
  const groups = parseGroups(address)
  if (groups === undefined) return address
  if (groups[5] === 0xffff && groups.slice(0, 5).every(group => group === 0)) {
    return `${groups[6]! >> 8}.${groups[6]! & 255}.${groups[7]! >> 8}.${groups[7]! & 255}`
  }
  const subnet = groups[3]! & (0xffff << (64 - prefix))
  const network = [groups[0]!, groups[1]!, groups[2]!, subnet].map(group => group.toString(16))
  return `${network.join(':')}::/${prefix}`
}

/** The eight groups of an IPv6 address (RFC 4291, section 2.2); undefined where it is none. */
function parseGroups(address: string): number[] | undefined {
  const text = withoutZone(address).replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...octets) => dottedGroups(octets))
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = halves.map(half => (half === '' ? [] : half.split(':'))) as [string[], string[]?]
  const missing = 8 - head.length - (tail?.length ?? 0)
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  const groups = tail === undefined ? head : [...head, ...Array.from({ length: missing }, () => '0'), ...tail]
  return groups.every(group => /^[0-9a-f]{1,4}$/i.test(group))
    ? groups.map(group => Number.parseInt(group, 16))
    : undefined
}

function withoutZone(address: string): string {
  const zone = address.indexOf('%')
  return zone === -1 ? address : address.slice(0, zone)
}

function dottedGroups(octets: readonly string[]): string {
  const [a, b, c, d] = octets.map(Number) as [number, number, number, number]
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
}
