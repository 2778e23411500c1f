import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Io } from '../command.ts'
import { readManifest } from '../testing/find-runner.ts'

/** What generated code needs to know of its application. */
export interface AppFacts {
  root: string
  /** The name in package.json, without its scope, or the name of the folder. */
  name: string
  packageManager: 'npm' | 'pnpm'
  /** JSON only. */
  apiOnly: boolean
  /** Whether routes have to say if they belong into the OpenAPI document. */
  choosesOpenApi: boolean
  hasDatabase: boolean
  /** Whether pages have a layout, so that templates are parts of a document. */
  hasLayout: boolean
  /** Whether forms need a CSRF token. */
  hasCsrf: boolean
  /** The test runner, and its hook that runs after all tests of a file. */
  testModule: 'node:test' | 'vitest'
  after: 'after' | 'afterAll'
  /** The folder of pages: `templates`. */
  templates: string
  /** The text of app.ts, if it exists. */
  app: string | undefined
  /** Middleware in `app.ts` that requires a login. */
  guard: string | undefined
  /** Middleware in `app.ts` that looks up the user, as layouts may need. */
  loadUser: string | undefined
  /** The helper in `test/open-app.ts` with which a test logs a user in. */
  login: 'user' | 'client' | undefined
  /** Whether `test/open-app.ts` exists, which opens the application with a test database. */
  hasOpenApp: boolean
}

export async function factsOf(root: string, io: Io): Promise<AppFacts> {
  const { loadConfig } = await import('arlen')
  const { apiOnly, openApi, views, session } = loadConfig({ root, env: io.env, environment: 'development' }).config
  const app = read(join(root, 'app.ts'))
  const openApp = read(join(root, 'test/open-app.ts'))
  const variable = (name: string) =>
    app !== undefined && new RegExp(`\\b(?:const|let|import)\\b[^=;]*\\b${name}\\b`).test(app) ? name : undefined
  const { name, dependencies, devDependencies } = readManifest(root)
  const usesVitest = 'vitest' in { ...dependencies, ...devDependencies }
  return {
    root,
    name: (name ?? basename(root)).replace(/^@[^/]*\//, ''),
    packageManager: existsSync(join(root, 'pnpm-lock.yaml')) ? 'pnpm' : 'npm',
    apiOnly,
    choosesOpenApi: openApi.path !== '' && !apiOnly,
    hasDatabase: existsSync(join(root, 'db/migrations')),
    hasLayout: views.layout !== '',
    hasCsrf: session.enabled && session.csrf && !/\bsession: *\{ *enabled: *false/.test(app ?? ''),
    testModule: usesVitest ? 'vitest' : 'node:test',
    after: usesVitest ? 'afterAll' : 'after',
    templates: views.dir,
    app,
    guard: variable('requireUser'),
    loadUser: variable('loadUser'),
    login: openApp === undefined ? undefined : (['user', 'client'] as const).find(word => helperIn(openApp, word)),
    hasOpenApp: openApp !== undefined,
  }
}

function helperIn(openApp: string, name: string): boolean {
  return new RegExp(`^ +${name}\\(`, 'm').test(openApp)
}

function read(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
