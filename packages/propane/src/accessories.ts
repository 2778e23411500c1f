import { isSetByOrchestrator, suggest, unknownVariable } from '@arlen/core/options'
import { variableOf } from './accessories/names.ts'
import {
  ACCESSORIES,
  type Accessories,
  type Accessory,
  type AccessoryInput,
  type AccessoryName,
} from './accessories/table.ts'
import { propaneError } from './errors.ts'

export { flagOf, variableOf } from './accessories/names.ts'
export { ACCESSORIES, type Accessories, type AccessoryInput, type AccessoryName } from './accessories/table.ts'

const NAMES = Object.keys(ACCESSORIES) as AccessoryName[]

/** The setting of an Arlen application that holds accessories. */
const OF_AN_APPLICATION = 'ARLEN_PROPANE_ACCESSORIES'

/**
 * Looks for `ARLEN_PROPANE_*` variables that set nothing.
 *
 * @returns those whose name is a typo of an accessory's, and warnings about the others
 */
export function checkVariables(env: NodeJS.ProcessEnv): { misspelled: string[]; warnings: string[] } {
  const known = NAMES.map(variableOf)
  const [misspelled, warnings]: [string[], string[]] = [[], []]
  for (const [name, value = ''] of Object.entries(env)) {
    if (!name.startsWith(variableOf('')) || name === OF_AN_APPLICATION || known.includes(name)) continue
    const unknown = unknownVariable(name, value, known)
    if (unknown === undefined) continue
    const hint = unknown.meant === undefined ? '' : `; did you mean ${unknown.meant}?`
    const lines = unknown.isMisspelled ? misspelled : warnings
    lines.push(`${name}: no such accessory${hint}`)
  }
  return { misspelled, warnings }
}

/** The accessories that `ARLEN_PROPANE_*` variables set. */
export function accessoriesFromEnv(env: NodeJS.ProcessEnv): AccessoryInput {
  const found: AccessoryInput = {}
  for (const name of NAMES) {
    const value = env[variableOf(name)]
    if (value !== undefined && !isSetByOrchestrator(variableOf(name), value)) found[name] = value
  }
  return found
}

/**
 * Merges the sources over the defaults; later sources win.
 *
 * @throws settings_invalid with every problem listed at once.
 */
export function resolveAccessories(...sources: readonly Readonly<Record<string, unknown>>[]): Accessories {
  const { accessories, problems } = mergeAccessories(...sources)
  if (problems.length > 0) throw invalidSettings(problems)
  return accessories
}

/** The error that lists problems of accessories. */
export function invalidSettings(problems: readonly string[]): Error {
  return propaneError('settings_invalid', { count: problems.length, problems: problems.map(p => `- ${p}`).join('\n') })
}

/** Merges the sources over the defaults, and lists every problem. */
export function mergeAccessories(...sources: readonly Readonly<Record<string, unknown>>[]): {
  accessories: Accessories
  problems: string[]
} {
  const problems: string[] = []
  const values: Record<string, unknown> = {}
  for (const name of NAMES) values[name] = ACCESSORIES[name].default
  for (const source of sources) {
    for (const [name, value] of Object.entries(source)) {
      if (value === undefined) continue
      if (!Object.hasOwn(ACCESSORIES, name)) {
        const meant = suggest(name, NAMES)
        problems.push(`${name}: no such accessory${meant === undefined ? '' : `; did you mean ${meant}?`}`)
        continue
      }
      const accessory: Accessory = ACCESSORIES[name as AccessoryName]
      const parsed = accessory.kind.parse(value)
      if (parsed === undefined)
        problems.push(`${name}: must be ${accessory.kind.expects}, not ${JSON.stringify(value)}`)
      else values[name] = parsed
    }
  }
  const { heartbeatIntervalMs, heartbeatTimeoutMs } = values as unknown as Accessories
  if (heartbeatTimeoutMs > 0 && heartbeatTimeoutMs <= heartbeatIntervalMs) {
    problems.push(`heartbeatTimeoutMs: must be longer than heartbeatIntervalMs (${heartbeatIntervalMs} ms), or 0`)
  }
  return { accessories: values as unknown as Accessories, problems }
}

/** Names whose values differ, split by whether the running primary can apply the new value. */
export function changedAccessories(
  before: Accessories,
  after: Accessories,
): { applied: AccessoryName[]; needRestart: AccessoryName[] } {
  const changed = NAMES.filter(name => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
  return {
    applied: changed.filter(name => !ACCESSORIES[name].restart),
    needRestart: changed.filter(name => ACCESSORIES[name].restart),
  }
}
