import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { pathToFileURL } from 'node:url'
import { Refusal } from './answer-calls.ts'

interface Listening {
  listen(...args: unknown[]): unknown
  address?(): AddressInfo | null
  once?(event: string, listener: () => void): unknown
}

const PLACE = { port: 0, host: '127.0.0.1' }

/**
 * Loads a module and starts what it exports on a free port of 127.0.0.1: an Arlen application, a server of `node:http`, a
 * Fastify application, or a function `start` that gives the port.
 *
 * @returns the port
 * @throws Refusal where there is nothing to start
 */
export async function startApp(file: string): Promise<number> {
  if (!existsSync(file))
    throw new Refusal(`There is no ${file}. Name the application in perf.config.ts or in the scenario: app`)
  const module = (await import(pathToFileURL(file).href)) as { start?: unknown; default?: unknown }
  const port = typeof module.start === 'function' ? await module.start() : await listen(module.default)
  if (typeof port === 'number') return port
  throw new Refusal(
    `Cannot start ${file}: export the application, or a server with listen(), as default, or a function start() that gives the port`,
  )
}

async function listen(app: unknown): Promise<number | undefined> {
  if (!isListening(app)) return undefined
  if (app.address !== undefined && app.once !== undefined) {
    await new Promise<void>(resolve => {
      app.once!('listening', resolve)
      app.listen(PLACE)
    })
    return app.address()?.port
  }
  const result = await app.listen(PLACE)
  if (typeof result === 'string') return Number(new URL(result).port)
  return (result as { port?: number } | undefined)?.port
}

function isListening(app: unknown): app is Listening {
  return typeof (app as Partial<Listening> | undefined)?.listen === 'function'
}
