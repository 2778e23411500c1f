import type { Engine } from '../engine.ts'
import { isHost } from '../head/grammar.ts'
import { normalAddress, type ProxyTrust } from './proxy-trust.ts'

/** Who asks, as far as it can be trusted. Cookies, redirects, rate limits and logs all read it here. */
export interface Client {
  /** Address in its usual spelling; empty for a unix socket. */
  ip: string
  protocol: 'http' | 'https'
  /** Host and port as the client wrote them. */
  host: string
}

/** What a request says of itself, whoever carries it. */
export interface ClientSource {
  readonly remoteAddress: string | undefined
  readonly encrypted: boolean
  readonly engine: Engine
}

type Header = (name: string) => string | undefined

/** One step of the way here, as the proxy that took it wrote it down. */
interface Hop {
  address: string
  protocol: string | undefined
  host: string | undefined
}

/**
 * The client behind trusted proxies: from the peer backwards, the first address that is no trusted proxy. What hops before
 * that one wrote is the client's own invention. From a peer that is not trusted nothing forwarded counts.
 */
export function resolveClient(source: ClientSource, header: Header, host: string): Client {
  const { engine } = source
  const direct: Client = {
    ip: source.remoteAddress === undefined ? '' : (normalAddress(source.remoteAddress) ?? source.remoteAddress),
    protocol: source.encrypted ? 'https' : 'http',
    host,
  }
  if (engine.trust === null) {
    warnOnce(engine, header)
    return direct
  }
  if (!engine.trust(source.remoteAddress)) return direct
  const hops = engine.forwardedHeader === 'forwarded' ? forwardedHops(header) : xForwardedHops(header)
  return walk(hops, engine.trust, direct)
}

/** From the nearest hop outwards; an address that cannot be read ends the way, for what is behind it cannot be checked. */
function walk(hops: Hop[], trust: ProxyTrust, direct: Client): Client {
  const client = { ...direct }
  for (let i = hops.length - 1; i >= 0; i--) {
    const hop = hops[i]!
    const protocol = hop.protocol?.toLowerCase()
    if (protocol === 'http' || protocol === 'https') client.protocol = protocol
    if (hop.host !== undefined && isHostText(hop.host)) client.host = hop.host
    const address = normalAddress(hop.address)
    if (address === undefined) break
    client.ip = address
    if (!trust(address)) break
  }
  return client
}

function xForwardedHops(header: Header): Hop[] {
  const addresses = list(header('x-forwarded-for'))
  const protocols = list(header('x-forwarded-proto'))
  const hosts = list(header('x-forwarded-host'))
  const port = /^\d{1,5}$/.exec(list(header('x-forwarded-port')).at(-1) ?? '')?.[0]
  // Proxies that replace a field send one value for the whole way; those that append send one for each hop.
  const at = (values: string[], fromEnd: number) => values[Math.max(0, values.length - 1 - fromEnd)]
  const count = Math.max(addresses.length, 1)
  return Array.from({ length: count }, (_, index) => {
    const fromEnd = count - 1 - index
    const host = at(hosts, fromEnd)
    return {
      address: stripPort(addresses[index] ?? ''),
      protocol: at(protocols, fromEnd),
      host:
        host !== undefined && port !== undefined && !/:\d+$/.test(host) && !/^(?:80|443)$/.test(port)
          ? `${host}:${port}`
          : host,
    }
  })
}

/** token "=" ( token / quoted-string ); a value without quotes may be an IPv6 address, as some proxies write it. */
const PAIR = /([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([^;,"\s]*))/.source
const PAIRS = new RegExp(PAIR, 'g')

/** The last element of a list, with its comma: [ pair ] *( ";" [ pair ] ) (RFC 7239, section 4) */
const LAST_ELEMENT = new RegExp(`(?:^|,)[ \\t]*((?:${PAIR})?[ \\t]*(?:;(?:[ \\t]*${PAIR})?[ \\t]*)*)$`)

/** More than any way here is long; what a client puts before it costs nobody time. */
const FORWARDED_MAX = 4096
const HOPS_MAX = 32

/**
 * The elements of Forwarded, read from the end: the nearest proxy wrote last. Where they cannot be read the rest is what a
 * client sent, and a quote that it left open reaches into nothing that a proxy has added.
 */
function forwardedHops(header: Header): Hop[] {
  const hops: Hop[] = []
  let rest = (header('forwarded') ?? '').slice(-FORWARDED_MAX).replace(/[ \t]+/g, ' ')
  while (rest !== '' && hops.length < HOPS_MAX) {
    const last = LAST_ELEMENT.exec(rest)
    if (last === null) break
    rest = rest.slice(0, last.index)
    if (last[1] === '') continue
    const pairs: Record<string, string> = Object.create(null)
    for (const [, name = '', quoted, plain = ''] of last[1]!.matchAll(PAIRS)) {
      pairs[name.toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? plain
    }
    hops.unshift({ address: stripPort(pairs.for ?? ''), protocol: pairs.proto, host: pairs.host })
  }
  return hops
}

/** The members of a comma-separated list. */
function list(value: string | undefined): string[] {
  return value?.split(/[ \t]*,[ \t]*/).filter(member => member !== '') ?? []
}

/** `192.0.2.1:4711`, `[2001:db8::1]:4711` and `[2001:db8::1]` without port and brackets. */
function stripPort(text: string): string {
  const match = /^\[([^\]]*)\](?::\d+)?$/.exec(text) ?? /^([^:]*):\d+$/.exec(text)
  return match === null ? text : match[1]!
}

function isHostText(text: string): boolean {
  const bytes = Buffer.from(text, 'latin1')
  return isHost(bytes, 0, bytes.length)
}

/** Without this line, a server behind a proxy it was not told of takes all clients for one, and nobody knows why. */
function warnOnce(engine: Engine, header: Header): void {
  if (engine.warnedOfProxy || header('x-forwarded-for') === undefined) return
  engine.warnedOfProxy = true
  engine.log.warn('X-Forwarded-For is ignored: name the proxies whose word counts in the option trustedProxies')
}
