import type { Diagnostic, DiagnosticFrame } from '@arlen/core'
import { parseCodeFrame } from '@arlen/core/code-frame'
import { readOptions } from '@arlen/core/options'
import type { SourceLocation } from '@arlen/core/stack'
import { editorLink } from './editor.ts'
import { highlight } from './highlight.ts'
import { type Html, html, nothing } from './html.ts'
import { DEVELOPMENT_PATH, PAGE_OPTIONS, type PageOptions } from './page-options.ts'

/** Keeps a page well below 300 kB: the rest is counted instead of shown. */
const MAX_DIAGNOSTICS = 100_000

/**
 * Renders diagnostics without a page around them, for notices.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`
 */
export function renderDiagnosticsHtml(diagnostics: readonly Diagnostic[], options: PageOptions = {}): string {
  return budgeted(diagnostics, '', readOptions('renderDiagnosticsHtml()', options, PAGE_OPTIONS)).html
}

export function kindOf(diagnostic: Diagnostic): Html | undefined {
  const kind = [diagnostic.name, diagnostic.code].filter(part => part !== undefined && part !== 'Error').join(' ')
  return kind === '' ? undefined : html`<span class="kind">${kind}</span> `
}

export function locationLink(location: Partial<SourceLocation>, options: PageOptions): Html {
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

export function details(diagnostic: Diagnostic, options: PageOptions): Html {
  const { snippet, hint, action, command, exitCode, output, facts } = diagnostic
  return html`${snippet !== undefined && frame(snippet, diagnostic.file)}
${hint !== undefined && html`<p class="hint">${hint}</p>`}
${action && button(action)}
${(diagnostic.excerpts ?? []).map(excerpt => html`<h2>${excerpt.title}</h2>${frame(excerpt.snippet, excerpt.title === 'SQL' ? 'query.sql' : undefined)}`)}
${command !== undefined && html`<h2>Command</h2><p class="place">${command}${exitCode !== undefined && html` <span class="kind">exit code ${exitCode}</span>`}</p>`}
${output !== undefined && output !== '' && html`<pre class="plain" tabindex="0">${output}</pre>`}
${facts && html`<h2>Details</h2>${list(facts)}`}
${(diagnostic.causes ?? []).map(cause => html`<section class="cause"><h2>Caused by</h2>${section(cause, options)}</section>`)}
${stack(diagnostic.frames ?? [], options)}`
}

export function button({ name, label }: { name: string; label: string }): Html {
  return html`<form method="post" action="${DEVELOPMENT_PATH}actions/${encodeURIComponent(name)}"><button>${label}</button></form>`
}

function section(diagnostic: Diagnostic, options: PageOptions): Html {
  return html`<h3>${kindOf(diagnostic)}${diagnostic.message}</h3>${locationLink(diagnostic, options)}${details(diagnostic, options)}`
}

/** As many diagnostics as there is room for. */
export function budgeted(diagnostics: readonly Diagnostic[], title: string, options: PageOptions): Html {
  if (diagnostics.length === 0) return nothing
  const shown: Html[] = []
  let size = 0
  for (const diagnostic of diagnostics) {
    const part = html`<section><p><span class="stage ${diagnostic.severity}">${diagnostic.stage}</span></p>${section(diagnostic, options)}</section>`
    size += part.html.length
    if (size > MAX_DIAGNOSTICS) break
    shown.push(part)
  }
  const left = diagnostics.length - shown.length
  return html`${title !== '' && html`<h2>${title}</h2>`}${shown}${left > 0 && html`<p class="folded">… and ${left} more</p>`}`
}

function frame(snippet: string, file: string | undefined): Html {
  const lines = parseCodeFrame(snippet)
  // A block that may have to be scrolled can be reached with the keyboard.
  if (!lines) return html`<pre class="plain" tabindex="0">${snippet}</pre>`
  const colored = highlight(
    lines.map(({ text }) => text),
    file,
  )
  const rows = lines.map(({ number, marked, indent }, i) => {
    const row = html`<span class="${marked ? 'hit' : ''}"><i>${number}</i>${colored[i]}</span>`
    if (indent === undefined) return row
    return html`${row}<span class="caret"><i></i>${indent}^</span>`
  })
  return html`<pre tabindex="0">${rows}</pre>`
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
    rows.push(html`<li>${ownCall(item, options)}</li>`)
  }
  flush()
  return html`<h2>Stack</h2><ol class="stack">${rows}</ol>`
}

/** The link stands beside what unfolds, not in it: one of them at a time has the focus. */
function ownCall(item: DiagnosticFrame, options: PageOptions): Html {
  if (item.snippet === undefined) return call(item, options)
  return html`<div class="call"><details><summary><span class="fn">${nameOf(item)}</span></summary><div>${frame(item.snippet, item.file)}</div></details>${locationLink(item, options)}</div>`
}

function call(item: DiagnosticFrame, options: PageOptions): Html {
  return html`<span class="fn">${nameOf(item)}</span> ${locationLink(item, options)}`
}

function nameOf({ function: name }: DiagnosticFrame): string {
  return name ?? '(top level)'
}

export function list(facts: Readonly<Record<string, string>>): Html {
  return html`<dl>${Object.entries(facts).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`
}
