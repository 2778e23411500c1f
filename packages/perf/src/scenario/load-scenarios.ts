import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { perfError } from '../errors.ts'
import type { Scenario } from './scenario.ts'

/** A scenario, and the name of its file without `.perf.ts`. */
export interface NamedScenario extends Scenario {
  name: string
}

/**
 * Loads the scenarios of a folder, in the order of their names.
 *
 * @param only - names of some; default all
 * @throws scenarios_missing, scenario_unknown, scenario_invalid
 */
export async function loadScenarios(
  root: string,
  pattern = 'perf/*.perf.ts',
  only: readonly string[] = [],
): Promise<NamedScenario[]> {
  const files = globSync(pattern, { cwd: root }).sort()
  if (files.length === 0) throw perfError('scenarios_missing', { pattern, root })
  const names = new Map(files.map(file => [basename(file).replace(/\.perf\.[cm]?[jt]s$/, ''), join(root, file)]))
  const unknown = only.find(name => !names.has(name))
  if (unknown !== undefined) throw perfError('scenario_unknown', { name: unknown, list: [...names.keys()].join(', ') })
  const chosen = only.length === 0 ? [...names.keys()] : [...new Set(only)]
  return Promise.all(chosen.map(async name => ({ name, ...(await loadScenario(names.get(name)!)) })))
}

async function loadScenario(file: string): Promise<Scenario> {
  const { default: scenario } = (await import(pathToFileURL(file).href)) as { default?: Scenario }
  if (!Array.isArray(scenario?.requests)) {
    throw perfError('scenario_invalid', { file, problem: 'export default defineScenario({ … })' })
  }
  return scenario
}
