import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { type ConfigLayer, type ResolvedConfig, resolveConfig } from '@arlen/core/config'
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
 * @throws ArlenError `config_invalid` with every problem at once, `config_unloadable` if a file throws
 */
export function loadConfig(given: LoadConfigOptions): ResolvedConfig<Config> {
  const options = readOptions('loadConfig()', given, OPTIONS)
  const { root, env = process.env, environment = environmentName(env), overrides, lenient = false } = options
  const layers: ConfigLayer[] = []
  reads(join(root, 'config'), 'source')
  for (const name of ['config/app', `config/environments/${environment}`]) {
    const file = ['.ts', '.js'].map(suffix => join(root, name + suffix)).find(path => existsSync(path))
    if (file) layers.push({ name: relative(root, file), values: withoutDocument(valuesOf(file)) })
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

/** Loaded synchronously, so that an application has its configuration while its module is evaluated. */
function valuesOf(file: string): unknown {
  try {
    const module = createRequire(file)(file) as { default?: unknown }
    return module.default
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw appError('config_unloadable', { file, reason }, { cause })
  }
}
