import { createHash } from 'node:crypto'
import type { Diagnostic, DiagnosticFrame } from '@arlen/core'
import { parseCodeFrame } from '@arlen/core/code-frame'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import type { SourceLocation } from '@arlen/core/stack'
import type { DevelopmentProblem } from './development-problem.ts'
import { editorLink } from './editor.ts'
import { type Html, html, nothing, raw } from './html.ts'
import { PAGE_STYLE } from './page-style.ts'

/** Options of the page for a failure. */
export interface PageOptions {
  /** The application's folder, for links into the editor. Default: the working folder. */
  root?: string
  /** The editor to link to; see {@link editorLink}. Default: `BOOMHAUER_EDITOR`. Without either, locations are plain text. */
  editor?: string | undefined
  /** Buttons of the page, besides those of its diagnostics. The development server acts on them. */
  actions?: readonly { name: string; label: string }[]
}

/** What each of {@link PageOptions} takes. */
export const PAGE_OPTIONS: OptionTable<PageOptions> = {
  root: option.string,
  editor: option.string,
  actions: option.listOf(option.object),
}

/** The path below which the development server serves its own pages, forms and scripts. */
export const DEVELOPMENT_PATH = '/_boomhauer/'

/** Keeps a page well below 300 kB: the rest is counted instead of shown. */
const MAX_BODY = 200_000

const STYLE_HASH = createHash('sha256').update(PAGE_STYLE).digest('base64')

/** The page's header fields. It needs its own style, the reload script from its origin, and nothing else. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
}

const HEADINGS: Readonly<Record<Diagnostic['stage'], string>> = {
  config: 'The configuration is invalid',
  template: 'A template does not compile',
  typecheck: 'The types do not match',
  load: 'The application does not load',
  boot: 'The application does not start',
  runtime: 'The application failed',
}

/** Renders a failure as a page without assets or scripts. */
export function renderProblemPage(problem: DevelopmentProblem, given: PageOptions = {}): string {
  const options = readOptions('renderProblemPage()', given, PAGE_OPTIONS)
  const all = problem.diagnostics ?? []
  const errors = all.filter(diagnostic => diagnostic.severity === 'error')
  const warnings = all.filter(diagnostic => diagnostic.severity === 'warning')
  const [main, ...others] = errors.length > 0 ? errors : warnings
  const title = main
    ? `${HEADINGS[main.stage]}: ${main.message}`
    : `${problem.title}: ${problem.detail ?? problem.code}`
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title.slice(0, 200)}</title>
<style>${raw(PAGE_STYLE)}</style>
</head>
<body data-stage="${main?.stage ?? ''}">
<header><div>
<p>${main && html`<span class="stage">${main.stage}</span> ${HEADINGS[main.stage]}`} <span>${problem.status} ${problem.title}</span></p>
<h1>${main && kindOf(main)}${main?.message ?? problem.detail ?? problem.title}</h1>
${main && locationLink(main, options)}
${(options.actions ?? []).map(button)}
</div></header>
<main>
${issues(problem)}
${main && details(main, options)}
${budgeted(others, `More errors`, options)}
${errors.length > 0 && warnings.length > 0 && html`<details class="warnings"><summary>${warnings.length} warning${warnings.length === 1 ? '' : 's'}</summary><div>${budgeted(warnings, '', options)}</div></details>`}
${request(problem)}
</main>
<footer>${problem.code} · correlation id ${problem.correlationId}</footer>
</body>
</html>
`
  return page.html
}

/** Renders diagnostics without a page around them, for notices. */
export function renderDiagnosticsHtml(diagnostics: readonly Diagnostic[], options: PageOptions = {}): string {
  return budgeted(diagnostics, '', readOptions('renderDiagnosticsHtml()', options, PAGE_OPTIONS)).html
}

function kindOf(diagnostic: Diagnostic): Html | undefined {
  const kind = [diagnostic.name, diagnostic.code].filter(part => part !== undefined && part !== 'Error').join(' ')
  return kind === '' ? undefined : html`<span class="kind">${kind}</span> `
}

function locationLink(location: Partial<SourceLocation>, options: PageOptions): Html {
  if (location.file === undefined) return nothing
  const text = [location.file, location.line, location.column]
    .filter(part => part !== undefined && part !== 0)
    .join(':')
  const link = editorLink(options.editor ?? process.env.BOOMHAUER_EDITOR, options.root ?? '.', {
    ...location,
    file: location.file,
  })
  return link
    ? html`<a class="place" href="${link}" title="Open in the editor">${text}</a>`
    : html`<span class="place">${text}</span>`
}

function details(diagnostic: Diagnostic, options: PageOptions): Html {
  const { snippet, hint, action, command, exitCode, output, facts } = diagnostic
  return html`${snippet !== undefined && frame(snippet)}
${hint !== undefined && html`<p class="hint">${hint}</p>`}
${action && button(action)}
${(diagnostic.excerpts ?? []).map(excerpt => html`<h2>${excerpt.title}</h2>${frame(excerpt.snippet)}`)}
${command !== undefined && html`<h2>Command</h2><p class="place">${command}${exitCode !== undefined && html` <span class="kind">exit code ${exitCode}</span>`}</p>`}
${output !== undefined && output !== '' && html`<pre class="plain">${output}</pre>`}
${facts && html`<h2>Details</h2>${list(facts)}`}
${(diagnostic.causes ?? []).map(cause => html`<section class="cause"><h2>Caused by</h2>${section(cause, options)}</section>`)}
${stack(diagnostic.frames ?? [], options)}`
}

function button({ name, label }: { name: string; label: string }): Html {
  return html`<form method="post" action="${DEVELOPMENT_PATH}actions/${encodeURIComponent(name)}"><button>${label}</button></form>`
}

function section(diagnostic: Diagnostic, options: PageOptions): Html {
  return html`<h3>${kindOf(diagnostic)}${diagnostic.message}</h3>${locationLink(diagnostic, options)}${details(diagnostic, options)}`
}

/** As many diagnostics as there is room for. */
function budgeted(diagnostics: readonly Diagnostic[], title: string, options: PageOptions): Html {
  if (diagnostics.length === 0) return nothing
  const shown: Html[] = []
  let size = 0
  for (const diagnostic of diagnostics) {
    const part = html`<section><p><span class="stage ${diagnostic.severity}">${diagnostic.stage}</span></p>${section(diagnostic, options)}</section>`
    size += part.html.length
    if (size > MAX_BODY / 2) break
    shown.push(part)
  }
  const left = diagnostics.length - shown.length
  return html`${title !== '' && html`<h2>${title}</h2>`}${shown}${left > 0 && html`<p class="folded">… and ${left} more</p>`}`
}

function frame(snippet: string): Html {
  const lines = parseCodeFrame(snippet)
  if (!lines) return html`<pre class="plain">${snippet}</pre>`
  const rows = lines.map(({ number, text, marked, indent }) => {
    const row = html`<span class="${marked ? 'hit' : ''}"><i>${number}</i>${text}</span>`
    if (indent === undefined) return row
    return html`${row}<span class="caret"><i></i>${indent}^</span>`
  })
  return html`<pre>${rows}</pre>`
}

/** The application's calls with their source. Other calls between them are folded. */
function stack(frames: readonly DiagnosticFrame[], options: PageOptions): Html {
  if (frames.length === 0) return nothing
  const rows: Html[] = []
  let others: DiagnosticFrame[] = []
  const flush = () => {
    if (others.length === 0) return
    rows.push(
      html`<li><details class="folded"><summary>${others.length} call${others.length === 1 ? '' : 's'} in dependencies and Node.js</summary><div><ol>${others.map(other => html`<li>${call(other, options)}</li>`)}</ol></div></details></li>`,
    )
    others = []
  }
  for (const item of frames) {
    if (item.origin !== 'own') {
      others.push(item)
      continue
    }
    flush()
    rows.push(
      item.snippet === undefined
        ? html`<li>${call(item, options)}</li>`
        : html`<li><details><summary>${call(item, options)}</summary><div>${frame(item.snippet)}</div></details></li>`,
    )
  }
  flush()
  return html`<h2>Stack</h2><ol class="stack">${rows}</ol>`
}

function call(item: DiagnosticFrame, options: PageOptions): Html {
  return html`<span class="fn">${item.function ?? '(top level)'}</span> ${locationLink(item, options)}`
}

function issues(problem: DevelopmentProblem): Html {
  if (!problem.errors || problem.errors.length === 0) return nothing
  return html`<h2>Invalid</h2><dl>${problem.errors.slice(0, 100).map(issue => html`<dt>${issue.path}</dt><dd>${issue.message} (${issue.code})</dd>`)}</dl>`
}

function request({ request }: DevelopmentProblem): Html {
  if (!request) return nothing
  const groups = Object.entries(request.facts).map(([group, facts]) => html`<h2>${group}</h2>${list(facts)}`)
  return html`<h2>Request</h2><details class="request"><summary><span class="fn">${request.method} ${request.url}</span></summary><div>${groups}</div></details>`
}

function list(facts: Readonly<Record<string, string>>): Html {
  return html`<dl>${Object.entries(facts).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`
}
