import { suggest } from '@arlen/core/options'
import { ACCESSORIES, type AccessoryInput, type AccessoryName, flagOf } from './accessories.ts'

export interface Arguments {
  /** What stands alone: a command or the application. */
  positional: string[]
  accessories: AccessoryInput
  /** Flags that are no accessories, such as `help` and `json`. */
  switches: Set<string>
  /** Path of a configuration file. */
  config?: string
  problems: string[]
}

const SWITCHES = ['help', 'version', 'json', 'print'] as const

const BY_FLAG: ReadonlyMap<string, AccessoryName> = new Map(
  (Object.keys(ACCESSORIES) as AccessoryName[]).map(name => [flagOf(name), name]),
)

/** Reads `--name value`, `--name=value` and bare words. Pure. */
export function parseArguments(argv: readonly string[]): Arguments {
  const result: Arguments = { positional: [], accessories: {}, switches: new Set(), problems: [] }
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index]!
    if (!word.startsWith('-')) {
      result.positional.push(word)
      continue
    }
    const [flag, inline] = splitOnce(word === '-h' ? '--help' : word)
    if (flag === '--config') {
      const value = inline ?? argv[++index]
      if (value === undefined) result.problems.push('--config needs a value')
      else result.config = value
      continue
    }
    const name = BY_FLAG.get(flag)
    if (name !== undefined) {
      const next = argv[index + 1]
      const boolean = typeof ACCESSORIES[name].default === 'boolean'
      const value = inline ?? (boolean ? 'true' : next)
      if (value === undefined) result.problems.push(`${flag} needs a value`)
      else result.accessories[name] = value
      if (inline === undefined && !boolean) index++
    } else if (SWITCHES.some(known => flag === `--${known}`)) {
      if (inline === undefined) result.switches.add(flag.slice(2))
      else result.problems.push(`${flag} takes no value`)
    } else result.problems.push(unknown(flag))
  }
  return result
}

function splitOnce(word: string): [string, string | undefined] {
  const at = word.indexOf('=')
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)]
}

function unknown(flag: string): string {
  const meant = suggest(flag, [...BY_FLAG.keys(), '--config', ...SWITCHES.map(name => `--${name}`)])
  return `there is no option ${flag}${meant === undefined ? '' : `; did you mean ${meant}?`}`
}
