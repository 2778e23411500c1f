/**
 * The grammar of RFC 9110 and RFC 9112 as tables over octets, each under its rule. Every deviation is stricter and has its
 * reason beside it.
 */

function table(characters: string, from = 0, to = -1): Uint8Array {
  const out = new Uint8Array(256)
  for (const character of characters) out[character.charCodeAt(0)] = 1
  for (let octet = from; octet <= to; octet++) out[octet] = 1
  return out
}

const DIGITS = '0123456789'
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const UNRESERVED = `${LETTERS}${DIGITS}-._~`
const SUB_DELIMS = "!$&'()*+,;="

/** token = 1*tchar (RFC 9110, section 5.6.2) */
export const TCHAR: Uint8Array = table(`!#$%&'*+-.^_\`|~${DIGITS}${LETTERS}`)

/** field-content with obs-text, and the SP and HTAB between (RFC 9110, section 5.5). No CR, LF, NUL or other control. */
export const FIELD: Uint8Array = table('\t', 0x20, 0xff)
FIELD[0x7f] = 0

/**
 * absolute-path (RFC 9112, section 3.2.1; pchar of RFC 3986), and `|`, `[`, `]`, `^`, `{`, `}`, `` ` ``, which browsers
 * send unescaped. Not `\`, which some peers read as `/`; not `"`, `<`, `>`, `#`, and nothing outside US-ASCII.
 */
export const PATH: Uint8Array = table(`${UNRESERVED}${SUB_DELIMS}%:@/|[]^{}\``)

/** query: as {@link PATH}, with `?` and `\`, which has no meaning there. */
export const QUERY: Uint8Array = table(`${UNRESERVED}${SUB_DELIMS}%:@/|[]^{}\`?\\`)

/**
 * reg-name and IPv4address of uri-host (RFC 3986, section 3.2.2), without sub-delims: no host name has them, and peers join
 * two Host fields with a comma.
 */
export const HOST: Uint8Array = table(`${UNRESERVED}%`)

/** The inside of IP-literal. Zone identifiers are rejected: they mean nothing to another machine. */
const IP_LITERAL: Uint8Array = table(`:.${DIGITS}abcdefABCDEF`)

/** The value of each hexadecimal digit; 255 for other characters. */
export const HEX: Uint8Array = new Uint8Array(256).fill(255)
for (let digit = 0; digit < 10; digit++) HEX[0x30 + digit] = digit
for (let digit = 10; digit < 16; digit++) HEX[0x61 + digit - 10] = HEX[0x41 + digit - 10] = digit

/** quoted-string content: qdtext, or an escaped octet after `\` (RFC 9110, section 5.6.4). */
export const QDTEXT: Uint8Array = table('\t', 0x20, 0xff)
for (const octet of [0x22, 0x5c, 0x7f]) QDTEXT[octet] = 0

export function isToken(text: string): boolean {
  if (text.length === 0) return false
  for (let i = 0; i < text.length; i++) if (TCHAR[text.charCodeAt(i)] !== 1) return false
  return true
}

/** A value that we may send: visible US-ASCII with single spaces. Recipients disagree on anything else. */
export function isSendableValue(text: string): boolean {
  // A regular expression is several times faster here than a loop, and cookies and policies are long.
  return !/[^\t\x20-\x7e]/.test(text)
}

/**
 * Whether the octets are `uri-host [ ":" port ]` (RFC 9110, section 7.2), with a valid port and a host that is not empty,
 * which an http URI must not have (section 4.2.1).
 */
export function isHost(bytes: Uint8Array, start: number, end: number): boolean {
  let i = start
  if (bytes[i] === 0x5b) {
    i++
    const first = i
    while (i < end && IP_LITERAL[bytes[i]!] === 1) i++
    if (i >= end || bytes[i] !== 0x5d || !isIPv6(bytes, first, i)) return false
    i++
  } else {
    while (i < end && HOST[bytes[i]!] === 1) {
      if (bytes[i] === 0x25 && !(i + 2 < end && HEX[bytes[i + 1]!]! < 16 && HEX[bytes[i + 2]!]! < 16)) return false
      i++
    }
    if (i === start) return false
  }
  if (i === end) return true
  if (bytes[i] !== 0x3a || end - i > 6) return false
  let port = 0
  for (i++; i < end; i++) {
    const digit = bytes[i]! - 0x30
    if (digit < 0 || digit > 9) return false
    port = port * 10 + digit
  }
  return port <= 65535
}

/** IPv6address, by counting: at most one `::`, at most four digits a group, an IPv4 address only at the end. */
function isIPv6(bytes: Uint8Array, start: number, end: number): boolean {
  const text = String.fromCharCode(...bytes.subarray(start, end))
  const halves = text.split('::')
  if (halves.length > 2) return false
  let groups = 0
  for (const [index, half] of halves.entries()) {
    if (half === '') continue
    const parts = half.split(':')
    for (const [at, part] of parts.entries()) {
      const last = at === parts.length - 1 && index === halves.length - 1
      if (last && part.includes('.')) {
        if (!/^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(part)) return false
        groups += 2
      } else {
        if (!/^[0-9a-f]{1,4}$/i.test(part)) return false
        groups++
      }
    }
  }
  return halves.length === 2 ? groups < 8 : groups === 8
}
