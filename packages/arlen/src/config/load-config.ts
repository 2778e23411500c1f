import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { types } from 'node:util'
import { type ConfigLayer, misfitOf, type ResolvedConfig, resolveConfig } from '@arlen/core/config'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { appError } from '../errors.ts'
import { type Config, type ConfigInput, configSchema, KNOWN_ENV, platformLayer } from './config.ts'
import { reads } from './reads.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Options of {@link loadConfig}. */
export interface LoadConfigOptions {
  /** The application's folder. */
  root: string
  /** Default: {@link environmentName}. */
  environment?: string
  env?: Env
  /** Skips what only a running application needs, such as its secrets. */
  lenient?: boolean
  /** Values from the program, which override the files and are overridden by the environment. */
  overrides?: ConfigInput
}

/** `ARLEN_ENV`, else `NODE_ENV`, else `development`. */
export function environmentName(env: Env = process.env): string {
  return env.ARLEN_ENV || env.NODE_ENV || 'development'
}

const OPTIONS: OptionTable<LoadConfigOptions> = {
  root: option.required(option.text),
  environment: option.text,
  env: option.object,
  lenient: option.boolean,
  overrides: option.object,
}

/**
 * Reads `config/app` and `config/environments/<environment>` below the root, if they exist, and merges them with the
 * environment: files, then `HOST`, `PORT` and `DATABASE_URL`, then `ARLEN_*`.
 *
 * @throws ArlenError `config_invalid` with every problem at once, `config_unloadable` if a file throws, `config_export_invalid` if what
 *   it exports by default is not an object
 */
export function loadConfig(given: LoadConfigOptions): ResolvedConfig<Config> {
  const options = readOptions('loadConfig()', given, OPTIONS)
  const { root, env = process.env, environment = environmentName(env), overrides, lenient = false } = options
  const layers: ConfigLayer[] = []
  reads(join(root, 'config'), 'source')
  for (const name of ['config/app', `config/environments/${environment}`]) {
    const file = ['.ts', '.js'].map(suffix => join(root, name + suffix)).find(path => existsSync(path))
    if (file)
      layers.push({ name: relative(root, file), values: withoutDocument(settingsOf(file, relative(root, file))) })
  }
  if (overrides) layers.push({ name: 'createApp()', values: withoutDocument(overrides) })
  layers.push(platformLayer(env))
  // An API has no sessions unless they are configured, and therefore needs no secrets.
  if (isApiOnly(layers, env)) layers.unshift({ name: 'apiOnly', values: { session: { enabled: false } } })
  return resolveConfig({
    schema: configSchema(isProduction(environment) && !lenient),
    layers,
    env,
    knownEnv: KNOWN_ENV,
  })
}

/** Whether an environment requires settings that are safe on the open network. Unknown ones do. */
export function isProduction(environment: string): boolean {
  return environment !== 'development' && environment !== 'test'
}

function isApiOnly(layers: readonly ConfigLayer[], env: Env): boolean {
  if (env.ARLEN_API_ONLY !== undefined) return /^(true|1|on|yes)$/i.test(env.ARLEN_API_ONLY)
  const said = layers.map(layer => (layer.values as ConfigInput | undefined)?.apiOnly)
  return said.findLast(value => value !== undefined) === true
}

/** `openApi: false` is short for no document. */
function withoutDocument(values: unknown): unknown {
  const isOff = typeof values === 'object' && values !== null && (values as ConfigInput).openApi === false
  return isOff ? { ...values, openApi: { path: '' } } : values
}

/** @throws ArlenError `config_export_invalid`: what is not exported by default would be ignored */
function settingsOf(file: string, name: string): unknown {
  const values = defaultOf(load(file))
  if (values !== undefined && misfitOf(values) === undefined) return values
  const problem = values === undefined ? 'it has no default export' : `its default export is ${misfitOf(values)}`
  const error = appError('config_export_invalid', { file: name, problem })
  // As `config_invalid` has them, for tools that show the place.
  throw Object.defineProperty(error, 'problems', { value: [{ path: [], source: name, message: error.message }] })
}

/** As `import` has it: what a CommonJS module exports is its default export, unless it has one or exports nothing. */
function defaultOf(exported: unknown): unknown {
  const hasDefault = Object.hasOwn(Object(exported), '__esModule') || Object.hasOwn(Object(exported), 'default')
  if (types.isModuleNamespaceObject(exported) || hasDefault) return (exported as { default?: unknown }).default
  const isNothing = misfitOf(exported) === undefined && Object.keys(exported as object).length === 0
  return isNothing ? undefined : exported
}

/** Loaded synchronously, so that an application has its configuration while its module is evaluated. */
function load(file: string): unknown {
  try {
    return createRequire(file)(file)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw appError('config_unloadable', { file, reason }, { cause })
  }
}
