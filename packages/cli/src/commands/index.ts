import type { Command } from '../command.ts'
import { boomhauerCommand } from './boomhauer.ts'
import { checkCommand } from './check.ts'
import { configCommand } from './config.ts'
import { generateCommand } from './generate.ts'
import { migrateCommand } from './migrate.ts'
import { propaneCommand } from './propane.ts'
import { releaseCommand } from './release.ts'
import { routesCommand } from './routes.ts'
import { sqlCommand } from './sql.ts'
import { testCommand } from './test.ts'

/** All commands, in the order of `arlen --help`. */
export const commands: readonly Command[] = [
  boomhauerCommand,
  propaneCommand,
  testCommand,
  migrateCommand,
  routesCommand,
  configCommand,
  generateCommand,
  checkCommand,
  sqlCommand,
  releaseCommand,
]
