import { Bench } from 'tinybench'

/**
 * Runs the cases of one micro benchmark and prints a table: nanoseconds per call and how many times faster each is than
 * the first, the reference. With BENCH_SMOKE set, every case just runs a few times.
 */
export async function compare(title: string, cases: Readonly<Record<string, () => unknown>>): Promise<void> {
  const smoke = process.env.BENCH_SMOKE === '1'
  const bench = new Bench(
    smoke ? { time: 0, iterations: 5, warmup: false, throws: true } : { time: 1_000, warmupTime: 250, throws: true },
  )
  for (const [name, run] of Object.entries(cases)) bench.add(name, run)
  await bench.run()
  if (smoke) return console.log(`${title}: ${Object.keys(cases).join(', ')} run`)
  let reference = 0
  const rows = bench.tasks.map(({ name, result }) => {
    if (!('latency' in result)) throw new Error(`${name} was not measured: ${result.state}`)
    const nanoseconds = result.latency.p50 * 1e6
    reference ||= nanoseconds
    return {
      case: name,
      'ns/call': Number(nanoseconds.toFixed(1)),
      'times the first': Number((reference / nanoseconds).toFixed(2)),
    }
  })
  console.log(title)
  console.table(rows)
}
