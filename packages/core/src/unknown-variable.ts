import { isSetByOrchestrator } from './orchestrator-env.ts'
import { suggest } from './suggest.ts'

/** How many letters of a variable's name may differ from a setting's for it to count as a typo. */
const SLIPS = 2

/** A variable with our prefix that sets nothing. */
export interface UnknownVariable {
  /** Whether its name is a typo of a setting's. If not, it may belong to another program. */
  isMisspelled: boolean
  /** The setting that was probably meant. */
  meant: string | undefined
}

/**
 * What to say about a variable that no setting reads; undefined for one that an orchestrator has set for a service.
 *
 * @param names - the variables of the settings
 */
export function unknownVariable(name: string, value: string, names: Iterable<string>): UnknownVariable | undefined {
  if (isSetByOrchestrator(name, value)) return undefined
  // The prefix, which all have in common, makes none of them similar.
  const own = (variable: string) => variable.slice(variable.indexOf('_') + 1)
  const byOwn = new Map([...names].map(each => [own(each), each]))
  const near = (most?: number) => byOwn.get(suggest(own(name), byOwn.keys(), most) ?? '')
  return { isMisspelled: near(SLIPS) !== undefined, meant: near() }
}
