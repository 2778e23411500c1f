import { suggest } from '@arlen/core/options'
import { ACCESSORIES, type AccessoryInput, type AccessoryName, flagOf } from '../accessories.ts'
import { util } from '../system/builtins.ts'

export interface Arguments {
  /** The positional arguments: a command or the application. */
  positional: string[]
  /** The arguments after `--`, which are for the application. */
  applicationArgs: string[]
  accessories: AccessoryInput
  /** Flags that are not accessories, such as `help` and `json`. */
  switches: Set<string>
  /** Path of a configuration file. */
  config?: string
  /** File that `diagnose` writes. */
  output?: string
  /** How long `diagnose` watches. */
  duration?: string
  problems: string[]
}

const SWITCHES = ['help', 'version', 'json', 'print', 'watch'] as const

/** Options with a value that are not accessories. */
const VALUES = ['config', 'output', 'duration'] as const

const BY_FLAG: ReadonlyMap<string, AccessoryName> = new Map(
  (Object.keys(ACCESSORIES) as AccessoryName[]).map(name => [flagOf(name).slice(2), name]),
)

const OPTIONS: Readonly<Record<string, { type: 'string' | 'boolean'; short?: string }>> = {
  ...Object.fromEntries(VALUES.map(name => [name, { type: 'string' as const }])),
  ...Object.fromEntries(SWITCHES.map(name => [name, { type: 'boolean' as const }])),
  ...Object.fromEntries([...BY_FLAG].map(([flag, name]) => [flag, { type: isFlag(name) ? 'boolean' : 'string' }])),
  help: { type: 'boolean', short: 'h' },
}

/**
 * Parses a command line. It does not throw: `problems` lists all errors.
 *
 * @param argv - the arguments without the program
 */
export function parseArguments(argv: readonly string[]): Arguments {
  const result: Arguments = { positional: [], applicationArgs: [], accessories: {}, switches: new Set(), problems: [] }
  // Not strict, because strict mode reports only the first problem and suggests no corrections.
  const { tokens } = util.parseArgs({
    args: [...argv],
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const end = tokens.find(token => token.kind === 'option-terminator')?.index ?? argv.length
  for (const token of tokens) {
    if (token.kind === 'option') readOption(token, result)
    else if (token.kind === 'positional') {
      if (token.index > end) result.applicationArgs.push(token.value)
      else result.positional.push(token.value)
    }
  }
  return result
}

interface OptionToken {
  name: string
  rawName: string
  value?: string | undefined
  inlineValue?: boolean | undefined
}

function readOption({ name, rawName, value, inlineValue }: OptionToken, result: Arguments): void {
  const option = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined
  if (!option) result.problems.push(unknown(rawName))
  else if (option.type === 'string' && (value === undefined || (!inlineValue && value.startsWith('--')))) {
    result.problems.push(`${rawName} needs a value`)
  } else if (isValue(name)) result[name] = value!
  else if (BY_FLAG.has(name)) result.accessories[BY_FLAG.get(name)!] = value ?? 'true'
  else if (inlineValue) result.problems.push(`${rawName} takes no value`)
  else result.switches.add(name)
}

function isValue(name: string): name is (typeof VALUES)[number] {
  return (VALUES as readonly string[]).includes(name)
}

function isFlag(name: AccessoryName): boolean {
  return typeof ACCESSORIES[name].default === 'boolean'
}

function unknown(flag: string): string {
  const meant = suggest(flag.replace(/^-+/, ''), Object.keys(OPTIONS))
  return `there is no option ${flag}${meant === undefined ? '' : `; did you mean --${meant}?`}`
}
