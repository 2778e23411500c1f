import { invalidOption, type OptionTable, option, readOptions } from '@arlen/core/options'
import { checkRequest, REQUEST, type ScenarioRequest } from '../load/request.ts'

/** What is measured of a scenario. */
export type Measurement = 'counters' | 'throughput' | 'latency' | 'growth' | 'start'

/** Bounds that a scenario must keep whatever the baseline does. Times by interval: only one that is wholly past its bound fails. */
export interface Budget {
  /** At least so many times the capacity of `node:http` with the same answers. */
  capacity?: number | undefined
  /** At most, in milliseconds, at half of the capacity. */
  p50Ms?: number | undefined
  p95Ms?: number | undefined
  p99Ms?: number | undefined
  /** At most, for one pass over the requests. */
  queries?: number | undefined
  calls?: number | undefined
  allocatedBytes?: number | undefined
  /** At most, of files loaded as modules. */
  modules?: number | undefined
  /** At most, of bytes a request that stay in use. Default 32. */
  growthBytes?: number | undefined
}

/** Counters that may be more than the baseline's without being a loss. */
export interface Slack {
  modules?: number | undefined
  queries?: number | undefined
  calls?: number | undefined
}

/** What `data` may give. */
export interface ScenarioData {
  headers?: Readonly<Record<string, string>> | undefined
}

/** One scenario: what is asked of an application, on which data, and what it may cost. */
export interface ScenarioOptions {
  about?: string | undefined
  /** One request. */
  request?: ScenarioRequest | undefined
  /** A sequence, which every connection goes through in this order. Cookies that answers set are sent from then on. */
  requests?: readonly ScenarioRequest[] | undefined
  /** The module of the application, from the root. Default: `app` of perf.config.ts. */
  app?: string | undefined
  /**
   * Prepares the data. Called once for each database, after the migrations. Header fields that it gives, such as a token it has
   * issued, are sent with each request.
   */
  data?: ((given: { dsn: string }) => Promise<ScenarioData | undefined> | Promise<void>) | undefined
  /** Environment variables of the application. */
  env?: Readonly<Record<string, string>> | undefined
  /** What to measure. Default: everything, the start once for each application. */
  measure?: readonly Measurement[] | undefined
  budget?: Budget | undefined
  /** How many more than the baseline are no loss yet. Default: none. */
  slack?: Slack | undefined
}

/** A scenario with everything decided. */
export interface Scenario extends Omit<ScenarioOptions, 'request' | 'requests'> {
  requests: readonly ScenarioRequest[]
}

const MEASUREMENTS = ['counters', 'throughput', 'latency', 'growth', 'start'] as const

const BUDGET: OptionTable<Budget> = {
  capacity: option.number(0),
  p50Ms: option.number(0),
  p95Ms: option.number(0),
  p99Ms: option.number(0),
  queries: option.number(0),
  calls: option.number(0),
  allocatedBytes: option.number(0),
  modules: option.number(0),
  growthBytes: option.number(0),
}

const SLACK: OptionTable<Slack> = { modules: option.number(0), queries: option.number(0), calls: option.number(0) }

const OPTIONS: OptionTable<ScenarioOptions> = {
  about: option.text,
  request: option.either(option.text, option.nested(REQUEST)),
  requests: option.listOf(option.either(option.text, option.object)),
  app: option.text,
  data: option.func,
  env: option.recordOf(option.string),
  measure: option.listOf(option.oneOf(...MEASUREMENTS)),
  budget: option.nested(BUDGET),
  slack: option.nested(SLACK),
}

const OWNER = 'defineScenario()'

/**
 * Describes what is asked of an application and what it may cost: the default export of a file `perf/<name>.perf.ts`.
 *
 * @throws ArlenError option_unknown, option_invalid
 */
export function defineScenario(given: ScenarioOptions): Scenario {
  const { request, requests, ...rest } = readOptions(OWNER, given, OPTIONS)
  if ((request === undefined) === (requests === undefined)) {
    throw invalidOption(OWNER, 'request', 'must be given, or requests, and not both')
  }
  const sequence = requests ?? [request!]
  if (sequence.length === 0) throw invalidOption(OWNER, 'requests', 'must have at least one request')
  for (const each of sequence) checkRequest(OWNER, each)
  return { ...rest, requests: sequence }
}
