import type { Engine } from '../engine.ts'
import { isHost } from '../head/grammar.ts'
import { forwardedHops, type Hop, xForwardedHops } from './hops.ts'
import { normalAddress, type ProxyTrust } from './proxy-trust.ts'

/** The client, as far as it can be trusted. Cookies, redirects, rate limits and logs all read it here. */
export interface Client {
  /** Normalized address; empty for a Unix socket. */
  ip: string
  protocol: 'http' | 'https'
  /** Host and port as the client wrote them. */
  host: string
}

/** The parts of a request that identify the client, independent of what carries it. */
export interface ClientSource {
  readonly remoteAddress: string | undefined
  readonly encrypted: boolean
  readonly engine: Engine
}

type Header = (name: string) => string | undefined

/**
 * The client behind trusted proxies: starting from the peer, the first address that is not a trusted proxy. Hops beyond it
 * could be forged by the client. Forwarded fields from an untrusted peer are ignored.
 */
export function resolveClient(source: ClientSource, header: Header, host: string): Client {
  const { engine } = source
  const direct: Client = {
    ip: source.remoteAddress === undefined ? '' : (normalAddress(source.remoteAddress) ?? source.remoteAddress),
    protocol: source.encrypted ? 'https' : 'http',
    host,
  }
  if (engine.trust === null) {
    mentionUntrusted(engine, header)
    return direct
  }
  if (!engine.trust(source.remoteAddress)) return direct
  const { forwarded } = engine
  mentionUnnamed(engine, header)
  return walk(forwarded.standard ? forwardedHops(header) : xForwardedHops(header, forwarded), engine.trust, direct)
}

/** From the nearest hop outwards; an unreadable address ends the chain, because nothing beyond it can be checked. */
function walk(hops: Hop[], trust: ProxyTrust, direct: Client): Client {
  const client = { ...direct }
  let port: string | undefined
  for (let i = hops.length - 1; i >= 0; i--) {
    const hop = hops[i]!
    const protocol = hop.protocol?.toLowerCase()
    if (protocol === 'http' || protocol === 'https') client.protocol = protocol
    if (hop.host !== undefined && isHostText(hop.host)) client.host = hop.host
    port = hop.port ?? port
    const address = normalAddress(hop.address)
    if (address === undefined) break
    client.ip = address
    if (!trust(address)) break
  }
  client.host = withPort(client.host, port)
  return client
}

/** The client's port according to a proxy, if the host has none. Default ports are never written. */
function withPort(host: string, port: string | undefined): string {
  if (port === undefined || !/^\d{1,5}$/.test(port) || port === '80' || port === '443') return host
  return host === '' || /:\d+$/.test(host) ? host : `${host}:${port}`
}

function isHostText(text: string): boolean {
  const bytes = Buffer.from(text, 'latin1')
  return isHost(bytes, 0, bytes.length)
}

/** Without this line, a server behind an unknown proxy would silently treat all clients as one. */
function mentionUntrusted(engine: Engine, header: Header): void {
  const { mentioned } = engine.forwarded
  if (mentioned.has(ADDRESS) || header(ADDRESS) === undefined) return
  mentioned.add(ADDRESS)
  engine.log.warn('X-Forwarded-For is ignored: name the proxies whose word counts in the option trustedProxies')
}

const ADDRESS = 'x-forwarded-for'

/** The same for a field that came through a trusted proxy, which may have written it or passed on the client's. */
function mentionUnnamed({ forwarded, log }: Engine, header: Header): void {
  if (forwarded.standard) return
  for (const part of ['proto', 'host'] as const) {
    const name = `x-forwarded-${part}`
    if (forwarded[part] || forwarded.mentioned.has(name) || header(name) === undefined) continue
    forwarded.mentioned.add(name)
    log.warn(`${name} is ignored: where a trusted proxy writes it, name it in the option forwardedHeader`)
  }
}
