import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream'
import { type Injection, injectReload } from './inject-reload.ts'

/** Hop-by-hop fields (RFC 9110, section 7.6.1): each side of the relay writes its own. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'])

export interface RelayOptions {
  /** Unix socket that the application listens on. */
  socket: string
  /** Set for requests for pages: an HTML response gets the script that reloads it. */
  injection?: Injection | undefined
  /** Called if the application exits before it answers, with whether it had received the request. */
  onLost: (reached: boolean) => void
}

/** Forwards a request to the application and its response back, byte for byte where HTTP allows. */
export function relay(req: IncomingMessage, res: ServerResponse, options: RelayOptions): void {
  const upstream = process.getBuiltinModule('node:http').request({
    socketPath: options.socket,
    method: req.method,
    path: req.url,
    headers: requestFields(req, options.injection !== undefined) as never, // a flat list, missing in @types/node
    setHost: false,
    agent: false,
  })
  upstream.once('continue', () => res.writeContinue())
  upstream.on('information', info => {
    if (info.statusCode !== 100 && info.statusCode !== 101) earlyHints(res, info)
  })
  upstream.once('response', answer => {
    try {
      respond(req, res, answer, options.injection)
    } catch {
      res.destroy() // an invalid response: the client sees what it would see in production
    }
  })
  let reached = false
  const abandon = () => upstream.destroy()
  res.once('close', abandon)
  upstream.once('error', () => {
    res.off('close', abandon)
    if (res.headersSent) res.destroy()
    else options.onLost(reached)
  })
  upstream.once('socket', socket => {
    // Read the body only once connected: until then the request can still go to another process.
    socket.once('connect', () => {
      reached = true
      if (hasBody(req)) req.pipe(upstream)
      else upstream.end()
    })
  })
}

export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
}

function respond(req: IncomingMessage, res: ServerResponse, answer: IncomingMessage, injection?: Injection): void {
  const injected = injection && injectReload(req, answer, injection)
  res.sendDate = false
  res.writeHead(answer.statusCode!, answer.statusMessage, responseFields(answer, injected !== undefined))
  res.flushHeaders()
  answer.once('end', () => {
    if (answer.rawTrailers.length > 0) res.addTrailers(pairs(answer.rawTrailers))
  })
  const done = (error?: Error | null) => {
    if (error) res.destroy()
  }
  if (injected) pipeline(answer, injected, res, done)
  else pipeline(answer, res, done)
}

function requestFields(req: IncomingMessage, page: boolean): string[] {
  const out: string[] = []
  const named = connectionFields(req.headers.connection)
  for (let i = 0; i < req.rawHeaders.length; i += 2) {
    const name = req.rawHeaders[i]!
    const lower = name.toLowerCase()
    if ((HOP_BY_HOP.has(lower) && lower !== 'transfer-encoding') || named.has(lower)) continue
    if (lower === 'x-forwarded-for') continue
    // Ask for pages uncompressed, so that the script can be inserted.
    if (page && lower === 'accept-encoding') continue
    out.push(name, req.rawHeaders[i + 1]!)
  }
  // A unix socket has no client address, so forward it as a proxy does in production.
  const forwarded = [...(req.headersDistinct['x-forwarded-for'] ?? []), req.socket.remoteAddress ?? '']
  out.push('X-Forwarded-For', forwarded.join(', '), 'Connection', 'close')
  return out
}

function responseFields(answer: IncomingMessage, injected: boolean): string[] {
  const out: string[] = []
  const named = connectionFields(answer.headers.connection)
  for (let i = 0; i < answer.rawHeaders.length; i += 2) {
    const name = answer.rawHeaders[i]!
    const lower = name.toLowerCase()
    if (HOP_BY_HOP.has(lower) || named.has(lower)) continue
    if (injected && lower === 'content-length') continue
    out.push(name, answer.rawHeaders[i + 1]!)
  }
  return out
}

function connectionFields(value: string | undefined): Set<string> {
  const names = (value ?? '').split(',').map(name => name.trim().toLowerCase())
  return new Set(names.filter(name => name !== '' && name !== 'close' && name !== 'keep-alive'))
}

function earlyHints(res: ServerResponse, info: { statusCode: number; rawHeaders: string[] }): void {
  if (info.statusCode !== 103 || res.headersSent) return
  const link = info.rawHeaders.flatMap((name, i, all) =>
    i % 2 === 0 && name.toLowerCase() === 'link' ? [all[i + 1]!] : [],
  )
  if (link.length > 0) res.writeEarlyHints({ link })
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, i): [string, string][] => (i % 2 === 0 ? [[name, raw[i + 1]!]] : []))
}

/** Forwards an upgraded connection (such as WebSocket) unchanged, including the head. */
export function relayUpgrade(req: IncomingMessage, client: Duplex, head: Buffer, socket: string): void {
  const upstream = connect(socket)
  const lines = pairs(req.rawHeaders).map(([name, value]) => `${name}: ${value}`)
  lines.push(`X-Forwarded-For: ${req.socket.remoteAddress}`)
  upstream.write(`${req.method} ${req.url} HTTP/${req.httpVersion}\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  if (head.length > 0) upstream.write(head)
  const end = () => {
    upstream.destroy()
    client.destroy()
  }
  pipeline(upstream, client, end)
  pipeline(client, upstream, end)
}
