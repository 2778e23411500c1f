import type { ForwardedFields } from './forwarded-fields.ts'

type Header = (name: string) => string | undefined

/** One hop on the way here, as recorded by its proxy. */
export interface Hop {
  address: string
  protocol: string | undefined
  host: string | undefined
  port: string | undefined
}

/** More than any real chain. Empty elements count, and what a client puts before them takes no time. */
const HOPS_MAX = 32

/** The hops according to X-Forwarded-For and its companions, the nearest last. */
export function xForwardedHops(header: Header, fields: ForwardedFields): Hop[] {
  const read = (name: 'for' | 'proto' | 'host' | 'port') => (fields[name] ? members(header(`x-forwarded-${name}`)) : [])
  const [addresses, protocols, hosts, ports] = [read('for'), read('proto'), read('host'), read('port')]
  // Proxies that replace a field send one value for the whole chain; those that append send one for each hop.
  const at = (values: string[], fromEnd: number) => values[Math.max(0, values.length - 1 - fromEnd)]
  const count = Math.max(addresses.length, 1)
  return Array.from({ length: count }, (_, index) => {
    const fromEnd = count - 1 - index
    return {
      address: stripPort(addresses[index] ?? ''),
      protocol: at(protocols, fromEnd),
      host: at(hosts, fromEnd),
      port: at(ports, fromEnd),
    }
  })
}

/** The last members of a comma-separated list. Quotes have no meaning: one that a client opens must not hide anything. */
function members(value: string | undefined): string[] {
  if (value === undefined) return []
  const all = value.split(',').map(member => member.trim())
  return all.filter(member => member !== '').slice(-HOPS_MAX)
}

/**
 * The elements of Forwarded (RFC 7239, section 4), read from the end, where the nearest proxy wrote. From the first
 * unreadable element on, the rest is the client's; a quote that the client left open cannot reach into what a proxy has
 * added.
 */
export function forwardedHops(header: Header): Hop[] {
  const hops: Hop[] = []
  const text = header('forwarded') ?? ''
  let end = text.length
  for (let count = 0; end > 0 && count < HOPS_MAX; count++) {
    const start = startOfLastElement(text, end)
    const pairs = start < 0 ? undefined : readPairs(text.slice(start, end).trim())
    if (pairs === undefined) break
    if (pairs.size > 0) {
      const [address, protocol, host] = ['for', 'proto', 'host'].map(name => pairs.get(name))
      hops.unshift({ address: stripPort(address ?? ''), protocol, host, port: undefined })
    }
    end = start - 1
  }
  return hops
}

/** Where the list element that ends at `end` begins: after a comma outside of quotes. -1 if a quote is not closed. */
function startOfLastElement(text: string, end: number): number {
  for (let i = end - 1; i >= 0; i--) {
    const character = text[i]
    if (character === ',') return i + 1
    if (character !== '"') continue
    i = openingQuote(text, i)
    if (i < 0) return -1
  }
  return 0
}

/** A quote inside a quoted string has a backslash before it; the opening one has an equals sign. */
function openingQuote(text: string, closing: number): number {
  let at = closing
  do {
    if (at === 0) return -1
    at = text.lastIndexOf('"', at - 1)
  } while (at > 0 && text[at - 1] === '\\')
  return at > 0 && text[at - 1] === '=' ? at : -1
}

/** token "=" ( token / quoted-string ); a value without quotes may be an IPv6 address, as some proxies write it. */
const PAIR = /([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([^;,"\s]*))/y

/** [ pair ] *( ";" [ pair ] ), with optional space around; undefined if it is anything else. */
function readPairs(element: string): Map<string, string> | undefined {
  const pairs = new Map<string, string>()
  let separated = true
  for (let i = 0; i < element.length; ) {
    const character = element[i]!
    if (character === ';') separated = true
    if (character === ';' || character === ' ' || character === '\t') {
      i++
      continue
    }
    PAIR.lastIndex = i
    const pair = separated ? PAIR.exec(element) : null
    if (pair === null) return undefined
    pairs.set(pair[1]!.toLowerCase(), pair[2]?.replace(/\\(.)/g, '$1') ?? pair[3]!)
    separated = false
    i = PAIR.lastIndex
  }
  return pairs
}

/** `192.0.2.1:4711`, `[2001:db8::1]:4711` and `[2001:db8::1]` without port and brackets. */
function stripPort(text: string): string {
  const match = /^\[([^\]]*)\](?::\d+)?$/.exec(text) ?? /^([^:]*):\d+$/.exec(text)
  return match === null ? text : match[1]!
}
