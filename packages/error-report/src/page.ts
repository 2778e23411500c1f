import { createHash } from 'node:crypto'
import type { Diagnostic } from '@arlen/core'
import { readOptions } from '@arlen/core/options'
import type { DevelopmentProblem } from './development-problem.ts'
import { type Html, html, nothing, raw } from './html.ts'
import { COPY_SCRIPT, copyButton, textForm } from './page-copy.ts'
import { PAGE_OPTIONS, type PageOptions } from './page-options.ts'
import { budgeted, button, details, kindOf, list, locationLink } from './page-sections.ts'
import { PAGE_STYLE } from './page-style.ts'

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** The page's header fields. It needs its own style and script, the reload script from its origin, and nothing else. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': `default-src 'none'; style-src ${hashOf(PAGE_STYLE)}; script-src 'self' ${hashOf(COPY_SCRIPT)}; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
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

/** Renders a failure as one document, which needs no other file. */
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
<div class="actions">${(options.actions ?? []).map(button)}${copyButton}</div>
</div></header>
<main>
${issues(problem)}
${main && details(main, options)}
${budgeted(others, `More errors`, options)}
${errors.length > 0 && warnings.length > 0 && html`<details class="warnings"><summary>${warnings.length} warning${warnings.length === 1 ? '' : 's'}</summary><div>${budgeted(warnings, '', options)}</div></details>`}
${request(problem)}
${textForm(problem)}
</main>
<footer>${problem.code} · correlation id ${problem.correlationId}</footer>
</body>
</html>
`
  return page.html
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
