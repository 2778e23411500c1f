import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Middleware } from '@arlen/core'
import { type Context, serveStatic } from '@arlen/http'
import type { App } from './app.ts'

/** What serves the files of `static.dir`, where the application has such a folder. */
export function staticFiles(app: App): Middleware<Context> | undefined {
  const { apiOnly, static: settings } = app.config
  const dir = join(app.root, settings.dir)
  if (apiOnly || settings.dir === '' || !existsSync(dir)) return undefined
  return serveStatic(dir, {
    prefix: settings.prefix,
    maxAgeSeconds: app.isDevelopment ? 0 : settings.maxAgeSeconds,
    ...(app.isDevelopment && { checkMs: 0 }),
  })
}
