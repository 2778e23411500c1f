import { type EventEmitter, once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingHttpHeaders, request } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Diagnostic } from '@arlen/core'
import { onTestFinished } from 'vitest'
import { Boomhauer, type BoomhauerEvents, type BoomhauerOptions, resolveOptions } from '../src/index.ts'

/** What every application of these tests is made with: a Servable over node:http. */
const SERVABLE = `
import { createServer } from 'node:http'
export function servable(handler, onUpgrade) {
  const server = createServer(handler)
  if (onUpgrade) server.on('upgrade', onUpgrade)
  return {
    server,
    listen: ({ path }) => new Promise((resolve, reject) => {
      server.once('error', reject).listen(path, () => resolve({ address: path, port: 0 }))
    }),
    close: ({ graceMs = 0 } = {}) => new Promise(resolve => {
      server.close(() => resolve())
      server.closeIdleConnections()
      setTimeout(() => server.closeAllConnections(), graceMs).unref()
    }),
  }
}
`

export type Files = Readonly<Record<string, string>>

/** An application that answers every request with a text. */
export function answering(text: string): string {
  return `import { servable } from './servable.js'\nexport default servable((req, res) => res.end(${JSON.stringify(text)}))\n`
}

export class TestFolder {
  readonly root: string = realpathSync(mkdtempSync(join(tmpdir(), 'boomhauer-test-')))

  /** @param ofTest - it is deleted with the test that made it. */
  constructor(files: Files, ofTest = true) {
    if (ofTest) onTestFinished(() => this.delete())
    this.write('package.json', '{ "type": "module" }')
    this.write('servable.js', SERVABLE)
    for (const [name, text] of Object.entries(files)) this.write(name, text)
  }

  delete(): void {
    rmSync(this.root, { recursive: true, force: true })
  }

  path(name: string): string {
    return join(this.root, name)
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true })
    writeFileSync(this.path(name), text)
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8')
  }

  remove(name: string): void {
    rmSync(this.path(name), { recursive: true })
  }
}

export interface RawResponse {
  status: number
  headers: IncomingHttpHeaders
  rawHeaders: string[]
  trailers: NodeJS.Dict<string>
  body: string
}

export interface AskOptions {
  method?: string
  headers?: Record<string, string | string[]>
  body?: string
}

/** One request on a connection of its own, with any header at all. */
export async function ask(port: number, path: string, options: AskOptions = {}): Promise<RawResponse> {
  const { method = 'GET', headers = {}, body } = options
  const req = request({ host: '127.0.0.1', port, path, method, headers, agent: false })
  req.end(body)
  const [res] = await once(req, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of res) chunks.push(chunk)
  const { statusCode, headers: answered, rawHeaders, trailers } = res
  return { status: statusCode, headers: answered, rawHeaders, trailers, body: Buffer.concat(chunks).toString() }
}

export const AS_BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'sec-fetch-dest': 'document' }
export const AS_PROGRAM = { accept: 'application/json' }
export const AS_CURL = { accept: '*/*', 'user-agent': 'curl/8.5.0' }

export class TestServer extends TestFolder {
  server!: Boomhauer

  /** @param ofTest - it is closed with the test that started it. */
  async start(options: BoomhauerOptions = {}, ofTest = true): Promise<this> {
    await this.prepare(options, ofTest).start()
    return this
  }

  /** The server before its start, whose first events can be waited for: they may come before the start has ended. */
  prepare(options: BoomhauerOptions = {}, ofTest = true): Boomhauer {
    const given = { root: this.root, port: 0, typecheck: 'off', preload: [], env: 'development', ...options } as const
    this.server = new Boomhauer(resolveOptions(given))
    if (ofTest) onTestFinished(() => this.server.close())
    return this.server
  }

  get(path = '/', headers: Record<string, string | string[]> = AS_CURL): Promise<RawResponse> {
    return ask(this.server.port, path, { headers })
  }

  /** Changes a file and waits until the build it causes has ended, one way or the other. */
  async save(name: string, text: string): Promise<'ready' | 'failed'> {
    const begun = this.#buildOf(name)
    this.write(name, text)
    await begun
    return outcomeOf(this.server)
  }

  /** Resolves when a build begins because this file changed: one that is under way already ends without it. */
  #buildOf(name: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const onBuilding = ({ paths }: { paths: readonly string[] }) => {
      if (!paths.includes(this.path(name))) return
      this.server.off('building', onBuilding)
      resolve()
    }
    this.server.on('building', onBuilding)
    return promise
  }
}

/** How the next build to end ends. */
export async function outcomeOf(server: Boomhauer): Promise<'ready' | 'failed'> {
  const done = new AbortController()
  const on = (event: 'ready' | 'failed') => once(server, event, { signal: done.signal }).then(() => event)
  const outcomes = [on('ready'), on('failed')]
  const outcome = await Promise.race(outcomes)
  done.abort()
  await Promise.allSettled(outcomes)
  return outcome
}

export async function serving(files: Files, options: BoomhauerOptions = {}): Promise<TestServer> {
  return new TestServer(files).start(options)
}

/** Starts an application and waits for the first event of this name, which may come before the start has ended. */
export async function servingUntil<Name extends keyof BoomhauerEvents>(
  name: Name,
  files: Files,
  options: BoomhauerOptions = {},
): Promise<{ app: TestServer; event: BoomhauerEvents[Name] }> {
  const app = new TestServer(files)
  const server = app.prepare(options)
  const told = once(server as EventEmitter, name)
  await server.start()
  return { app, event: (await told) as BoomhauerEvents[Name] }
}

/** The failure that an application shows: its status and its first diagnostic. */
export async function failure(app: TestServer): Promise<Diagnostic & { status: number }> {
  const { status, body } = await app.get('/', AS_PROGRAM)
  return { status, ...JSON.parse(body).diagnostics[0] }
}
