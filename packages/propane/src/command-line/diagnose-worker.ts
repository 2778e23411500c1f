import path from 'node:path'
import { sendCommand } from '../control/control-client.ts'
import { DIAGNOSES, type Diagnosis, diagnose } from '../control/diagnose.ts'
import { propaneError } from '../errors.ts'
import type { PropaneStatus } from '../observation/status.ts'
import { parseDuration } from '../units.ts'
import type { Arguments } from './arguments.ts'
import { locate, type Target } from './commands.ts'

const DEFAULT_MS = 10_000

/** What is to be diagnosed. */
export interface Asked {
  /** The number of the worker. */
  slot: number
  what: Diagnosis
  durationMs: number
  /** The file to write; undefined for one in the working directory. */
  output: string | undefined
  app: string | undefined
}

/** Reads the words after `diagnose`; a text says what is wrong with them. */
export function readDiagnosis(words: readonly string[], { output, duration }: Arguments): Asked | string {
  const [worker = '', ...rest] = words
  const kinds = Object.keys(DIAGNOSES).join(', ')
  if (!/^[1-9]\d*$/.test(worker)) return `diagnose which worker, by its number? propane diagnose 2 cpu (${kinds})`
  const [kind = 'cpu', app] = rest
  if (!Object.hasOwn(DIAGNOSES, kind))
    return `diagnose what of worker ${worker}? It must be one of ${kinds}, not ${kind}`
  const durationMs = parseDuration(duration ?? DEFAULT_MS)
  if (durationMs === undefined) return `--duration must be a duration such as 10s, not ${duration}`
  return { slot: Number(worker), what: kind as Diagnosis, durationMs, output, app }
}

/**
 * Writes the diagnosis of a worker to a file, and resolves with its path.
 *
 * @throws command_failed if there is no such worker, or it cannot be diagnosed
 */
export async function diagnoseWorker({ slot, what, durationMs, output }: Asked, target: Target): Promise<string> {
  const { workers } = (await sendCommand(await locate(target), { command: 'status' })) as PropaneStatus
  const worker = workers.findLast(each => each.slot === slot)
  if (!worker) throw propaneError('command_failed', { reason: `There is no worker ${slot}.` })
  const stamp = new Date().toISOString().replace(/[:.]/g, '-')
  const file = path.resolve(output ?? `worker-${slot}-${worker.pid}-${stamp}.${DIAGNOSES[what]}`)
  try {
    await diagnose({ pid: worker.pid, what, file, durationMs })
    return file
  } catch (cause) {
    const reason = `Worker ${slot} cannot be diagnosed: ${(cause as Error).message}.`
    throw propaneError('command_failed', { reason }, { cause })
  }
}
