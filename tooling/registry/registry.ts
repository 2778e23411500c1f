import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A package registry on the loopback: initially without our packages, and forwarding all others. */
export interface Registry {
  /** With a slash at its end. */
  readonly url: string
  /** Environment for npm, pnpm and their children: they then install from and publish to this registry, without a login. */
  readonly env: Readonly<Record<string, string>>
  close(): Promise<void>
}

/**
 * Starts verdaccio in a separate process on a free port, with a temporary folder for published packages. Third-party
 * packages come through it from the registry that npm is configured for.
 *
 * @throws if it ends before it listens; its output is on standard error
 */
export async function startRegistry(): Promise<Registry> {
  const folder = mkdtempSync(join(tmpdir(), 'arlen-registry-'))
  const { stdout } = await promisify(execFile)('npm', ['config', 'get', 'registry'], { cwd: folder })
  const child = fork(join(import.meta.dirname, 'server.ts'), [folder, stdout.trim()], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit')
  const started = await Promise.race([once(child, 'message'), ended.then(() => undefined)])
  if (started === undefined) {
    rmSync(folder, { recursive: true, force: true })
    throw new Error(`the registry of ${import.meta.dirname} ended before it listened`)
  }
  const url = `http://127.0.0.1:${started[0] as number}/`
  return {
    url,
    env: clientEnvironment(folder, url),
    async close() {
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** npm refuses to publish without a token, even if none is required. */
function clientEnvironment(folder: string, url: string): Record<string, string> {
  const file = join(folder, 'npmrc')
  const host = url.replace(/^http:/, '')
  writeFileSync(file, `registry=${url}\n${host}:_authToken=loopback\nfund=false\naudit=false\nupdate-notifier=false\n`)
  return { NPM_CONFIG_USERCONFIG: file, NPM_CONFIG_REGISTRY: url, npm_config_registry: url }
}
