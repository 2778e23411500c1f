import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import type { Cores } from '../process/cores.ts'

/**
 * Moves a PostgreSQL of this machine to the core of the load generator. On a core of the servers it would push their code and data
 * out of the caches, now more and now less. New backends inherit the core. Does nothing where cores cannot be chosen.
 *
 * @param dsn - of a superuser, who sees all processes
 */
export async function pinDatabase(dsn: string, { load }: Cores): Promise<void> {
  if (load === undefined) return
  const { createPg } = await import('@arlen/pg')
  const db = createPg({ dsn, max: 1 })
  try {
    const rows = await db.many<{ pid: number; own: boolean }>(
      'select pid, pid = pg_backend_pid() as own from pg_stat_activity',
    )
    const parent = await parentOf(rows.find(({ own }) => own)!.pid)
    for (const pid of [parent, ...rows.map(row => row.pid)]) spawnSync('taskset', ['-acp', load, String(pid)])
  } finally {
    await db.close()
  }
}

/** @see proc_pid_stat(5) */
async function parentOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(parent)
}
