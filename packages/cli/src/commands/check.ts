import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Command, textOption } from '../command.ts'
import { reportFindings } from '../findings.ts'

export const checkCommand: Command = {
  usage: 'check',
  description: 'Look for what would hurt in production: configuration, unsafe migrations, migrations merged late',
  options: [
    ['--env <name>', 'Environment whose configuration is judged, default production'],
    ['--base <branch>', 'Look only at migrations that this branch does not have, and for late ones'],
    ['--root <folder>', 'Folder of the application'],
  ],
  examples: ['arlen check --base origin/main'],
  async run(input, io) {
    const { lateMigrations, lintMigrations } = await import('@arlen/pg/migrations')
    const { loadConfig } = await import('arlen')
    const root = resolve(io.cwd, textOption(input, 'root') ?? '.')
    const environment = textOption(input, 'env') ?? 'production'
    for (const warning of loadConfig({ root, env: io.env, environment }).warnings) io.err(warning)
    const base = textOption(input, 'base')
    const late = base === undefined ? [] : await lateMigrations({ base, cwd: root })
    for (const { file, after, command } of late) {
      io.err(`${file} comes before ${after}, which ${base} has: it would be refused. Run: ${command}`)
    }
    const dir = resolve(root, 'db/migrations')
    // An application may have no database.
    const unsafe = existsSync(dir) ? reportFindings(await lintMigrations({ dir }), io) : 0
    if (late.length + unsafe > 0) return 1
    io.out('Nothing found.')
    return 0
  },
}
