import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HttpError } from '@arlen/core'
import { compress, type Handler, type HttpServer, type Part, serve, serveStatic } from '../../src/index.ts'

export const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

/** A server for all tests of a file, with files of a known age. */
export async function sampleServer(): Promise<{ port: number; close(): Promise<void> }> {
  const dir = mkdtempSync(join(tmpdir(), 'arlen-conformance-'))
  const files = {
    'letters.txt': LETTERS,
    'empty.txt': '',
    'big.txt': 'x'.repeat(300_000),
    'a.js': 'let a',
    'a.js.gz': 'gz',
  }
  const modified = Date.UTC(2025, 6, 1) / 1000
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(dir, name), text)
    utimesSync(join(dir, name), modified, modified)
  }
  const server: HttpServer = await serve(sampleHandler(dir), { port: 0 })
  const close = async () => {
    await server.close({ graceMs: 0 })
    rmSync(dir, { recursive: true })
  }
  return { port: server.address!.port, close }
}

async function* pieces(...texts: string[]) {
  yield* texts
}

async function* broken() {
  yield 'half'
  throw new Error('the rest is missing')
}

async function describe(part: Part): Promise<string[]> {
  if (part.kind === 'field') return [part.name, part.value]
  return [part.name, part.filename, part.type, (await part.bytes()).toString('latin1')]
}

/** One handler for each thing that a client can want to see. */
function sampleHandler(dir: string): Handler {
  const text = 'all work and no play makes a dull text. '.repeat(100)
  const gzip = compress({ codings: ['gzip'] })
  const routes: Record<string, Handler> = {
    '/probe': () => 'probe',
    '/': () => 'hello',
    '/echo': async c => c.bytes(await c.req.bytes()),
    '/echo-stream': c => c.stream(c.req.stream),
    '/read-stream': async c => {
      await new Promise(resolve => setTimeout(resolve, 50))
      let bytes = 0
      for await (const piece of c.req.stream) bytes += (piece as Buffer).length
      return String(bytes)
    },
    '/json': async c => c.json(await c.req.json()),
    '/ignore': () => 'ignored',
    '/take-stream': c => (c.req.stream.readable ? 'taken and not read' : 'nothing to take'),
    '/multipart': async c => {
      const parts: string[][] = []
      for await (const part of c.req.multipart()) parts.push(await describe(part))
      return parts
    },
    '/refuse': c => c.problem(401, 'unauthorized', { headers: { 'WWW-Authenticate': 'Basic realm="a"' } }),
    '/204': c => c.empty(),
    '/205': c => c.text('content', 205),
    '/304': c => c.text('content', { status: 304, headers: { ETag: '"a"' } }),
    '/empty': c => c.empty(200),
    '/bytes': c => c.bytes(Buffer.from([0, 255, 13, 10])),
    '/utf8': c => c.text('žluťoučký'),
    '/stream': c => c.stream(pieces('a', '', 'bc'), { type: 'text/plain' }),
    '/stream-length': c => c.stream(pieces('a', 'bc'), { length: 3 }),
    '/stream-broken': c => c.stream(broken()),
    '/throw': () => {
      throw new Error('secret detail')
    },
    '/reject': async () => {
      throw new HttpError(418)
    },
    '/nothing': () => undefined,
    '/redirect': c => c.redirect('/'),
    '/respond': c => c.respond({ html: () => c.html('<p>'), json: () => ({ a: 1 }) }),
    '/events': c => c.events(pieces() as never),
    '/cookies': c => {
      c.setCookie('a', 'b', { sameSite: 'none' })
      c.setCookie('__Host-c', 'd')
      c.setCookie('e', 'f', { partitioned: true })
      c.setCookie('g', 'h')
      return 'set'
    },
    '/file': c => c.file(join(dir, 'letters.txt')),
    '/file-big': c => c.file(join(dir, 'big.txt')),
    '/file-missing': c => c.file(join(dir, 'nothing')),
    '/download': c => c.file(join(dir, 'letters.txt'), { download: String(c.req.query.as) }),
    '/gz': gzip(c => c.text(text)),
    '/gz-small': gzip(c => c.text('small')),
    '/gz-tag': gzip(c => c.text(text, { headers: { ETag: 'W/"v1"' } })),
    '/gz-file': gzip(c => c.file(join(dir, 'big.txt'))),
  }
  const dynamic: Handler = c => (Object.hasOwn(routes, c.req.path) ? routes[c.req.path]!(c) : c.problem(404))
  return serveStatic(dir, { prefix: '/static' })(dynamic)
}
