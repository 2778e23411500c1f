import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

// Works in applications of either module type. The path is taken as it was typed, so that `current/bin/app` goes on to
// mean the release that `current` leads to after the next switch.
const LAUNCHER = `#!/usr/bin/env node
// Runs this release: bin/app start|migrate|check|routes|console, and whatever else arlen can do.
(async () => {
  const { existsSync, realpathSync } = await import('node:fs')
  const { createRequire } = await import('node:module')
  const { dirname, join } = await import('node:path')
  const { pathToFileURL } = await import('node:url')
  const rootOf = file => dirname(dirname(file))
  const typed = rootOf(process.argv[1])
  const root = existsSync(join(typed, 'manifest.json')) ? typed : rootOf(realpathSync(process.argv[1]))
  const [command, ...rest] = process.argv.slice(2)
  process.env.NODE_ENV ??= 'production'
  const cli = createRequire(join(root, 'package.json')).resolve('@arlen/cli')
  const { commands, runCli } = await import(pathToFileURL(cli).href)
  const CONTROL = new Set(['reload', 'status', 'stop', 'scale', 'upgrade', 'health', 'metrics', 'reopen-logs'])
  const argv =
    command === undefined
      ? ['--help']
      : command === 'start'
        ? ['propane', '--root', root, ...rest]
        : CONTROL.has(command)
          ? ['propane', command, '--root', root, ...rest]
          : ['release', '--help', '--version', 'completion'].includes(command)
            ? [command, ...rest]
            : [command, '--root', root, ...rest]
  process.exitCode = await runCli(argv, commands, '', {
    cwd: process.cwd(),
    env: process.env,
    out: line => process.stdout.write(line + '\\n'),
    err: line => process.stderr.write(line + '\\n'),
  })
})()
`

/** Writes `bin/app`, which runs a release with nothing but Node.js. */
export async function writeLauncher(out: string): Promise<void> {
  await mkdir(join(out, 'bin'), { recursive: true })
  await writeFile(join(out, 'bin/app'), LAUNCHER)
  await chmod(join(out, 'bin/app'), 0o755)
}
