import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TargetFolder } from './target-folder.ts'

/** One line of a target's history. */
export interface HistoryEntry {
  /** When it ended, ISO 8601, UTC. */
  at: string
  user: string
  host: string
  action: 'activate' | 'rollback' | 'contract' | 'prune'
  /** The release that ran before; null if there was none. */
  from: string | null
  /** The release that was activated. */
  to: string | null
  durationMs: number
  /** `interrupted`: the command was killed; `step` says where. */
  outcome: 'ok' | 'failed' | 'reverted' | 'interrupted'
  step?: string
  reason?: string
}

/** Appends a line to the history, and waits until it is on disk. */
export async function appendHistory(target: TargetFolder, entry: HistoryEntry): Promise<void> {
  const handle = await open(join(target.state, 'history.jsonl'), 'a+', 0o640)
  try {
    // A line that a full disk or a power failure truncated is terminated first.
    const { size } = await handle.stat()
    const last = Buffer.alloc(1)
    if (size > 0) await handle.read(last, 0, 1, size - 1)
    const newline = size > 0 && last[0] !== 10 ? '\n' : ''
    await handle.appendFile(`${newline}${JSON.stringify(entry)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The history, oldest first. Truncated lines are skipped. One that may not be read is not taken for an empty one. */
export async function readHistory(target: TargetFolder): Promise<HistoryEntry[]> {
  const text = await readFile(join(target.state, 'history.jsonl'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  return text.split('\n').flatMap(line => {
    try {
      return line === '' ? [] : [JSON.parse(line) as HistoryEntry]
    } catch {
      return []
    }
  })
}

/** The releases that have run, the latest first, each once. */
export function successfulReleases(history: readonly HistoryEntry[]): string[] {
  const ran = history.filter(
    ({ action, outcome }) => outcome === 'ok' && (action === 'activate' || action === 'rollback'),
  )
  return [...new Set(ran.map(({ to }) => to).reverse())].filter(id => id !== null)
}
