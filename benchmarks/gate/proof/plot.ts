import { injectionsOf, isQuiet, type ProofRun, SCENARIOS } from './runs.ts'
import { TITLES } from './summary.ts'

const [LEFT, WIDTH, TOP] = [230, 900, 56]
const [LEAST, MOST] = [0.8, 1.6]
const TICKS = [0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6]
const COLORS = { loss: '#b3261e', undecided: '#b98a1c', ok: '#19703d' } as const
const NAMES = { loss: 'loss', undecided: 'undecided', ok: 'no loss' } as const

/** A dot and its interval for each run, candidate / baseline, CPU time: full on a quiet machine, hollow beside busy neighbors. */
export function proofPlot(runs: readonly ProofRun[]): string {
  const parts: string[] = []
  let y = TOP
  for (const scenario of SCENARIOS) {
    for (const injection of injectionsOf(scenario)) {
      const own = runs.filter(each => each.scenario === scenario && each.injection === injection)
      const step = Math.max(2, Math.min(9, 240 / own.length))
      parts.push(text(LEFT - 12, y + 8, `${scenario}: ${TITLES[injection].split(':')[0]}`, 'end'))
      for (const run of own) {
        parts.push(dotOf(run, y))
        y += step
      }
      y += 22
    }
  }
  const axis = TICKS.map(tick => {
    const color = tick === 1 ? '#888' : '#ddd'
    const line = `<line x1="${x(tick)}" x2="${x(tick)}" y1="${TOP - 12}" y2="${y}" stroke="${color}"/>`
    return line + text(x(tick), TOP - 18, tick === MOST ? `${MOST} and more` : `${tick}`, 'middle')
  })
  const legend = Object.entries(COLORS).map(([outcome, color], at) => {
    const left = LEFT + at * 110
    return `<circle cx="${left}" cy="16" r="4" fill="${color}"/>${text(left + 10, 20, NAMES[outcome as keyof typeof NAMES], 'start')}`
  })
  const hollow = `<circle cx="${LEFT + 330}" cy="16" r="3.5" fill="#fff" stroke="#555"/>${text(LEFT + 340, 20, 'beside busy neighbors', 'start')}`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${Math.ceil(y)}" font-family="system-ui, sans-serif" font-size="12"><title>Every run of the proof: candidate / baseline, CPU time a request</title><rect width="100%" height="100%" fill="#fff"/>${axis.join('')}${parts.join('')}${legend.join('')}${hollow}</svg>\n`
}

function dotOf(run: ProofRun, y: number): string {
  const { ratio, low, high } = run.comparisons.cpu!
  const color = COLORS[run.outcome]
  const at = y.toFixed(1)
  const line = `<line x1="${x(low).toFixed(1)}" x2="${x(high).toFixed(1)}" y1="${at}" y2="${at}" stroke="${color}" opacity="0.4"/>`
  const fill = isQuiet(run) ? `fill="${color}"` : `fill="#fff" stroke="${color}"`
  return `${line}<circle cx="${x(ratio).toFixed(1)}" cy="${at}" r="2.5" ${fill}/>`
}

function x(ratio: number): number {
  return LEFT + ((Math.min(MOST, Math.max(LEAST, ratio)) - LEAST) / (MOST - LEAST)) * (WIDTH - LEFT - 40)
}

function text(left: number, y: number, content: string, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${left}" y="${y.toFixed(1)}" text-anchor="${anchor}">${content}</text>`
}
