import { type OptionTable, option, readOptions } from '@arlen/core/options'
/** Resolves if what it checks works; rejects with the reason otherwise. */
export type HealthCheck = (signal: AbortSignal) => unknown

/** How a health check is run. */
export interface HealthCheckOptions {
  /** Default 1,000. */
  timeoutMs?: number
  /** How long a result is reused, in milliseconds. Default 1,000. */
  cacheMs?: number
}

/** The response of `/readyz`. */
export interface HealthReport {
  status: 'ok' | 'failing' | 'draining'
  checks: Record<string, { status: 'ok' | 'failing'; durationMs: number; reason?: string }>
}

interface Entry {
  run: HealthCheck
  timeoutMs: number
  cacheMs: number
  last?: { at: number; result: Promise<HealthReport['checks'][string]> }
}

const OPTIONS: OptionTable<HealthCheckOptions> = {
  timeoutMs: option.durationMs(1),
  cacheMs: option.durationMs(),
}

/**
 * What readiness depends on. Each part registers a check; checks are limited in time, and their results are cached, so that
 * probes cannot become load.
 */
export class Health {
  #checks = new Map<string, Entry>()
  #draining = false

  add(name: string, run: HealthCheck, options: HealthCheckOptions = {}): void {
    const { timeoutMs = 1000, cacheMs = 1000 } = readOptions('health.add()', options, OPTIONS)
    this.#checks.set(name, { run, timeoutMs, cacheMs })
  }

  /** From now on, the application is not ready, whatever its checks say. */
  drain(): void {
    this.#draining = true
  }

  async report(): Promise<HealthReport> {
    const results = await Promise.all(
      Array.from(this.#checks, async ([name, entry]) => [name, await current(entry)] as const),
    )
    const failing = results.some(([, result]) => result.status === 'failing')
    return {
      status: this.#draining ? 'draining' : failing ? 'failing' : 'ok',
      checks: Object.fromEntries(results),
    }
  }
}

function current(entry: Entry): Promise<HealthReport['checks'][string]> {
  const now = performance.now()
  if (!entry.last || now - entry.last.at >= entry.cacheMs) entry.last = { at: now, result: check(entry) }
  return entry.last.result
}

async function check(entry: Entry): Promise<HealthReport['checks'][string]> {
  const started = performance.now()
  const signal = AbortSignal.timeout(entry.timeoutMs)
  const tooLate = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer within ${entry.timeoutMs} ms`)), { once: true })
  })
  const durationMs = () => Math.round(performance.now() - started)
  try {
    await Promise.race([tooLate, (async () => entry.run(signal))()])
    return { status: 'ok', durationMs: durationMs() }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { status: 'failing', durationMs: durationMs(), reason }
  }
}
