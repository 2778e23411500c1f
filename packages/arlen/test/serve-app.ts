import { createLogger } from '@arlen/core/logger'
import { type App, type AppOptions, createApp } from '../src/index.ts'

/** A response whose JSON a test looks at as it likes. */
export interface TestResponse extends Omit<Response, 'json'> {
  json(): Promise<ReturnType<typeof JSON.parse>>
}

export interface Served {
  app: App
  url: string
  /** Every line that was logged so far. */
  log: Record<string, unknown>[]
  get(path: string, init?: RequestInit): Promise<TestResponse>
  close(): Promise<void>
}

/** An application of a test, served at a port of its own. */
export async function serveApp(build: (app: App) => void, options: AppOptions = {}): Promise<Served> {
  const log: Record<string, unknown>[] = []
  const app = createApp({
    root: import.meta.dirname,
    environment: 'test',
    log: createLogger({ destination: { write: line => void log.push(JSON.parse(line)) } }),
    ...options,
  })
  build(app)
  const { port } = await app.listen({ port: 0 })
  const url = `http://127.0.0.1:${port}`
  return {
    app,
    url,
    log,
    get: (path, init) => fetch(url + path, { redirect: 'manual', ...init }),
    close: () => app.close({ graceMs: 0 }),
  }
}
