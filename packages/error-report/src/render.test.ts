import { createHash } from 'node:crypto'
import type { Diagnostic } from '@arlen/core'
import { HttpError } from '@arlen/core'
import { expect, test } from 'vitest'
import { type DevelopmentProblem, developmentProblem } from './development-problem.ts'
import { renderProblem } from './render.ts'

const BROWSER = { accept: 'text/html,*/*;q=0.8' }
const diagnostic: Diagnostic = {
  stage: 'load',
  severity: 'error',
  message: "Cannot find '<script>alert(1)</script>'",
  name: 'SyntaxError',
  file: 'src/a.ts',
  line: 2,
  column: 3,
  snippet: '  1 | one\n> 2 |   <b>two</b>\n    |   ^',
  hint: 'Close it.',
  command: 'tsc --noEmit',
  exitCode: 2,
  frames: [
    { origin: 'dependency', file: 'node_modules/dep/a.js', line: 1, column: 1 },
    { origin: 'node', file: 'node:fs', line: 1, column: 1 },
    { origin: 'own', function: 'main', file: 'src/a.ts', line: 2, column: 3 },
  ],
}
const problem: DevelopmentProblem = {
  type: 'about:blank',
  title: 'Internal Server Error',
  status: 500,
  code: 'load_failed',
  correlationId: 'c-1',
  diagnostics: [diagnostic, { ...diagnostic, severity: 'warning', message: 'only a warning' }],
}

test('browsers get a page that escapes everything and runs nothing but its own script, which its policy names', () => {
  const { status, headers, body } = renderProblem(problem, BROWSER, { root: '/app', editor: 'vscode' })
  expect(status).toBe(500)
  expect(headers['content-type']).toBe('text/html; charset=utf-8')
  expect(headers['content-security-policy']).toContain("default-src 'none'")
  const scripts = [...body.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, code]) => code!)
  expect(scripts).toHaveLength(1)
  const hash = createHash('sha256').update(scripts[0]!).digest('base64')
  expect(headers['content-security-policy']).toContain(`script-src 'self' 'sha256-${hash}'`)
  expect(body).toContain('&lt;script&gt;')
  expect(body).toContain('href="vscode://file/app/src/a.ts:2:3"')
  expect(body).toContain(
    '<span class="hit"><i>2</i>  &lt;b&gt;two&lt;/b&gt;</span><span class="caret"><i></i>  ^</span>',
  )
  expect(body).toContain('2 calls in dependencies and Node.js')
  expect(body).toContain('exit code 2')
})

test('warnings are collapsed', () => {
  expect(renderProblem(problem, BROWSER).body).toMatch(
    /<details class="warnings"><summary>1 warning<\/summary>.*only a warning/s,
  )
})

test('programs get the problem document, frames included', () => {
  const { headers, body } = renderProblem(problem, { accept: 'application/json' })
  expect(headers['content-type']).toBe('application/problem+json')
  expect(JSON.parse(body)).toEqual(problem)
})

test('terminals get plain text', () => {
  const { headers, body } = renderProblem(problem, { accept: '*/*', userAgent: 'curl/8.5.0' })
  expect(headers['content-type']).toBe('text/plain; charset=utf-8')
  expect(body).toContain('at src/a.ts:2:3')
  expect(body).toContain('> 2 |   <b>two</b>\n    |   ^')
  expect(body).toContain('… 2 in dependencies and Node.js\n  at main src/a.ts:2:3')
  expect(body).toContain('hint: Close it.')
})

test('an action is a button that posts to the development server', () => {
  const pending: Diagnostic = { ...diagnostic, action: { name: 'migrate', label: 'Run 3 migrations' } }
  expect(renderProblem({ ...problem, diagnostics: [pending] }, BROWSER).body).toContain(
    '<form method="post" action="/_boomhauer/actions/migrate"><button>Run 3 migrations</button></form>',
  )
})

test('a page stays small however much failed', () => {
  const many = Array.from({ length: 2_000 }, (_, i) => ({ ...diagnostic, message: `${i} ${'<'.repeat(4_000)}` }))
  const started = process.cpuUsage()
  const { body } = renderProblem({ ...problem, diagnostics: many }, BROWSER)
  expect(Buffer.byteLength(body)).toBeLessThan(300_000)
  expect(body).toMatch(/… and \d+ more/)
  expect(cpuMs(started)).toBeLessThan(200)
})

test('any error becomes a problem with its diagnostics and the facts of its request', () => {
  const made = developmentProblem(new HttpError(409, 'out_of_stock', { detail: 'None left.' }), {
    correlationId: 'c-2',
    request: { method: 'POST', url: '/orders', facts: { params: { id: '7' } } },
  })
  expect(made).toMatchObject({
    status: 409,
    code: 'out_of_stock',
    detail: 'None left.',
    diagnostics: [{ message: 'None left.' }],
    request: { method: 'POST', url: '/orders', facts: { params: { id: '7' } } },
  })
  expect(renderProblem(made, BROWSER).body).toContain('POST /orders')
})

test('a problem without diagnostics still makes a page', () => {
  const { diagnostics: _, ...bare } = problem
  expect(renderProblem({ ...bare, errors: [{ path: '/body/a', code: 'x', message: 'y' }] }, BROWSER).body).toContain(
    '<dt>/body/a</dt><dd>y (x)</dd>',
  )
})

test('a page of an error that drags huge, cyclic and hostile values along is small and quick', () => {
  const cyclic: Record<string, unknown> = {}
  cyclic.self = cyclic
  const error = Object.assign(new Error('<'.repeat(1_000_000)), {
    huge: Buffer.alloc(100_000_000, '<').toString('latin1'),
    list: new Array(2_000_000).fill(cyclic),
    cyclic,
    hostile: {
      get value(): never {
        throw new Error('read')
      },
    },
    cause: new AggregateError(Array.from({ length: 1_000 }, () => new Error('<'.repeat(10_000)))),
  })
  const facts = {
    query: { q: error.huge },
    session: cyclic,
    stash: Object.fromEntries(error.list.slice(0, 5_000).entries()),
  }
  const started = process.cpuUsage()
  const problem = developmentProblem(error, { correlationId: 'c', request: { method: 'GET', url: '/', facts } })
  const { body } = renderProblem(problem, BROWSER)
  expect(cpuMs(started)).toBeLessThan(400)
  expect(Buffer.byteLength(body)).toBeLessThan(300_000)
})

/** Processor time since then, which other programs on the machine add little to. */
function cpuMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1000
}

test('excerpts have colors, those of SQL too, and the text form of the page has none', () => {
  const excerpts = [{ title: 'SQL', snippet: '> 1 | select 1' }]
  const source = { ...diagnostic, snippet: "> 1 | const a = 'b'", excerpts }
  const { body } = renderProblem({ ...problem, diagnostics: [source] }, BROWSER)
  expect(body).toContain('<b class="keyword">const</b> a = <b class="string">&#39;b&#39;</b>')
  expect(body).toContain('<b class="keyword">select</b> <b class="number">1</b>')
  const [, text = ''] = /<summary>As text<\/summary><div><pre[^>]*>([^<]*)<\/pre>/.exec(body) ?? []
  expect(text).toContain('500 Internal Server Error (load_failed)')
  expect(text).toContain('&gt; 1 | const a = &#39;b&#39;')
  expect(text).toContain('correlation id: c-1')
})
