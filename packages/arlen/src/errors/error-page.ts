import type { Problem } from '@arlen/core'
import type { Reply } from '@arlen/http'
import { escapeHtml } from '@arlen/view'
import { selfContainedPage } from './self-contained-page.ts'

const page = selfContainedPage(`
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { display: grid; place-content: center; min-height: 100dvh; margin: 0; padding: 1.5rem; text-align: center }
h1 { font-size: clamp(1.5rem, 5vw, 2.25rem); margin: 0 }
p { margin: .75rem 0 0; max-width: 36rem }
small { opacity: .65 }
ul { list-style: none; padding: 0 }
`)

/**
 * The page that a browser gets for a problem if the application has none of its own. It shows the same as the problem
 * document, and needs no other file and no script.
 *
 * @param near - in development, similar routes
 */
export function errorPage(problem: Problem, near?: readonly string[]): Reply {
  const detail = problem.detail ?? (problem.status >= 500 ? 'It has been noted. Please try again in a while.' : '')
  return page.reply(
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${problem.status} ${escapeHtml(problem.title)}</title>
${page.style}
</head>
<body>
<h1>${problem.status} ${escapeHtml(problem.title)}</h1>
${detail ? `<p>${escapeHtml(detail)}</p>` : ''}
${near ? suggestions(near) : ''}<p><small>${escapeHtml(problem.code)} · ${escapeHtml(problem.correlationId)}</small></p>
</body>
</html>
`,
    problem.status,
  )
}

function suggestions(near: readonly string[]): string {
  const items = near.map(route => `<li><code>${escapeHtml(route)}</code></li>`)
  const list = items.length > 0 ? `<p>Routes like it:</p>\n<ul>${items.join('')}</ul>\n` : ''
  // Only the development server has the page that lists all routes.
  const all = process.env.BOOMHAUER ? '<p><a href="/_boomhauer/#routes">All routes</a></p>\n' : ''
  return list + all
}
