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
    const own = await db.one<{ pid: number }>('select pg_backend_pid() as pid')
    pin(await parentOf(own.pid), load)
    // What the parent starts from here on inherits the core.
    for (const { pid } of await db.many<{ pid: number }>('select pid from pg_stat_activity')) pin(pid, load)
  } finally {
    await db.close()
  }
}

function pin(pid: number, core: string): void {
  spawnSync('taskset', ['-acp', core, String(pid)])
}

/** @see proc_pid_stat(5) */
async function parentOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(parent)
}
