/** Text for HTML and SVG. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}

/** An element with attributes; `undefined` leaves one out. */
export function element(name: string, attributes: Record<string, string | number | undefined>, content = ''): string {
  const text = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escapeHtml(typeof value === 'number' ? round(value) : value!)}"`)
    .join('')
  return content === '' ? `<${name}${text}/>` : `<${name}${text}>${content}</${name}>`
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100)
}

/** Leads values from a domain to pixels. */
export interface Scale {
  (value: number): number
  ticks: number[]
}

/** A linear scale. The domain is widened to whole ticks unless it says not to be. */
export function linear(low: number, high: number, from: number, to: number, count = 5): Scale {
  const step = tickStep((high - low || Math.abs(high) || 1) / count)
  const first = Math.floor(low / step) * step
  const last = Math.max(Math.ceil(high / step) * step, first + step)
  const ticks = Array.from({ length: Math.round((last - first) / step) + 1 }, (_, at) => first + at * step)
  return Object.assign((value: number) => from + ((value - first) / (last - first)) * (to - from), { ticks })
}

/** 1, 2 or 5 times a power of ten. */
function tickStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  return power * ([1, 2, 5, 10].find(factor => factor * power >= rough) ?? 10)
}

/** A number as a label: as many digits as it needs, and no more. */
export function label(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size >= 1e9) return `${trim(value / 1e9)} G`
  if (size >= 1e6) return `${trim(value / 1e6)} M`
  if (size >= 1e4) return `${trim(value / 1e3)} k`
  return trim(value)
}

function trim(value: number): string {
  return String(Number(value.toPrecision(Math.abs(value) >= 100 ? 4 : 3)))
}
