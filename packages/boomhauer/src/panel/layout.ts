import { createHash } from 'node:crypto'
import { DEVELOPMENT_PATH, type Html, html, PAGE_STYLE, raw } from '@arlen/error-report/page'

/** A page of the panel: what it shows, as data and as markup. */
export interface Page {
  title: string
  section: Section
  /** For scripts and agents. */
  json: unknown
  content: Html
  /** Whether it belongs to the build that it was made for, and is loaded again with the next one. */
  reloads: boolean
}

export type Section = '' | 'requests' | 'routes' | 'jobs' | 'outbox' | 'configuration'

const SECTIONS: readonly [Section, string][] = [
  ['', 'Overview'],
  ['requests', 'Requests'],
  ['routes', 'Routes'],
  ['jobs', 'Jobs'],
  ['outbox', 'Mail'],
  ['configuration', 'Configuration'],
]

const STYLE = `${PAGE_STYLE}
header{border-top-color:var(--good)}header>div{padding-bottom:0}
header h1{margin:.3rem 0 .6rem;white-space:normal}
nav{display:flex;gap:.2rem;overflow-x:auto;margin:0 -.7rem}
nav a{padding:.5rem .7rem;color:var(--fg);border-bottom:3px solid transparent;white-space:nowrap}
nav a[aria-current]{border-color:var(--good);font-weight:600}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th{text-align:left;color:var(--dim);font-weight:500}
td,th{padding:.35rem .8rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}
td{font-family:ui-monospace,monospace;overflow-wrap:break-word;max-width:32rem}td.number,td.time,td.level{white-space:nowrap}
.mark{display:inline-block;border:1px solid;border-radius:1rem;padding:0 .5rem;font:600 .75rem/1.5 system-ui,sans-serif;color:var(--warn);white-space:nowrap}.mark.bad{color:var(--bad)}.mark.good{color:var(--good)}
.status-4{color:var(--warn)}.status-5{color:var(--bad);font-weight:700}
.level-warn{color:var(--warn)}.level-error,.level-fatal{color:var(--bad)}
form.filter{display:flex;gap:.5rem;align-items:center;flex-wrap:wrap;margin:1rem 0}form.filter button{margin:0}
input{font:inherit;color:inherit;background:var(--card);border:1px solid var(--dim);border-radius:6px;padding:.45rem .7rem;max-width:100%}
svg.bar{display:block;width:100%;height:.9rem;border-radius:4px;background:var(--code)}
.parse{fill:#7a8fa6}.route{fill:#4d86c6}.middleware{fill:#8b6fc9}.controller{fill:#2e8a5b}.render{fill:#c98a2b}.response_write{fill:#b8586b}.rest{fill:#8d877d}
i.key{display:inline-block;width:.8rem;height:.8rem;border-radius:3px;margin-right:.4rem;vertical-align:-.08rem}
i.key svg{display:block}
pre.wrap{white-space:pre-wrap;overflow-wrap:anywhere;padding:.6rem 1rem}
.facts{color:var(--dim);font-size:.9rem;display:flex;gap:.3rem 1rem;flex-wrap:wrap;align-items:center}
.query{margin:1rem 0}.query form{display:inline}.query button,td button{margin:0;padding:.2rem .7rem;background:none;color:var(--link);border:1px solid var(--line);font-weight:500}
iframe{width:100%;height:32rem;border:1px solid var(--line);background:#fff}
.bad{color:var(--bad)}
@media(max-width:40rem){td,th{padding-right:.6rem}header h1{font-size:1.1rem}}`

const HASH = createHash('sha256').update(STYLE).digest('base64')
const POLICY = `default-src 'none'; style-src 'sha256-${HASH}'; script-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`

/** Renders a page of the panel around its content. */
export function renderPage({ title, section, content }: Page): {
  headers: Readonly<Record<string, string>>
  body: string
} {
  const links = SECTIONS.map(([path, name]) => {
    const current = path === section ? raw(' aria-current="page"') : undefined
    return html`<a href="${DEVELOPMENT_PATH}${path}"${current}>${name}</a>`
  })
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · boomhauer</title><style>${raw(STYLE)}</style></head><body>
<header><div><p>boomhauer</p><h1>${title}</h1><nav aria-label="Sections">${links}</nav></div></header>
<main>${content}</main>
</body></html>
`
  return { headers: { 'content-security-policy': POLICY }, body: page.html }
}

/** A list that gets new rows while the page is open: those whose `data-key` it does not have yet, and those that have changed. */
export function liveList(name: string, content: Html): Html {
  return html`<div data-live="${name}">${content}</div>`
}

/** A table, in a box that is scrolled where it is too wide. */
export function table(heads: readonly string[], rows: readonly Html[], empty = 'Nothing yet.'): Html {
  if (rows.length === 0) return html`<p class="folded">${empty}</p>`
  const head = heads.map(text => html`<th scope="col">${text}</th>`)
  return html`<div class="scroll" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>`
}

/** A field that narrows a list down to what contains a text. It needs no script. */
export function filterForm(path: string, query: string): Html {
  return html`<form class="filter" method="get" action="${DEVELOPMENT_PATH}${path}" role="search"><label for="q">Filter</label><input id="q" name="q" type="search" value="${query}"><button>Show</button></form>`
}

/** The time of day, in the time zone of this machine. */
export function timeOf(at: number | string): string {
  return new Date(at).toTimeString().slice(0, 8)
}

/** A duration with as many digits as tell something. */
export function duration(ms: number): string {
  if (ms < 10) return `${Math.round(ms * 100) / 100} ms`
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 120_000) return `${Math.round(ms / 100) / 10} s`
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`
}
