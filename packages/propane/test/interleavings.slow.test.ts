import { readdirSync, readFileSync } from 'node:fs'
import { seeded } from '@arlen/core/seeded'
import { expect, test } from 'vitest'
import type { PropaneHandle } from '../src/index.ts'
import { alive, fixture, get, start, until } from './helpers.ts'
import { Traffic } from './traffic.ts'

/** Enough for every run; `PROPANE_SEQUENCES=100` for a long one. */
const SEQUENCES = Number(process.env.PROPANE_SEQUENCES ?? 4)

/** Things that may happen to real processes, in any order. */
const HAPPENINGS: Record<string, (handle: PropaneHandle, dice: () => number) => unknown> = {
  reload: handle => handle.reload(),
  scale: (handle, dice) => handle.scale(1 + Math.floor(dice() * 4)),
  kill: (handle, dice) => signal(handle, 'SIGKILL', dice),
  term: (handle, dice) => signal(handle, 'SIGTERM', dice),
  hang: handle => void get(`${handle.url}/block`).catch(() => undefined),
  leak: handle => void get(`${handle.url}/leak?mb=200`).catch(() => undefined),
}

function signal(handle: PropaneHandle, name: NodeJS.Signals, dice: () => number): void {
  const workers = handle.status().workers.filter(worker => worker.pid > 0)
  const victim = workers[Math.floor(dice() * workers.length)]
  if (victim && alive(victim.pid)) process.kill(victim.pid, name)
}

test(`${SEQUENCES} random interleavings with real processes end with exactly the wanted workers and no stray process`, async () => {
  for (let seed = 1; seed <= SEQUENCES; seed++) {
    const dice = seeded(seed)
    const handle = await start({
      app: fixture('faulty.ts'),
      workers: 1 + Math.floor(dice() * 3),
      respawnDelayMs: 20,
      idleWindowMs: 200,
      maxMemory: '280mb',
      heartbeatIntervalMs: 100,
      heartbeatTimeoutMs: 1500,
      killTimeoutMs: 300,
      crashLoopDeaths: 50,
    })
    const spawned = new Set<number>()
    handle.on('spawn', ({ pid }) => spawned.add(pid))
    const traffic = new Traffic({ url: handle.url, clients: 4 })
    const commands: Promise<unknown>[] = []
    const names = Object.keys(HAPPENINGS)
    for (let count = 0; count < 8; count++) {
      const name = names[Math.floor(dice() * names.length)]!
      commands.push(Promise.resolve(HAPPENINGS[name]!(handle, dice)).catch(() => undefined))
      await new Promise(resolve => setTimeout(resolve, dice() * 400))
    }
    await Promise.all(commands)
    const { desired, workers } = await until(
      () => handle.status(),
      status => status.settled,
    )
    expect(workers).toHaveLength(desired)
    const serving = workers.map(worker => worker.pid)
    expect(
      [...spawned].filter(pid => alive(pid) && !serving.includes(pid)),
      `sequence ${seed}`,
    ).toEqual([])
    await traffic.stop()
    expect(await handle.stop()).toEqual({ code: 0 })
    expect([...spawned].filter(alive)).toEqual([])
  }
  expect(workersOf(process.pid)).toEqual([])
})

/** The workers that a process has started, those included that it has told nobody of. */
function workersOf(parent: number): number[] {
  const read = (pid: string, file: string) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'utf8')
    } catch {
      return '' // it has ended meanwhile
    }
  }
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name))
  const children = pids.filter(pid => new RegExp(`^PPid:\\s${parent}$`, 'm').test(read(pid, 'status')))
  return children.filter(pid => read(pid, 'cmdline').includes('worker-main')).map(Number)
}
