import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import { isSecretName, REDACTED } from '@arlen/core/secrets'
import { createRedact, redactUrl } from '@arlen/error-report'
import type { AppInfo, RequestRecord, RouteInfo, SettingInfo } from './protocol.ts'

/** The parts read here of what @arlen/http and @arlen/pg publish on node:diagnostics_channel. */
interface RequestEvent {
  context: {
    req: { method: string; path: string }
    timings?: { toJSON(): Record<string, number> } | undefined
  }
  finish: { status: number; durationMs: number }
}

interface QueryEvent {
  text: string
  durationMs: number
}

type Sql = { text: string; ms: number }[]

const MAX_SQL = 50
const MAX_TEXT = 1_000

/** Reports each request that the application has answered, with its timings and SQL. */
export function forwardRequests(forward: (request: RequestRecord) => void): void {
  const redact = createRedact()
  const running = new AsyncLocalStorage<Sql>()
  const queries = new WeakMap<object, Sql>()
  subscribe('arlen:http:request:start', message => {
    const sql: Sql = []
    queries.set((message as RequestEvent).context, sql)
    running.enterWith(sql) // everything the handler starts belongs to this request
  })
  subscribe('arlen:pg:query', message => {
    const { text, durationMs } = message as QueryEvent
    const sql = running.getStore()
    if (sql && sql.length < MAX_SQL) sql.push({ text: clip(redact(text), MAX_TEXT), ms: round(durationMs) })
  })
  subscribe('arlen:http:request:finish', message => {
    const { context, finish } = message as RequestEvent
    const sql = queries.get(context) ?? []
    forward({
      method: context.req.method,
      path: redactUrl(clip(context.req.path, MAX_TEXT), redact),
      status: finish.status,
      timings: { ...context.timings?.toJSON(), total: round(finish.durationMs) },
      ...(sql.length > 0 && { sql }),
    })
  })
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100
}

/** What an application may report about itself; an Arlen `App` does. */
interface Telling {
  routes?: () => { method: string; path: string; name?: string | undefined }[]
  settings?: readonly { path: readonly string[]; value: unknown; source: string }[]
}

/** The routes and configuration of a running application. */
export function infoOf(app: object): AppInfo {
  const { settings } = app as Telling
  const routes = routesOf(app as Telling)
  if (!Array.isArray(settings)) return { ...(routes && { routes }) }
  const [watch, ignore] = [globsOf(settings, 'watch'), globsOf(settings, 'ignore')]
  return { ...(routes && { routes }), config: settings.map(settingInfo), watch, ignore }
}

function routesOf(app: Telling): RouteInfo[] | undefined {
  if (typeof app.routes !== 'function') return undefined
  try {
    return app
      .routes()
      .map(({ method, path, name }) => ({ methods: method, path, ...(name !== undefined && { name }) }))
  } catch {
    return undefined // an unrelated method of the same name
  }
}

/** A list of globs in the application's settings: `boomhauer.watch`. */
function globsOf(settings: NonNullable<Telling['settings']>, name: string): string[] {
  const value = settings.find(({ path }) => path.join('.') === `boomhauer.${name}`)?.value
  return Array.isArray(value) ? value.filter(glob => typeof glob === 'string') : []
}

function settingInfo({ path, value, source }: NonNullable<Telling['settings']>[number]): SettingInfo {
  const key = path.join('.')
  const shown = isSecretName(key) ? REDACTED : clip(createRedact()(JSON.stringify(value) ?? 'undefined'), MAX_TEXT)
  return { key, value: shown, source }
}

function clip(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text
}
