import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { createPropane, type PropaneHandle, type PropaneOptions } from '../src/index.ts'

const FIXTURES: string = path.join(import.meta.dirname, '..', 'fixtures')

/** Node.js arguments with which a process runs the packages from their sources. */
export const SOURCE: readonly string[] = ['--conditions=@arlen/source', '--disable-warning=ExperimentalWarning']

export function fixture(name: string): string {
  return path.join(FIXTURES, name)
}

/** Starts propane on a free port, without waiting for the workers, and ends it with the test. */
export async function launch(options: Partial<PropaneOptions> & { app: string }): Promise<PropaneHandle> {
  const handle = await createPropane({
    port: 0,
    workers: 2,
    execArgv: SOURCE,
    logFile: '/dev/null',
    logFormat: 'json',
    controlSocket: 'off',
    preStopDelayMs: 0,
    idleWindowMs: 300,
    ...options,
  })
  onTestFinished(async () => {
    await handle.quit()
  })
  return handle
}

/**
 * For tests that count lost requests: a client that a busy machine does not let run for longer than the idle window
 * cannot be told from one that has nothing to send.
 */
export const PATIENT: { idleWindowMs: number } = { idleWindowMs: 5000 }

/** Like `launch`, and waits until all workers serve. */
export async function start(options: Partial<PropaneOptions> & { app: string }): Promise<PropaneHandle> {
  const handle = await launch(options)
  await handle.ready
  return handle
}

export interface RawResponse {
  status: number
  headers: http.IncomingHttpHeaders
  body: string
}

/** One request on a connection of its own, unless an agent is given. */
export function get(url: string, options: http.RequestOptions & { body?: string } = {}): Promise<RawResponse> {
  const { body, ...rest } = options
  return new Promise((resolve, reject) => {
    const sent = http.request(url, { agent: false, ...rest }, response => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', chunk => {
        text += chunk
      })
      response.once('error', reject)
      response.once('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: text }))
    })
    sent.once('error', reject)
    sent.end(body)
  })
}

/** A port of the loopback address that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

/** Asks until an answer satisfies; for states that come about outside of any event. */
export async function until<T>(ask: () => T | Promise<T>, accept: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await ask()
    if (accept(value)) return value
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** An empty folder that goes with the test. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'propane-test-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
