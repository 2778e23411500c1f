/** One bar. */
export interface Bar {
  label: string
  value: number
  /** Whether it is Arlen's. */
  ours: boolean
}

/** Bars that are compared with each other. */
export interface Group {
  title: string
  bars: readonly Bar[]
}

const [WIDTH, LABELS, BAR, GAP] = [720, 190, 18, 6]
const STYLE = `text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-weight:600}.ours{fill:#0b7a5b}.other{fill:#b6bec9}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.ours{fill:#34c79a}.other{fill:#57606a}}`

/**
 * A bar chart as SVG, light or dark as the reader has it. Bars begin at zero; those of a group are to one scale, which other groups,
 * measured at other times perhaps, do not share.
 *
 * @param unit - what stands after each value
 */
export function barChart(title: string, unit: string, groups: readonly Group[]): string {
  const parts: string[] = []
  let y = 8
  for (const group of groups) {
    parts.push(`<text class="title" x="0" y="${y + 14}">${escaped(group.title)}</text>`)
    y += 24
    const scale = (WIDTH - LABELS - 90) / Math.max(...group.bars.map(({ value }) => value))
    for (const { label, value, ours } of group.bars) {
      const length = Math.max(2, Math.round(value * scale))
      const middle = y + BAR - 5
      parts.push(
        `<text x="${LABELS - 8}" y="${middle}" text-anchor="end">${escaped(label)}</text>`,
        `<rect class="${ours ? 'ours' : 'other'}" x="${LABELS}" y="${y}" width="${length}" height="${BAR}" rx="3"/>`,
        `<text x="${LABELS + length + 8}" y="${middle}">${value}${escaped(unit)}</text>`,
      )
      y += BAR + GAP
    }
    y += 12
  }
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img" aria-label="${escaped(title)}">`
  return `${[head, `<title>${escaped(title)}</title><style>${STYLE}</style>`, ...parts, '</svg>'].join('\n')}\n`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
