import { join } from 'node:path'
import { createPropane, type PropaneHandle } from '@arlen/propane'
import { generateSecret } from '@arlen/session'

/** What the shop is told in production: a silent one, with secrets of its own. */
export function productionEnv(databaseUrl: string, more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ARLEN_ENV: 'production',
    ARLEN_LOG_LEVEL: 'silent',
    ARLEN_SESSION_SECRETS: generateSecret(),
    DATABASE_URL: databaseUrl,
    ...more,
  }
}

/** Starts the shop as `make run` does: propane with two workers, on a free port. */
export function startProduction(env: NodeJS.ProcessEnv, host = '127.0.0.1', app = '../app.ts'): Promise<PropaneHandle> {
  return createPropane({
    app: join(import.meta.dirname, app),
    host,
    port: 0,
    workers: 2,
    preStopDelayMs: 0,
    controlSocket: 'off',
    execArgv: ['--conditions=@arlen/source'],
    logFile: '/dev/null',
    probePath: '/readyz',
    env,
  })
}
