import { blocksOf, CPU } from '../decide/metrics.ts'
import type { Check, Compared, GateReport, ScenarioReport } from '../gate/report.ts'
import type { Interval } from '../stats/bootstrap.ts'
import { distribution, lines, strip } from './plots.ts'
import { STYLE } from './style.ts'
import { element, escapeHtml, label } from './svg.ts'
import { describeNeighbors } from './text.ts'

const OUTCOMES = { ok: 'no loss', loss: 'LOSS', undecided: 'undecided' } as const

/**
 * One page with everything a run has shown, which opens without a network: outcomes, distributions, paired ratios, memory,
 * and the history of the runs before it.
 *
 * @param history - earlier runs, the oldest first
 */
export function renderReport(report: GateReport, history: readonly GateReport[] = []): string {
  const { candidate, baseline, machine, scenarios, notes } = report
  const title = `Performance: ${candidate.label}${baseline ? ` beside ${baseline.label}` : ''}`
  const cores =
    machine.loadCores === null
      ? 'shared by servers and generator'
      : `servers on ${machine.serverCores}, generator on ${machine.loadCores}`
  const facts: [string, string][] = [
    ['Candidate', candidate.label],
    ['Baseline', baseline?.label ?? 'none to run: held to what was recorded, and to budgets'],
    ['When', `${report.at}, ${(report.ms / 1000).toFixed(0)} s`],
    [
      'Machine',
      `${machine.cpu}, ${machine.cores} cores (${cores}), ${machine.platform}, Linux ${machine.kernel}`.replace(
        'Linux ',
        machine.platform.startsWith('linux') ? 'Linux ' : '',
      ),
    ],
    ['Node.js', machine.node],
    ['Neighbors', describeNeighbors(machine)],
    ['Effort', report.effort],
  ]
  const body = [
    `<h1>${escapeHtml(title)}</h1>`,
    `<p class="outcome ${report.outcome}">${OUTCOMES[report.outcome]}</p>`,
    `<table class="facts">${facts.map(([name, value]) => `<tr><th>${name}</th><td>${escapeHtml(value)}</td></tr>`).join('')}</table>`,
    ...notes.map(note => `<p class="note">${escapeHtml(note)}</p>`),
    overview(scenarios),
    ...scenarios.map(renderScenario),
    renderHistory([...history, report]),
    METHOD,
  ]
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
<main>
${body.join('\n')}
</main>
</html>
`
}

function overview(scenarios: readonly ScenarioReport[]): string {
  const rows = scenarios.map(({ name, about, outcome, capacity, comparisons }) => {
    const [cpu] = comparisons
    const cells = [
      `<a href="#${escapeHtml(name)}">${escapeHtml(name)}</a> ${escapeHtml(about)}`,
      cpu ? percent(cpu.ratio) : '–',
      capacity ? `${capacity.estimate.toFixed(2)} × node:http` : '–',
      `<span class="outcome ${outcome}">${OUTCOMES[outcome]}</span>`,
    ]
    return `<tr>${cells.map(cell => `<td>${cell}</td>`).join('')}</tr>`
  })
  return `<table><thead><tr><th>scenario</th><th>CPU time a request</th><th>capacity</th><th></th></tr></thead><tbody>${rows.join('')}</tbody></table>`
}

function renderScenario(scenario: ScenarioReport): string {
  const { name, about, comparisons, checks, notes, raw } = scenario
  const blocks = blocksOf(raw.rounds).flat(2)
  const cpuOf = (side: string) => blocks.filter(block => block.side === side).map(CPU.of)
  const series = [
    { name: 'candidate', className: 'candidate', values: cpuOf('candidate') },
    { name: 'baseline', className: 'baseline', values: cpuOf('baseline') },
    { name: 'node:http', className: 'reference', values: cpuOf('reference') },
  ].filter(({ values }) => values.length > 0)
  const plots = comparisons.map(renderComparison)
  if (series.length > 0) {
    plots.push(
      figure(
        'CPU time of a request, all blocks',
        distribution(series, 'µs'),
        'Share of the blocks that took at most so much.',
      ),
    )
  }
  const { candidate, baseline } = raw.growth
  if (candidate) {
    const memory = [{ name: 'candidate', className: 'candidate', points: mebibytes(candidate.points) }]
    if (baseline) memory.push({ name: 'baseline', className: 'baseline', points: mebibytes(baseline.points) })
    plots.push(
      figure(
        'Memory in use after a collection',
        lines(memory, { xUnit: 'requests', yUnit: 'MiB' }),
        `${signed(candidate.slope.estimate)} bytes a request (${signed(candidate.slope.low)} to ${signed(candidate.slope.high)}), at most ${label(candidate.peakBytes / 2 ** 20)} MiB in all.`,
      ),
    )
  }
  return `<section id="${escapeHtml(name)}"><h2>${escapeHtml(name)} <small>${escapeHtml(about)}</small></h2>
${notes.map(note => `<p class="note">${escapeHtml(note)}</p>`).join('')}
${checks.length > 0 ? renderChecks(checks) : ''}
<div class="plots">${plots.join('\n')}</div></section>`
}

function renderChecks(checks: readonly Check[]): string {
  const rows = checks.map(({ title, value, bound, from, outcome, note, name }) => {
    const isCounted = !Number.isNaN(value) || outcome !== 'ok'
    const relation = name === 'capacity' ? 'at least' : 'at most'
    const held = bound === undefined ? '–' : `${relation} ${label(bound)} (${from})`
    return `<tr><td>${escapeHtml(title)}</td><td>${shown(value)}</td><td>${escapeHtml(held)}</td><td>${isCounted ? `<span class="outcome ${outcome}">${OUTCOMES[outcome]}</span> ` : ''}${escapeHtml(note ?? '')}</td></tr>`
  })
  return `<table><thead><tr><th>counted or held to a bound</th><th>candidate</th><th>may be</th><th></th></tr></thead><tbody>${rows.join('')}</tbody></table>`
}

function renderComparison(compared: Compared): string {
  const { title, unit, candidate, baseline, ratio, ratios, same, sameRatios, limit, outcome, note } = compared
  const heading = `${title}: <span class="outcome ${outcome}">${OUTCOMES[outcome]}</span>`
  if (Number.isNaN(ratio.estimate)) return figure(heading, '', note ?? 'not measured')
  const plot = strip(
    [
      { name: 'candidate', className: 'candidate', values: ratios.flat(), interval: ratio },
      { name: 'baseline twice', className: 'baseline', values: sameRatios.flat(), interval: same },
    ],
    [
      { at: 1, text: 'same' },
      { at: 1 + limit, text: `limit ${(limit * 100).toFixed(0)} %` },
    ],
    '',
  )
  const text = `${label(candidate)} ${unit} beside ${label(baseline)} ${unit}: ${percent(ratio)}. ${note ?? ''}`
  return figure(heading, plot, text)
}

function renderHistory(reports: readonly GateReport[]): string {
  const comparable = reports.filter(({ machine }) => machine.cpu === reports.at(-1)!.machine.cpu)
  if (comparable.length < 2) return ''
  const names = comparable.map(({ candidate }) => (candidate.commit ?? candidate.label).slice(0, 7))
  const scenarios = [...new Set(comparable.flatMap(report => report.scenarios.map(({ name }) => name)))]
  const plots = scenarios.flatMap(name => {
    const points = comparable.flatMap((report, at) => {
      const capacity = report.scenarios.find(each => each.name === name)?.capacity
      return capacity ? [[at, capacity.estimate] as const] : []
    })
    if (points.length < 2) return []
    const plot = lines([{ name: '', className: 'candidate', points }], {
      xUnit: '',
      yUnit: '×',
      xNames: names,
      zero: true,
    })
    return [figure(escapeHtml(name), plot, 'Capacity in multiples of node:http, measured beside it in the same run.')]
  })
  return plots.length === 0 ? '' : `<section><h2>History</h2><div class="plots">${plots.join('\n')}</div></section>`
}

function figure(title: string, plot: string, caption: string): string {
  return element('figure', {}, `<h3>${title}</h3>${plot}<figcaption>${escapeHtml(caption)}</figcaption>`)
}

function mebibytes(points: readonly (readonly [number, number])[]): [number, number][] {
  return points.map(([requests, bytes]) => [requests, bytes / 2 ** 20])
}

function shown(value: number | Interval): string {
  if (typeof value === 'number') return label(value)
  return `${label(value.estimate)} <small>${label(value.low)} to ${label(value.high)}</small>`
}

function percent({ estimate, low, high }: Interval): string {
  const text = (ratio: number) => `${signed((ratio - 1) * 100)} %`
  return `${text(estimate)} (${text(low)} to ${text(high)})`
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`
}

const METHOD = `<section><h2>How to read it</h2>
<p>Candidate and baseline run side by side in the same minutes on the same cores, block by block, forward and backward in turn. A dot is one
pair: the candidate's figure divided by the baseline's right beside it. The bar is the interval of their median (95 %, by bootstrap over sets
of processes and pairs). The second row is the baseline beside itself: what this machine, now, calls the same. The limit is 5 %, or three times the
spread of that row: the standard error of its median, or the distance of its median from 1. It is a loss when the whole bar is past the limit, twice, and no loss when the whole bar is before it. Whatever
lies between is undecided, and no reason to fail.</p></section>`
