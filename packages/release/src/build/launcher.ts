import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

// Works in applications of either module type. The path is kept as typed, so that `current/bin/app` still means the release
// that `current` points to after the next switch.
const LAUNCHER = `#!/usr/bin/env node
// Runs this release: bin/app start|migrate|check|routes|console, and every other command of arlen.
(async () => {
  const { existsSync, readFileSync, realpathSync } = await import('node:fs')
  const { createRequire } = await import('node:module')
  const { dirname, join } = await import('node:path')
  const { pathToFileURL } = await import('node:url')
  const { parseEnv } = await import('node:util')
  const rootOf = file => dirname(dirname(file))
  const typed = rootOf(process.argv[1])
  const given = existsSync(join(typed, 'manifest.json')) ? typed : rootOf(realpathSync(process.argv[1]))
  // Who enters the folder that current leads to is in the folder of a release; what runs goes by the link.
  const current = join(realpathSync(given), '../../current')
  const root = existsSync(current) && realpathSync(current) === realpathSync(given) ? current : given
  const [command, ...rest] = process.argv.slice(2)
  process.env.NODE_ENV ??= 'production'
  // In a target, shared/env is the environment of every release, however it is started.
  const envFile = join(realpathSync(root), '../../shared/env')
  const hasEnvFile = existsSync(envFile)
  if (hasEnvFile) Object.assign(process.env, parseEnv(readFileSync(envFile, 'utf8')))
  const resolve = createRequire(join(root, 'package.json')).resolve
  const cli = resolve('@arlen/cli')
  const load = file => import(pathToFileURL(file).href)
  const inCli = createRequire(cli).resolve
  // A signal that arrives while the server loads must not be lost.
  if (command === 'start') (await load(inCli('@arlen/propane/early-signals'))).keepSignals()
  const { requireNode } = await load(inCli('@arlen/core/node-version'))
  requireNode('bin/app', 'production')
  const { commands, runCli } = await load(cli)
  const app = ['app.js', 'dist/app.js', 'src/app.js'].map(name => join(root, name)).find(existsSync)
  const CONTROL = ['reload', 'status', 'health', 'stop', 'scale', 'upgrade', 'metrics', 'reopen-logs', 'top', 'diagnose']
  const argv =
    command === undefined || command.startsWith('-')
      ? process.argv.slice(2)
      : command === 'start'
        ? ['propane', '--root', root, ...(hasEnvFile ? ['--env-file', envFile] : []), ...rest]
        : CONTROL.includes(command)
          ? ['propane', command, ...rest, app]
          : command === 'release'
            ? [command, ...rest]
            : [command, '--root', root, ...rest]
  process.exitCode = await runCli(argv, commands, '')
})()
`

/** Writes `bin/app`, which runs a release with Node.js alone. */
export async function writeLauncher(out: string): Promise<void> {
  await mkdir(join(out, 'bin'), { recursive: true })
  await writeFile(join(out, 'bin/app'), LAUNCHER)
  await chmod(join(out, 'bin/app'), 0o755)
}
