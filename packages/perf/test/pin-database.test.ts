import { spawnSync } from 'node:child_process'
import { createPg } from '@arlen/pg'
import { startTestCluster } from '@arlen/pg/testing'
import { expect, onTestFinished, test } from 'vitest'
import { pinDatabase } from '../src/gate/pin-database.ts'
import { divideCores } from '../src/process/cores.ts'

const cores = divideCores()

test.skipIf(cores.load === undefined)(
  'a PostgreSQL of the run and its later backends stay on the core of the load generator (needs taskset and two cores)',
  async () => {
    const cluster = await startTestCluster()
    onTestFinished(async () => {
      await cluster.stop()
    })
    await pinDatabase(cluster.dsn, cores)
    const db = createPg({ dsn: cluster.dsn, max: 1 })
    onTestFinished(async () => {
      await db.close()
    })
    const pids = await db.many<{ pid: number }>('select pid from pg_stat_activity')
    const lines = pids.map(({ pid }) => spawnSync('taskset', ['-cp', String(pid)], { encoding: 'utf8' }).stdout)
    const allowed = lines.filter(line => line !== '') // of a process that has ended meanwhile, there is nothing to say
    expect(allowed.length).toBeGreaterThan(2)
    for (const line of allowed) expect(line.trim().endsWith(`: ${cores.load}`)).toBe(true)
  },
)
