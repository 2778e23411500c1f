import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { READINESS_PATH } from '@arlen/core/health-paths'
import { releaseError } from '../errors.ts'
import { interruptible } from '../interruptible.ts'
import { StartedRelease } from './release-process.ts'

/** A request that a new release must answer before the switch. */
export interface CanaryRequest {
  /** The path and query. */
  path: string
  /** The expected status. Default: any from 200 to 399. */
  status?: number | undefined
}

/** How a release is tried. */
export interface CanaryOptions {
  id: string
  dir: string
  env: Readonly<Record<string, string | undefined>>
  requests: readonly CanaryRequest[]
  /** Time limit for everything: the start and all responses. */
  timeoutMs: number
}

const POLL_MS = 50
const GRACE_MS = 5000

interface Answer {
  status: number
  body: string
}

/**
 * Starts a release next to the running one, on its own socket, and checks its readiness and the requested paths.
 *
 * @throws canary_failed with the last response and the last lines of its log
 */
export function tryRelease(options: CanaryOptions): Promise<void> {
  return interruptible(interrupted => tryUntil(options, interrupted))
}

async function tryUntil({ id, dir, env, requests, timeoutMs }: CanaryOptions, interrupted: AbortSignal): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'arlen-canary-'))
  const socket = join(folder, 'http.sock')
  const settings = ['--workers', '1', '--socket-path', socket, '--control-socket', join(folder, 'control.sock')]
  const release = new StartedRelease(dir, [...settings, '--pid-file=', '--metrics=', '--pre-stop-delay=0'], env)
  const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), interrupted])
  const fail = (reason: string) => {
    const log = release.log === '' ? '' : `\nThe last lines of its log:\n${release.log}`
    return releaseError('canary_failed', { id, reason, log })
  }
  try {
    const problem = await untilReady(release, socket, signal, timeoutMs)
    if (problem !== undefined) throw fail(problem)
    for (const { path, status } of requests) {
      const answer = await ask(socket, path, signal).catch((error: Error) => error)
      if (answer instanceof Error) throw fail(`GET ${path} was not answered (${answer.message})`)
      const isGood = status === undefined ? answer.status >= 200 && answer.status < 400 : answer.status === status
      if (!isGood) throw fail(`GET ${path} answered ${describe(answer)}`)
    }
  } finally {
    await release.stop(GRACE_MS)
    await rm(folder, { recursive: true, force: true })
  }
}

/** Resolves with undefined once it is ready, otherwise with the reason why it never was. */
async function untilReady(
  release: StartedRelease,
  socket: string,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<string | undefined> {
  let last = 'it did not listen'
  while (!signal.aborted) {
    if (release.end !== undefined) return release.end
    const answer = await ask(socket, READINESS_PATH, signal).catch(() => undefined)
    if (answer && answer.status < 400) return undefined
    // An application that is not Arlen's may lack this path; then any response has to do.
    if (answer?.status === 404) return undefined
    if (answer) last = `${READINESS_PATH} answered ${describe(answer)}`
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined)
  }
  return `${last} within ${timeoutMs} ms`
}

function describe({ status, body }: Answer): string {
  const text = body.trim().slice(0, 500)
  return text === '' ? String(status) : `${status}: ${text}`
}

function ask(socketPath: string, path: string, signal: AbortSignal): Promise<Answer> {
  const { request } = process.getBuiltinModule('node:http')
  return new Promise((resolve, reject) => {
    request({ socketPath, path, signal, headers: { host: 'localhost', connection: 'close' } }, response => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        if (body.length < 10_000) body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode!, body }))
      response.on('error', reject)
    })
      .on('error', reject)
      .end()
  })
}
