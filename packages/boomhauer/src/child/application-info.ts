import { isSecretName, REDACTED } from '@arlen/core/secrets'
import { createRedact } from '@arlen/error-report'
import { clip } from './clip.ts'
import type { AppInfo, RouteInfo, SettingInfo } from './protocol.ts'

const MAX_TEXT = 1_000

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
