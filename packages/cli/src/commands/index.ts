import type { Command } from '../command.ts'
import { configCommand } from './config.ts'
import { migrateCommand } from './migrate.ts'
import { propaneCommand } from './propane.ts'
import { routesCommand } from './routes.ts'

/** In the order of `arlen --help`. */
export const commands: readonly Command[] = [propaneCommand, migrateCommand, routesCommand, configCommand]
