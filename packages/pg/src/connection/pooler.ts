import { setTimeout as sleep } from 'node:timers/promises'

/** A connection, as far as it takes to find out what is behind it. */
export interface Session {
  /** The process that the other side named when it let us in. A pooler makes one up. */
  readonly processId: number
  rowsOf(text: string): Promise<readonly unknown[]>
  destroy(): void
}

const PROBES = 20
/** One could be chance: a connection of the pooler that it began to open for someone else. */
const PROOFS = 3
const PROBE_MS = 2_000

/**
 * Whether all statements of a session go to the same process of the server: false behind a pooler in transaction or statement
 * mode. Such a pooler gives a process that is idle to the next who asks. So further sessions ask while this one is idle, and
 * keep what they get: either one of them is given its process, or a new process is started for each although it is idle,
 * which only a pooler in session mode does.
 *
 * @param open - makes a further session, on the same way and without settings of its own
 */
export async function keepsSession(session: Session, open: () => Promise<Session>): Promise<boolean> {
  const own = await processOf(session)
  if (own === session.processId) return true
  const probes: Session[] = []
  try {
    for (let proofs = 0, probe = 0; probe < PROBES; probe++) {
      if ((await processOf(session)) !== own) return false
      const answer = await given(own, open, probes)
      if (answer === own) return false
      if (answer === 'new') proofs++
      if (answer === 'none' || proofs === PROOFS) return (await processOf(session)) === own
    }
    return false // not to be told
  } finally {
    for (const probe of probes) probe.destroy()
  }
}

/** The process that a further session is given; `none`, where it would have to wait for one, although one is idle. */
async function given(own: number, open: () => Promise<Session>, probes: Session[]): Promise<number | 'new' | 'none'> {
  const asked = (async () => {
    const probe = await open()
    probes.push(probe)
    await probe.rowsOf('begin')
    const [row] = await probe.rowsOf(LOOK(own))
    const { pid, isNew } = row as { pid: number; isNew: boolean }
    return pid !== own && isNew ? 'new' : pid
  })()
  const stop = new AbortController()
  const patience = sleep(PROBE_MS, 'none' as const, { signal: stop.signal })
  asked.catch(() => undefined)
  patience.catch(() => undefined)
  try {
    return await Promise.race([asked, patience])
  } finally {
    stop.abort()
  }
}

const LOOK = (own: number) => `
  select pg_backend_pid() as pid, mine.backend_start > theirs.state_change and theirs.state = 'idle' as "isNew"
  from pg_stat_activity mine, pg_stat_activity theirs where mine.pid = pg_backend_pid() and theirs.pid = ${own}`

async function processOf(session: Session): Promise<number> {
  const [row] = await session.rowsOf('select pg_backend_pid() as pid')
  return (row as { pid: number }).pid
}
