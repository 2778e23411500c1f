import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Middleware } from '@arlen/core'
import { type Context, serveStatic } from '@arlen/http'
import type { Config } from '../config/config.ts'
import { reads } from '../config/reads.ts'

/** Serves the files in `static.dir`, if the application has that folder. */
export function staticFiles(
  root: string,
  { apiOnly, static: settings }: Pick<Config, 'apiOnly' | 'static'>,
  isDevelopment: boolean,
): Middleware<Context> | undefined {
  const dir = join(root, settings.dir)
  if (!apiOnly && settings.dir !== '') reads(dir, 'assets')
  if (apiOnly || settings.dir === '' || !existsSync(dir)) return undefined
  return serveStatic(dir, {
    prefix: settings.prefix,
    types: settings.types,
    ...(settings.index !== '' && { index: settings.index }),
    maxAgeSeconds: isDevelopment ? 0 : settings.maxAgeSeconds,
    ...(isDevelopment && { checkMs: 0 }),
  })
}
