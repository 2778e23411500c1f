import type { Reply } from '@arlen/http'
import { escapeHtml } from '@arlen/view'
import { selfContainedPage } from '../errors/self-contained-page.ts'

interface Document {
  info: { title: string; version: string }
  paths: Record<string, Record<string, Operation>>
}

interface Operation {
  summary?: string
  description?: string
  parameters: { name: string; in: string; required?: boolean; schema: unknown }[]
  requestBody?: { content: Record<string, { schema: unknown }> }
  responses: Record<string, { description: string; content?: Record<string, { schema: unknown }> }>
}

const page = selfContainedPage(`
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
details { border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: 8px; padding: .5rem 1rem; margin: .5rem 0 }
summary { cursor: pointer } code, pre { font-size: .875rem } pre { overflow-x: auto }
td, th { text-align: left; padding: .15rem 1rem .15rem 0; vertical-align: top }
`)

/** A page that displays an OpenAPI document, without scripts or external resources. */
export function openApiPage({ info, paths }: Document): Reply {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => section(method, path, operation)),
  )
  return page.reply(
    `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(info.title)}</title>
${page.style}
<h1>${escapeHtml(info.title)} <small>${escapeHtml(info.version)}</small></h1>
${operations.join('\n')}
</html>
`,
    200,
  )
}

function section(method: string, path: string, operation: Operation): string {
  const rows = operation.parameters.map(
    ({ name, in: where, required, schema }) =>
      `<tr><td><code>${escapeHtml(name)}</code></td><td>${where}${required ? ', required' : ''}</td><td>${code(schema)}</td></tr>`,
  )
  const body = Object.values(operation.requestBody?.content ?? {}).map(({ schema }) => `<h4>Body</h4>${code(schema)}`)
  const answers = Object.entries(operation.responses).map(([status, { description, content = {} }]) => {
    const schemas = Object.values(content).map(({ schema }) => code(schema))
    return `<h4>${escapeHtml(status)} ${escapeHtml(description)}</h4>${schemas.join('')}`
  })
  return `<details>
<summary><code>${method.toUpperCase()} ${escapeHtml(path)}</code> ${escapeHtml(operation.summary ?? '')}</summary>
<p>${escapeHtml(operation.description ?? '')}</p>
${rows.length > 0 ? `<table>${rows.join('')}</table>` : ''}${body.join('')}${answers.join('')}
</details>`
}

function code(schema: unknown): string {
  return `<pre>${escapeHtml(JSON.stringify(schema, null, 2))}</pre>`
}
