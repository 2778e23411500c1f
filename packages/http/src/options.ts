import type { Handler, ListenOptions, LoggerOption } from '@arlen/core'
import { toLogger } from '@arlen/core'
import { invalidOption, type OptionRule, type OptionTable, option, readOptions } from '@arlen/core/options'
import { Clock } from './clock.ts'
import { Context, type ContextClass } from './context.ts'
import { originSet } from './cross-site.ts'
import type { Engine } from './engine.ts'
import { HeadParserPool } from './head/head-parser.ts'
import { LIMIT_RULES, type LimitName, type Limits, resolveLimits, TIMEOUT_NAMES } from './limits.ts'
import { type ForwardedHeader, forwardedFields } from './proxy/forwarded-fields.ts'
import { type ProxyTrust, proxyTrust } from './proxy/proxy-trust.ts'
import { type JsonOptions, JsonWriter } from './response/json.ts'
import type { Finish, Service } from './service.ts'

/** The options of a server. Its limits and time-outs, such as `maxBodyBytes`, are in {@link Limits}. */
export interface HttpOptions<C extends Context = Context> extends Partial<Limits> {
  /** The class of the contexts that handlers get; it extends Context. Default: Context itself. */
  context?: ContextClass<C>
  /** Turns an error into a response, as a handler would. Default: a problem document (RFC 9457). */
  onError?: (error: unknown, c: NoInfer<C>) => unknown
  /** Called once for each handled request, when its response has been sent or cut off. */
  onFinish?: (c: NoInfer<C>, finish: Finish) => void
  /**
   * Where errors are logged: a pino logger or compatible, `console`, or false for nowhere (default). A logger that fails
   * loses its lines and affects nothing else.
   */
  log?: LoggerOption
  /**
   * Methods that the handler supports; all others get 501. Default: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, QUERY.
   */
  methods?: readonly string[]
  /**
   * Proxies whose forwarded headers and request ids are trusted: addresses, CIDR ranges, `loopback`, `linklocal`,
   * `private`, `unix`. Default: none.
   */
  trustedProxies?: readonly string[]
  /**
   * The fields that those proxies write, one or several: `x-forwarded-for` (default), `x-forwarded-proto`,
   * `x-forwarded-host`, `x-forwarded-port`; or `forwarded` (RFC 7239) alone. Name no others: clients can set any field that
   * the proxy does not write.
   */
  forwardedHeader?: ForwardedHeader | readonly ForwardedHeader[]
  /** Other origins whose pages `c.upgrade()` serves, such as `https://app.example`. Default: none. */
  trustedOrigins?: readonly string[]
  /** Paths that are served even above `maxRequestsInFlight`, with everything below them. Default: none. */
  healthPaths?: readonly string[]
  /** How JSON responses are encoded. */
  json?: JsonOptions
  /**
   * Measures the stages of every request, for `c.timings`, and sends them as Server-Timing unless it is `unsent`. Default false:
   * no clock is read.
   */
  timings?: boolean | 'unsent'
}

type OwnOptions = Omit<HttpOptions, LimitName>

const OWN_OPTIONS: OptionTable<OwnOptions> = {
  context: option.any,
  onError: option.func,
  onFinish: option.func,
  log: option.any,
  methods: option.listOf(option.text),
  trustedProxies: option.listOf(option.string),
  forwardedHeader: option.any,
  trustedOrigins: option.listOf(option.string),
  healthPaths: option.listOf(option.string),
  json: option.nested<JsonOptions>({ bigint: option.any }),
  timings: option.either(option.boolean, option.oneOf('unsent')),
}

/**
 * Reads the options of a server.
 *
 * @param owner - the function that takes the options, as messages name it: `createServer()`
 * @param further - rules for its additional options
 * @throws ArlenError `option_unknown`, `option_invalid`
 */
export function readHttpOptions<T extends object>(
  owner: string,
  options: T,
  further: Readonly<Record<string, OptionRule>> = {},
): T {
  const table: Readonly<Record<string, OptionRule>> = { ...OWN_OPTIONS, ...LIMIT_RULES, ...further }
  return readOptions<T>(owner, options, table as OptionTable<T>)
}

export const LISTEN_OPTIONS: OptionTable<ListenOptions> = {
  port: option.integer(0, 65_535),
  host: option.text,
  path: option.text,
  fd: option.integer(0),
  server: option.object,
}

/** The methods of RFC 9110 without CONNECT and TRACE, which no application handles; PATCH (RFC 5789); QUERY. */
const DEFAULT_METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY']

/** Decides everything that can be decided before the first request. */
export function createService<C extends Context = Context>(handler: Handler<C>, options: HttpOptions<C>): Service {
  const limits = resolveLimits(options)
  const shortest = Math.min(...TIMEOUT_NAMES.map(name => limits[name]).filter(ms => ms > 0))
  // A quarter of the shortest time-out: no time-out is late by more than that, and none is checked needlessly.
  const clock = new Clock(Math.max(10, Math.min(250, shortest / 4)))
  const ticks = Object.fromEntries(TIMEOUT_NAMES.map(name => [name, clock.ticks(limits[name])]))
  const log = toLogger(options.log ?? false)
  return {
    ...application(handler, options),
    limits,
    ticks: ticks as unknown as Engine['ticks'],
    clock,
    headParsers: new HeadParserPool(limits),
    log,
    json: new JsonWriter(options.json),
    methods: new Set(options.methods ?? DEFAULT_METHODS),
    timings: options.timings === true || options.timings === 'unsent',
    sendsTimings: options.timings === true,
    trust: trustOf(options),
    forwarded: forwardedFields(options.forwardedHeader),
    trustedOrigins: originSet(options.trustedOrigins),
    nextId: idMaker(),
    inFlight: 0,
    requests: 0,
    shed: 0,
    maxInFlight: limits.maxRequestsInFlight,
    healthPaths: options.healthPaths ?? [],
    retryAfterSeconds: 1,
    overloaded: false,
    draining: false,
  }
}

/** Adds the application's part. From here on, all contexts have one class, including everything that was added to it. */
function application<C extends Context>(
  handler: Handler<C>,
  {
    context = Context as unknown as ContextClass<C>,
    onError = (error, c) => c.problemOf(error),
    onFinish,
  }: HttpOptions<C>,
): Pick<Service, 'handler' | 'Context' | 'onError' | 'onFinish'> {
  if (context !== (Context as unknown) && !(context.prototype instanceof Context)) {
    throw invalidOption('createServer()', 'context', 'must be a class that extends Context')
  }
  const own = { handler, Context: context, onError, onFinish: onFinish ?? null }
  return own as unknown as Pick<Service, keyof typeof own>
}

function trustOf({ trustedProxies }: Pick<HttpOptions, 'trustedProxies'>): ProxyTrust | null {
  if (trustedProxies === undefined) return null
  const trust = proxyTrust(trustedProxies)
  return trustedProxies.length === 0 ? null : trust
}

/** Ids that are unique across processes and short enough to read aloud: a random start and a counter. */
function idMaker(): () => string {
  const prefix = `${crypto.randomUUID().slice(0, 8)}-`
  let count = 0
  return () => prefix + (++count).toString(36)
}
