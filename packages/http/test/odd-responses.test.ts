import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { handlers } from '../fixtures/odd-responses.ts'
import { toFetch } from '../src/fetch/to-fetch.ts'

const FIXTURE = join(import.meta.dirname, '../fixtures/odd-responses.ts')

let child: ChildProcess
let port = 0
let said = ''

beforeAll(async () => {
  child = spawn(process.execPath, ['--conditions=@arlen/source', FIXTURE, 'serve'], { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stderr!.on('data', data => (said += String(data)))
  port = Number(String((await once(child.stdout!, 'data'))[0]))
})
afterAll(async () => {
  child.stdin!.end()
  if (child.exitCode === null) await once(child, 'exit')
})

/** What became of a request: its status, or that the connection was closed. `leave` goes when the head is there. */
function ask(path: string, method: string, headers: Record<string, string> = {}, leave = false): Promise<unknown> {
  return new Promise(resolve => {
    const client = request({ port, path, method, headers, agent: false }, answer => {
      if (leave) client.destroy()
      // Nobody waits for the end of what has none.
      answer.on('data', () => client.destroy())
      answer.on('close', () => resolve(answer.statusCode))
      answer.resume()
    })
    client.on('error', error => resolve(error.message))
    client.end()
  })
}

describe('a process that uses the engine alone survives', () => {
  test.each(Object.keys(handlers))('%s', async name => {
    const upgrade = { connection: 'upgrade', upgrade: 'x' }
    for (const outcome of [
      await ask(`/${name}`, 'GET'),
      await ask(`/${name}`, 'HEAD'),
      await ask(`/${name}`, 'GET', {}, true),
      await ask(`/${name}`, 'GET', { 'if-none-match': '*' }),
      await ask(`/${name}`, 'GET', upgrade),
      await ask(`/packed/${name}`, 'GET', { 'accept-encoding': 'gzip' }),
      await ask(`/packed/${name}`, 'HEAD', { 'accept-encoding': 'gzip' }),
    ])
      expect([200, 426, 500, 'socket hang up', 'read ECONNRESET']).toContain(outcome)
    expect(await ask('/', 'GET')).toBe(200)
    expect([child.exitCode, said]).toEqual([null, ''])
  })
})

describe('the bridge to fetch answers, or fails, and leaves no rejection behind', () => {
  const rejections: unknown[] = []
  const note = (reason: unknown) => rejections.push(reason)
  beforeAll(() => void process.on('unhandledRejection', note))
  afterAll(() => void process.off('unhandledRejection', note))

  test.each(Object.entries(handlers))('%s', async (_, handler) => {
    const fetch = toFetch(handler)
    for (const method of ['GET', 'HEAD']) {
      const response = await fetch(new Request('http://a/', { method })).catch((error: unknown) => error)
      if (!(response instanceof Response)) {
        expect(response).toBeInstanceOf(Error)
        continue
      }
      expect([200, 426, 500]).toContain(response.status)
      await response.body?.cancel().catch(() => undefined) // it may have failed already
    }
    await new Promise(resolve => setImmediate(resolve))
    expect(rejections).toEqual([])
  })
})
