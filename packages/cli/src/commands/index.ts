import type { Command } from '../command.ts'
import { boomhauerCommand, devCommand } from './boomhauer.ts'
import { checkCommand } from './check.ts'
import { completionCommand } from './completion.ts'
import { configCommand } from './config.ts'
import { consoleCommand } from './console.ts'
import { dbCommand } from './db.ts'
import { deployCommand } from './deploy.ts'
import { doctorCommand } from './doctor.ts'
import { generateCommand } from './generate.ts'
import { migrateCommand } from './migrate.ts'
import { newCommand } from './new.ts'
import { perfCommand } from './perf.ts'
import { propaneCommand } from './propane.ts'
import { releaseCommand } from './release.ts'
import { routesCommand } from './routes.ts'
import { sqlCommand } from './sql.ts'
import { testCommand } from './test.ts'

const others: readonly Command[] = [
  newCommand,
  devCommand,
  boomhauerCommand,
  propaneCommand,
  testCommand,
  checkCommand,
  perfCommand,
  generateCommand,
  migrateCommand,
  dbCommand,
  consoleCommand,
  doctorCommand,
  routesCommand,
  configCommand,
  sqlCommand,
  releaseCommand,
  deployCommand,
]

/** All commands, in the order of `arlen --help`. */
export const commands: readonly Command[] = [...others, completionCommand(others)]
