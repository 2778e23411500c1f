import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { perfError } from '../errors.ts'

/** Options of {@link definePerf}. */
export interface PerfConfig {
  /** The module of the application, from the root. Default: the first there is of app.ts, app.js, src/app.ts and src/app.js. */
  app?: string | undefined
  /** The files of the scenarios, from the root. Default `perf/*.perf.ts`. */
  scenarios?: string | undefined
  /** Migrations for a database of its own, from the root; false for none. Default `db/migrations`, where it is there. */
  migrations?: string | false | undefined
  /** Environment variables of the application. */
  env?: Readonly<Record<string, string>> | undefined
  /** What to compare with: the id of a release, or its folder. Default: the newest below releases/. */
  baseline?: string | undefined
  /** Where figures are recorded that hold without a baseline at hand. Default `perf/baseline.json`. */
  record?: string | undefined
}

const OPTIONS: OptionTable<PerfConfig> = {
  app: option.text,
  scenarios: option.text,
  migrations: option.either(option.text, option.oneOf(false)),
  env: option.recordOf(option.string),
  baseline: option.text,
  record: option.text,
}

/**
 * Configures the gate of an application: the default export of `perf.config.ts`.
 *
 * @throws ArlenError option_unknown, option_invalid
 */
export function definePerf(options: PerfConfig = {}): PerfConfig {
  return readOptions('definePerf()', options, OPTIONS)
}

const NAMES = ['perf.config.ts', 'perf.config.js']

/**
 * Loads `perf.config.ts` of a folder; undefined where there is none.
 *
 * @throws ArlenError `scenario_invalid` if its default export is not made by `definePerf()`; what the file throws
 */
export async function loadPerfConfig(root: string): Promise<PerfConfig | undefined> {
  const file = NAMES.map(name => join(root, name)).find(each => existsSync(each))
  if (file === undefined) return undefined
  const module = (await import(pathToFileURL(file).href)) as { default?: unknown }
  if (typeof module.default !== 'object' || module.default === null) {
    throw perfError('scenario_invalid', { file, problem: 'export default definePerf({ … })' })
  }
  return definePerf(module.default)
}
