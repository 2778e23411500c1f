import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { median } from '../whole/statistics.ts'
import type { Kind } from './application.ts'
import { Contender } from './contender.ts'

const BUILT = existsSync(join(import.meta.dirname, '../../packages/boomhauer/dist/bin.js'))
const REASON = BUILT ? '' : ' (skipped: packages/boomhauer/dist is not built)'
const SAVES = 5

/** Milliseconds from a save to the first answer of the new code, of both in turn. */
async function measure(kind: Kind): Promise<{ boomhauer: number; watch: number }> {
  const contenders: Contender[] = []
  const times: [number[], number[]] = [[], []]
  try {
    for (const name of ['boomhauer', 'node --watch'] as const) {
      contenders.push(await Contender.start(name, kind, { ARLEN_LOG_LEVEL: 'silent' }))
    }
    for (let i = 0; i < SAVES; i++) {
      for (const [which, contender] of contenders.entries()) {
        times[which]!.push(await contender.save())
        // The next process starts in the background; a person takes longer than it does.
        await new Promise(resolve => setTimeout(resolve, 1_000))
      }
    }
    return { boomhauer: median(times[0]), watch: median(times[1]) }
  } finally {
    await Promise.all(contenders.map(contender => contender.stop()))
  }
}

// `make bench WHAT=development` has the figures, which are better than what is demanded here of a busy machine.
test.skipIf(!BUILT)(
  `an application of fifty routes answers three times as soon after a save as under node --watch (timed)${REASON}`,
  { retry: 2 },
  async () => {
    const { boomhauer, watch } = await measure('50 routes')
    expect(watch / boomhauer).toBeGreaterThan(3)
  },
)
