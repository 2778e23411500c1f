import { quantile } from '../stats/median.ts'
import { element, escapeHtml, label, linear, type Scale } from './svg.ts'

const WIDTH = 640
const LEFT = 110
const RIGHT = 20

/** One row of a strip: dots, their median and its interval. */
export interface StripRow {
  name: string
  className: string
  values: readonly number[]
  interval?: { estimate: number; low: number; high: number }
}

/** Rows of dots over one scale, one for each sample, with lines where something begins. */
export function strip(rows: readonly StripRow[], marks: readonly { at: number; text: string }[], unit: string): string {
  const height = rows.length * ROW + 40
  // The outermost samples of a busy machine would press everything else together.
  const inner = rows.flatMap(({ values }) => [quantile(values, 0.05), quantile(values, 0.95)])
  const bounds = [
    ...inner,
    ...rows.flatMap(({ interval }) => (interval ? [interval.low, interval.high] : [])),
    ...marks.map(({ at }) => at),
  ]
  const x = linear(Math.min(...bounds), Math.max(...bounds), LEFT, WIDTH - RIGHT, 6)
  const inside = (value: number) => Math.min(WIDTH - RIGHT, Math.max(LEFT, x(value)))
  const parts = [horizontalAxis(x, height - 24, unit)]
  for (const { at, text } of marks) {
    parts.push(element('line', { x1: x(at), x2: x(at), y1: 10, y2: height - 24, class: 'mark' }))
    const isFirst = at === marks[0]!.at
    const anchor = isFirst ? { x: x(at) - 3, 'text-anchor': 'end' } : { x: x(at) + 3 }
    parts.push(element('text', { ...anchor, y: 10, class: 'note' }, escapeHtml(text)))
  }
  for (const [at, { name, className, values, interval }] of rows.entries()) {
    const y = 16 + at * ROW + ROW / 2
    parts.push(element('text', { x: LEFT - 10, y: y + 4, 'text-anchor': 'end' }, escapeHtml(name)))
    for (const [index, value] of values.entries()) {
      parts.push(
        element('circle', { cx: inside(value), cy: y + ((index * 7) % 13) - 6, r: 2.5, class: `dot ${className}` }),
      )
    }
    if (!interval) continue
    const { low, high, estimate } = interval
    parts.push(element('line', { x1: inside(low), x2: inside(high), y1: y, y2: y, class: `bar ${className}` }))
    parts.push(
      element('line', { x1: inside(estimate), x2: inside(estimate), y1: y - 9, y2: y + 9, class: `bar ${className}` }),
    )
  }
  return frame(height, parts)
}

const ROW = 34

/** Shares of values at most so large, one step line for each series: where two lines part, so do the programs. */
export function distribution(
  series: readonly { name: string; className: string; values: readonly number[] }[],
  unit: string,
): string {
  const height = 190
  const all = series.flatMap(({ values }) => [quantile(values, 0.01), quantile(values, 0.97)])
  const x = linear(Math.min(...all), Math.max(...all), LEFT, WIDTH - RIGHT, 6)
  const y = linear(0, 1, height - 34, 22, 4)
  const parts = [horizontalAxis(x, height - 34, unit)]
  for (const tick of y.ticks) {
    parts.push(element('line', { x1: LEFT, x2: WIDTH - RIGHT, y1: y(tick), y2: y(tick), class: 'grid' }))
    parts.push(element('text', { x: LEFT - 10, y: y(tick) + 4, 'text-anchor': 'end' }, `${Math.round(tick * 100)} %`))
  }
  for (const [at, { name, className, values }] of series.entries()) {
    const sorted = [...values].sort((a, b) => a - b)
    const points = sorted.map(
      (value, index) => `${Math.min(WIDTH - RIGHT, x(value)).toFixed(1)},${y((index + 1) / sorted.length).toFixed(1)}`,
    )
    parts.push(element('polyline', { points: points.join(' '), class: `line ${className}` }))
    parts.push(element('text', { x: LEFT + 6 + at * 110, y: 14, class: `name ${className}` }, escapeHtml(name)))
  }
  return frame(height, parts)
}

/** One line for each series, over numbers or over names in their order. */
export function lines(
  series: readonly { name: string; className: string; points: readonly (readonly [x: number, y: number])[] }[],
  options: { xUnit: string; yUnit: string; xNames?: readonly string[]; zero?: boolean },
): string {
  const height = 200
  const points = series.flatMap(each => each.points)
  const values = points.map(([, value]) => value)
  const places = points.map(([place]) => place)
  const x = linear(Math.min(...places), Math.max(...places), LEFT, WIDTH - RIGHT, 6)
  const y = linear(options.zero ? 0 : Math.min(...values), Math.max(...values), height - 40, 22, 4)
  const parts = options.xNames ? [] : [horizontalAxis(x, height - 40, options.xUnit)]
  for (const tick of y.ticks) {
    parts.push(element('line', { x1: LEFT, x2: WIDTH - RIGHT, y1: y(tick), y2: y(tick), class: 'grid' }))
    parts.push(
      element(
        'text',
        { x: LEFT - 10, y: y(tick) + 4, 'text-anchor': 'end' },
        `${label(tick)} ${escapeHtml(options.yUnit)}`,
      ),
    )
  }
  for (const [at, name] of (options.xNames ?? []).entries()) {
    parts.push(element('text', { x: x(at), y: height - 24, 'text-anchor': 'middle' }, escapeHtml(name)))
  }
  for (const [at, { name, className, points }] of series.entries()) {
    const path = points.map(([place, value]) => `${x(place).toFixed(1)},${y(value).toFixed(1)}`).join(' ')
    parts.push(element('polyline', { points: path, class: `line ${className}` }))
    for (const [place, value] of points) {
      parts.push(element('circle', { cx: x(place), cy: y(value), r: 3, class: `dot ${className}` }))
    }
    parts.push(element('text', { x: LEFT + 6 + at * 130, y: 14, class: `name ${className}` }, escapeHtml(name)))
  }
  return frame(height, parts)
}

function horizontalAxis(x: Scale, y: number, unit: string): string {
  return x.ticks
    .map((tick, at) => {
      const line = element('line', { x1: x(tick), x2: x(tick), y1: 14, y2: y, class: 'grid' })
      const hasUnit = unit !== '' && at === x.ticks.length - 1
      // With its unit, the last label would leave the picture.
      const place = hasUnit ? { x: WIDTH, 'text-anchor': 'end' } : { x: x(tick), 'text-anchor': 'middle' }
      return line + element('text', { ...place, y: y + 16 }, label(tick) + (hasUnit ? ` ${escapeHtml(unit)}` : ''))
    })
    .join('')
}

function frame(height: number, parts: readonly string[]): string {
  return element('svg', { viewBox: `0 0 ${WIDTH} ${height}`, role: 'img' }, parts.join(''))
}
