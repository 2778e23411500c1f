import { isSetByOrchestrator, suggest } from '@arlen/core/options'
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
  if (problems.length > 0) {
    throw propaneError('settings_invalid', { count: problems.length, problems: problems.map(p => `- ${p}`).join('\n') })
  }
  return values as unknown as Accessories
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
