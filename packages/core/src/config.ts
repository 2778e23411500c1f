import * as v from 'valibot'
import { mergeLayer, type Tree } from './config-layers.ts'
import { coreError } from './errors.ts'
import { type OptionTable, option, readOptions } from './options.ts'
import { isSetByOrchestrator } from './orchestrator-env.ts'
import { listSettings, type Setting } from './settings.ts'
import { suggest } from './suggest.ts'
import { unknownVariable } from './unknown-variable.ts'

export { misfitOf } from './config-layers.ts'
export { listSettings, type Setting } from './settings.ts'

/** One source of settings. */
export interface ConfigLayer {
  /** Shown as the source of a setting: `config/app.ts`. */
  name: string
  values: unknown
}

/** Options of {@link resolveConfig}. */
export interface ResolveConfigOptions<Config> {
  /** Nested `v.strictObject()`s. Their defaults are the lowest layer. */
  schema: v.GenericSchema<unknown, Config>
  /** Later layers override earlier ones. */
  layers?: readonly ConfigLayer[]
  /** Variables that start with `prefix` override every layer. */
  env?: Readonly<Record<string, string | undefined>>
  /** Default `ARLEN_`. */
  prefix?: string
  /** Variables with the prefix that are not settings: `ARLEN_ENV`, `ARLEN_PROPANE_*`. */
  knownEnv?: readonly string[]
}

const OPTIONS: OptionTable<ResolveConfigOptions<unknown>> = {
  schema: option.required(option.object),
  layers: option.listOf(option.object),
  env: option.object,
  prefix: option.string,
  knownEnv: option.listOf(option.string),
}

/** A validated configuration, and where each setting comes from. */
export interface ResolvedConfig<Config> {
  config: Config
  /** Each setting with its value and where it comes from. Secrets are masked. */
  settings: readonly (Setting & { value: unknown; source: string })[]
  /** Possible mistakes, such as a variable that starts with the prefix but is not a setting. */
  warnings: readonly string[]
}

/** One mistake in a configuration. */
export interface ConfigProblem {
  /** The names that lead to the setting; empty for a variable that is not a setting. */
  path: readonly string[]
  /** The layer that set it (`config/app.ts`), the variable, or `default`. */
  source: string
  /** What is wrong and where, without the value. */
  message: string
}

/**
 * Merges the layers of a configuration and the environment, and validates the result.
 *
 * @throws ArlenError `config_invalid`, which lists every problem at once, and has them as `problems`: a layer or a group that is not an
 * object, unknown keys (with a suggestion), values that the schema rejects, variables with an unreadable value, and variables whose name is a typo of a setting's. Values are
 * not quoted. Other variables with the prefix may belong to someone else: they become warnings. Variables that an orchestrator
 * sets for a service of that name are ignored.
 */
export function resolveConfig<Config>(options: ResolveConfigOptions<Config>): ResolvedConfig<Config> {
  const {
    schema,
    layers = [],
    env = {},
    prefix = 'ARLEN_',
    knownEnv = [],
  } = readOptions('resolveConfig()', options, OPTIONS as OptionTable<ResolveConfigOptions<Config>>)
  const settings = listSettings(schema, prefix)
  const merged: Tree = {}
  const sources = new Map<string, string>()
  const problems: ConfigProblem[] = []

  const groups = new Set(settings.flatMap(({ path }) => path.map((_, depth) => path.slice(0, depth).join('.'))))
  for (const { name, values } of layers) {
    mergeLayer(merged, values, groups, {
      decided: key => sources.set(key, name),
      unfit: (path, actual) => {
        const message = `${path.join('.') || 'config'} (${name}): must be an object of settings, not ${actual}`
        problems.push({ path, source: name, message })
      },
    })
  }
  const warnings: string[] = []
  const names = [...settings.map(candidate => candidate.env), ...knownEnv.filter(name => !name.endsWith('*'))]
  for (const [variable, text] of Object.entries(env)) {
    if (text === undefined || !variable.startsWith(prefix) || isKnown(variable, knownEnv)) continue
    const setting = settings.find(candidate => candidate.env === variable)
    if (!setting) {
      const unknown = unknownVariable(variable, text, names)
      if (unknown === undefined) continue
      const line = `${variable} (environment): no such setting${didYouMean(unknown.meant)}`
      if (unknown.isMisspelled) problems.push({ path: [], source: variable, message: line })
      else warnings.push(line)
      continue
    }
    if (isSetByOrchestrator(variable, text)) {
      warnings.push(`${variable} (environment): ignored, because an orchestrator sets it for a service`)
      continue
    }
    const value = fromText(setting, text)
    if (value === undefined) {
      const message = `${variable} (environment): must be ${article(setting.kind)}`
      problems.push({ path: setting.path, source: variable, message })
    } else mergeLayer(merged, nest(setting.path, value), groups, { decided: key => sources.set(key, variable) })
  }

  const result = v.safeParse(schema, merged)
  for (const issue of result.issues ?? []) {
    const path = issue.path?.map(item => String(item.key)) ?? []
    const source = sourceOf(sources, path)
    const message = `${path.join('.') || 'config'} (${source}): ${explain(issue, path, settings)}`
    problems.push({ path, source, message })
  }
  if (problems.length > 0) {
    const lines = problems.map(({ message }) => `  ${message}`).join('\n')
    const error = coreError('config_invalid', { count: problems.length, problems: lines })
    // Not enumerable: the message has them already.
    throw Object.defineProperty(error, 'problems', { value: problems })
  }
  const config = result.output as Config
  return {
    config,
    warnings,
    settings: settings.map(setting => {
      const value = at(config, setting.path)
      return {
        ...setting,
        value: setting.secret && value !== undefined ? '[secret]' : value,
        source: sourceOf(sources, setting.path),
      }
    }),
  }
}

function isKnown(variable: string, known: readonly string[]): boolean {
  return known.some(name => (name.endsWith('*') ? variable.startsWith(name.slice(0, -1)) : name === variable))
}

function nest(path: readonly string[], value: unknown): unknown {
  return path.reduceRight((inner, key) => ({ [key]: inner }), value)
}

function at(tree: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((node, key) => (node as Tree | undefined)?.[key], tree)
}

function sourceOf(sources: ReadonlyMap<string, string>, path: readonly string[]): string {
  for (let length = path.length; length > 0; length--) {
    const source = sources.get(path.slice(0, length).join('.'))
    if (source) return source
  }
  // A misspelled group has no value itself, but its members have.
  const below = `${path.join('.')}.`
  for (const [key, source] of sources) if (path.length > 0 && key.startsWith(below)) return source
  return 'default'
}

/** Converts a variable's text to the setting's kind; undefined if that is not possible. */
function fromText(setting: Setting, text: string): unknown {
  switch (setting.kind) {
    case 'number':
      if (text.trim() !== '' && Number.isFinite(Number(text))) return Number(text)
      // A union such as `auto` or a number also takes words; the schema validates them.
      return typeof setting.default === 'string' ? text : undefined
    case 'boolean':
      return /^(true|1|on|yes)$/i.test(text) ? true : /^(false|0|off|no)$/i.test(text) ? false : undefined
    case 'list':
      return text
        .split(',')
        .map(item => item.trim())
        .filter(item => item !== '')
    case 'string':
      return text
    default:
      return parseJson(text)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // reported by the caller, which knows the variable
  }
}

function article(kind: Setting['kind']): string {
  if (kind === 'number') return 'a number'
  if (kind === 'boolean') return 'true or false'
  return 'JSON'
}

/** The reason, without the value: configurations hold secrets, and reasons end up in logs. */
function explain(issue: v.BaseIssue<unknown>, path: readonly string[], settings: readonly Setting[]): string {
  if (issue.expected === 'never') {
    const siblings = settings
      .filter(
        setting => setting.path.length >= path.length && path.slice(0, -1).every((key, i) => setting.path[i] === key),
      )
      .map(setting => setting.path[path.length - 1]!)
    return `no such setting${didYouMean(suggest(path.at(-1) ?? '', siblings))}`
  }
  if (issue.received === 'undefined') return `is missing, must be ${issue.expected ?? 'set'}`
  return `must be ${issue.kind === 'schema' ? issue.expected : expectedOf(issue)}`
}

/** What a check expects, in words; some checks of valibot describe themselves by a function. */
function expectedOf({ type, expected, requirement }: v.BaseIssue<unknown>): unknown {
  if (type === 'integer' || type === 'safe_integer') return 'a whole number'
  if (type === 'url') return 'a URL'
  if (type === 'regex') return `text like ${expected ?? requirement}`
  return expected ?? (typeof requirement === 'function' ? 'valid' : (requirement ?? 'valid'))
}

function didYouMean(name: string | undefined): string {
  return name ? `; did you mean ${name}?` : ''
}
