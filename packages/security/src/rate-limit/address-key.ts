/** The groups of the last parsed address. Shared, because this runs on every request. */
const groups = new Uint16Array(8)

/**
 * The key that an address is counted under. IPv4 counts as itself, also when mapped (`::ffff:192.0.2.1`). For IPv6 only
 * the network counts, because anyone who has one address has its whole /64. Text that is not an address counts as itself.
 *
 * @param prefix - significant bits of an IPv6 address, 1 to 64.
 * @param ipv4Prefix - significant bits of an IPv4 address, 1 to 32.
 */
export function addressKey(address: string, prefix = 64, ipv4Prefix = 32): string {
  if (!address.includes(':')) return ipv4Prefix === 32 ? address : ipv4Network(address, ipv4Prefix)
  if (!parseGroups(address)) return address
  if (groups[5] === 0xffff && (groups[0]! | groups[1]! | groups[2]! | groups[3]! | groups[4]!) === 0) {
    const dotted = `${groups[6]! >> 8}.${groups[6]! & 255}.${groups[7]! >> 8}.${groups[7]! & 255}`
    return ipv4Prefix === 32 ? dotted : ipv4Network(dotted, ipv4Prefix)
  }
  return `${kept(0, prefix)}:${kept(1, prefix)}:${kept(2, prefix)}:${kept(3, prefix)}::/${prefix}`
}

/** The significant bits of a group, in hexadecimal. */
function kept(index: number, prefix: number): string {
  const dropped = 16 * (index + 1) - prefix
  const group = groups[index]!
  return (dropped <= 0 ? group : dropped >= 16 ? 0 : (group >> dropped) << dropped).toString(16)
}

function ipv4Network(address: string, prefix: number): string {
  const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1).map(Number)
  if (octets === undefined || octets.some(octet => octet > 255)) return address
  const masked = octets.map((octet, index) => {
    const dropped = Math.min(8, Math.max(0, 8 * (index + 1) - prefix))
    return (octet >> dropped) << dropped
  })
  return `${masked.join('.')}/${prefix}`
}

/** Parses the eight groups of an IPv6 address (RFC 4291, section 2.2) into `groups`. False if it is not one. */
function parseGroups(address: string): boolean {
  const zone = address.indexOf('%')
  const end = zone === -1 ? address.length : zone
  let count = 0
  let gapAt = -1
  let at = 0
  while (at < end) {
    if (address.charCodeAt(at) === COLON) {
      // Only `::` can start with a colon here: a single colon is consumed with the group before it.
      if (address.charCodeAt(at + 1) !== COLON || gapAt !== -1) return false
      gapAt = count
      at += 2
      continue
    }
    const start = at
    let value = 0
    for (let digit = hexDigit(address, at, end); digit !== -1; digit = hexDigit(address, ++at, end)) {
      value = (value << 4) | digit
    }
    if (address.charCodeAt(at) === DOT) return readDotted(address.slice(start, end), count, gapAt)
    if (at === start || at - start > 4 || count === 8) return false
    groups[count++] = value
    if (at === end) break
    if (address.charCodeAt(at) !== COLON) return false
    // The colon between two groups, unless it starts the gap.
    if (address.charCodeAt(at + 1) !== COLON) at++
    if (at === end) return false
  }
  return spread(count, gapAt)
}

const COLON = 0x3a
const DOT = 0x2e

function hexDigit(text: string, at: number, end: number): number {
  if (at >= end) return -1
  const code = text.charCodeAt(at)
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

/** Reads the last two groups, written as an IPv4 address. */
function readDotted(text: string, count: number, gapAt: number): boolean {
  const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number)
  if (octets === undefined || octets.some(octet => octet > 255) || count > 6) return false
  groups[count] = (octets[0]! << 8) | octets[1]!
  groups[count + 1] = (octets[2]! << 8) | octets[3]!
  return spread(count + 2, gapAt)
}

/** Fills the gap with zeros. */
function spread(count: number, gapAt: number): boolean {
  if (gapAt === -1) return count === 8
  if (count === 8) return false
  groups.copyWithin(8 - (count - gapAt), gapAt, count)
  groups.fill(0, gapAt, 8 - (count - gapAt))
  return true
}
