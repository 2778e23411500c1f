import { httpError } from './errors.ts'

/** How much a peer may send or hold. Sizes are bytes; `Infinity` lifts a limit. */
export interface Limits {
  /** Request line without its CRLF, else 414. Default 4096 (RFC 9112 asks for 8000 as a recommendation; Apache 8190). */
  requestLine: number
  /** All header field lines together, else 431. Default 32,768 (Node 16,384, nginx 32,768). */
  headers: number
  /** Number of header fields, else 431. Default 100 (Apache 100). */
  headerFields: number
  /** A request body as received, else 413. Default 1 MiB (nginx 1 MiB, Fastify 1 MiB). `c.req.bodyLimit` per request. */
  body: number
  /** Names with their values in a query, else 400, and in a form without files, else 413. Default 1,000. */
  pairs: number
  /** Values in a JSON body, containers included, else 413. Default 10,000. `c.req.jsonValueLimit` per request. */
  jsonValues: number
  /** Levels of arrays and objects in a JSON body, else 413. Default 100. */
  jsonDepth: number
  /** Chunk extensions of one body together, else 400. Default 4096. */
  chunkExtensions: number
  /** Trailer fields of one body together, else 431. Default 8192. */
  trailers: number
  /** Requests on one connection before it is closed. Default `Infinity`. */
  requestsPerConnection: number
  /** Open connections that are served at once. Default 20,000. */
  connections: number
  /** Connections beyond that which wait, accepted but unread; those beyond are answered 503. Default 1,000. */
  waitingConnections: number
  /** Requests being handled at once; those beyond are answered 503 with Retry-After. Default `Infinity`. */
  inFlight: number
  /** A body nobody read is read and dropped up to here to save the connection. Default 65,536. */
  drain: number
}

/** How long a peer or a handler may take, in milliseconds; `Infinity` waits for ever. Each is met within a second. */
export interface Timeouts {
  /** From the first byte of a head (or from the connect) to its last, else 408. Default 10,000. */
  headers: number
  /** Between two reads of a body, else 408. Default 30,000. */
  body: number
  /** Bytes a second that a body must average once `body` milliseconds have passed, else 408. Default 500 (as Apache). */
  bodyMinRate: number
  /** An idle connection between two requests. Default 72,000, above the usual 60 s of load balancers. */
  keepAlive: number
  /** From the head to the first byte of the answer, else 503. Default 30,000. `c.timeout(ms)` per request. */
  handler: number
  /** A peer that takes none of an answer is cut. Default 30,000. */
  write: number
  /** How long to go on reading after the last answer, so that the peer can read it. Default 2,000. */
  linger: number
  /** How long a closing server keeps idle connections open for a request that is already on its way. Default 2,000. */
  drain: number
}

const KiB = 1024

/** The limits of a server that is given none. */
export const DEFAULT_LIMITS: Readonly<Limits> = Object.freeze({
  requestLine: 4 * KiB,
  headers: 32 * KiB,
  headerFields: 100,
  body: KiB * KiB,
  pairs: 1_000,
  jsonValues: 10_000,
  jsonDepth: 100,
  chunkExtensions: 4 * KiB,
  trailers: 8 * KiB,
  requestsPerConnection: Number.POSITIVE_INFINITY,
  connections: 20_000,
  waitingConnections: 1_000,
  inFlight: Number.POSITIVE_INFINITY,
  drain: 64 * KiB,
})

/** The time-outs of a server that is given none, in milliseconds. */
export const DEFAULT_TIMEOUTS: Readonly<Timeouts> = Object.freeze({
  headers: 10_000,
  body: 30_000,
  bodyMinRate: 500,
  keepAlive: 72_000,
  handler: 30_000,
  write: 30_000,
  linger: 2_000,
  drain: 2_000,
})

export function resolveLimits(given: Partial<Limits> = {}): Limits {
  return resolve('limits', DEFAULT_LIMITS, given)
}

export function resolveTimeouts(given: Partial<Timeouts> = {}): Timeouts {
  return resolve('timeouts', DEFAULT_TIMEOUTS, given)
}

function resolve<T extends object>(group: string, defaults: Readonly<T>, given: Partial<T>): T {
  const out: { -readonly [K in keyof T]: T[K] } = { ...defaults }
  for (const [key, value] of Object.entries(given) as [keyof T & string, unknown][]) {
    const name = `${group}.${key}`
    if (!(key in defaults)) throw httpError('option_invalid', { name, problem: 'does not exist.' })
    if (value === undefined) continue
    if (typeof value !== 'number' || Number.isNaN(value) || value < 0) {
      throw httpError('option_invalid', { name, problem: 'must be a number that is not negative.' })
    }
    out[key] = value as (typeof out)[keyof T & string]
  }
  return out as T
}
