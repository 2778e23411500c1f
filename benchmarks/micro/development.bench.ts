// From a save to the first answer of the new code: boomhauer against the watchers of Node.js and of tsx, on the same
// application, turn by turn. Besides, how long boomhauer takes to the first page, to a page with a changed template and to the page
// of a failure, and what memory it holds. ROUNDS sets how many saves each gets; APPLICATION names one of the applications.
import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '@arlen/pg'
import { startEmbedded } from '@arlen/pg/embedded'
import { APPLICATIONS } from '../development/application.ts'
import { CONTENDERS, Contender } from '../development/contender.ts'
import { median } from '../whole/statistics.ts'

const smoke = process.env.BENCH_SMOKE === '1'
const rounds = smoke ? 1 : Number(process.env.ROUNDS ?? 15)
const only = process.env.APPLICATION
/** As long as a person needs at the very least between two saves. */
const PAUSE_MS = smoke ? 0 : 1_000

for (const kind of APPLICATIONS) {
  if (smoke ? kind !== 'one file' : only !== undefined && only !== kind) continue
  const database = kind === 'shop' ? await openDatabase() : undefined
  const contenders: Contender[] = []
  try {
    // One comparison with tsx is enough: it starts Node.js and the application anew, as `node --watch` does.
    for (const name of kind === 'one file' ? CONTENDERS : CONTENDERS.slice(0, 2))
      contenders.push(await Contender.start(name, kind, { ARLEN_LOG_LEVEL: 'silent', ...database?.env }))
    await run(kind, contenders)
  } finally {
    await Promise.all(contenders.map(contender => contender.stop()))
    await database?.stop()
  }
}

async function openDatabase() {
  const dir = join(tmpdir(), `arlen-bench-development-${process.pid}`)
  const database = await startEmbedded({ dir, durable: false, disposable: true })
  await migrate({ dsn: database.dsn, dir: join(import.meta.dirname, '../../apps/strickland/db/migrations') })
  const stop = async () => {
    await database.stop()
    rmSync(dir, { recursive: true, force: true })
  }
  return { env: { DATABASE_URL: database.dsn }, stop }
}

async function run(kind: string, contenders: readonly Contender[]): Promise<void> {
  const times = new Map(contenders.map(contender => [contender, [] as number[]]))
  const pages: number[] = []
  const templates: number[] = []
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      await pause()
      times.get(contender)!.push(await contender.save())
      if (contender.name !== 'boomhauer') continue
      await pause()
      const template = await contender.saveTemplate()
      if (template !== undefined) templates.push(template)
      await pause()
      pages.push(await contender.break())
      await pause()
      await contender.save()
    }
  }
  if (smoke) return console.log(`development, ${kind}: ${CONTENDERS.join(', ')} answer with the new code`)
  const reference = median(times.get(contenders[0]!)!)
  console.log(`From a save to the first answer of the new code, ${kind}, ${rounds} saves each (milliseconds)`)
  console.table(
    contenders.map(contender => {
      const own = times.get(contender)!
      return {
        watcher: contender.name,
        median: Math.round(median(own)),
        p95: Math.round(percentile(own, 95)),
        'times boomhauer': Number((median(own) / reference).toFixed(1)),
        'requests lost': contender.lost,
        'first page': Math.round(contender.startMs),
      }
    }),
  )
  if (templates.length > 0) console.log(`boomhauer: a changed template after ${describe(templates)}`)
  console.log(`boomhauer: the page of a failure after ${describe(pages)}`)
  console.log(`boomhauer: the supervisor holds ${residentMib(contenders[0]!.pid).toFixed(0)} MiB\n`)
}

function describe(times: readonly number[]): string {
  return `${Math.round(median(times))} ms, p95 ${Math.round(percentile(times, 95))} ms`
}

function residentMib(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

function pause(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, PAUSE_MS))
}

function percentile(values: readonly number[], rank: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil((rank / 100) * sorted.length) - 1)] ?? Number.NaN
}
