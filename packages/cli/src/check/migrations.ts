import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findingText } from '../findings.ts'
import { type Finding, type Step, skip } from './step.ts'

export const migrationsStep: Step = {
  description: 'migrations that are unsafe while the application runs, or come too late',
  async run({ root, base }): Promise<Finding> {
    const dir = join(root, 'db/migrations')
    if (!existsSync(dir)) return skip('there are no migrations')
    const { lateMigrations, lintMigrations } = await import('@arlen/pg/migrations')
    const late = base === undefined ? [] : await lateMigrations({ base, cwd: root })
    return {
      problems: [
        ...late.map(
          ({ file, after, command }) =>
            `${file} comes before ${after}, which ${base} has: it would be refused. Run: ${command}`,
        ),
        ...(await lintMigrations({ dir })).map(findingText),
      ],
    }
  },
}
