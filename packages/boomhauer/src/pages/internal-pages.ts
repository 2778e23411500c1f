import type { IncomingMessage, ServerResponse } from 'node:http'
import { negotiate } from '@arlen/error-report'
import { DEVELOPMENT_PATH, PAGE_STYLE } from '@arlen/error-report/page'
import type { Supervisor } from '../build/supervisor.ts'
import { boomhauerError } from '../errors.ts'
import type { InternalPages } from '../proxy/dev-server.ts'
import { checkOrigin } from '../proxy/host-check.ts'
import { reloadScript } from '../proxy/inject-reload.ts'
import { CLIENT_SCRIPT } from './client-script.ts'
import { type Insight, insightPage } from './insight-page.ts'
import type { LiveReload } from './live-reload.ts'
import { outboxPage } from './outbox-page.ts'

export interface InternalPagesOptions {
  supervisor: Supervisor
  live: LiveReload
  insight: () => Insight
  /** Runs an action by name; rejects if there is none. */
  act: (name: string) => Promise<void>
}

const NOTICE_STYLE = `${PAGE_STYLE.replace(':root', ':host').replace(/:root\{/g, ':host{')}
:host{all:initial;position:fixed;z-index:2147483647;right:1rem;bottom:1rem;max-width:min(46rem,calc(100vw - 2rem));color:var(--fg);font:14px/1.5 system-ui,sans-serif}
section{background:var(--card);border:1px solid var(--line);border-left:4px solid var(--warn);border-radius:6px;box-shadow:0 4px 24px #0003;margin-top:.5rem;overflow:hidden}
section section{border:0;box-shadow:none}
.bar{display:flex;gap:.5rem;align-items:center}.bar button{margin:0;background:none;color:inherit;border-radius:0}
.bar .title{flex:1;text-align:left}.bar .close{color:var(--dim);font-weight:400}
.body{max-height:60vh;overflow:auto;padding:0 1rem 1rem;border-top:1px solid var(--line)}`

/** Serves everything below the development server's own path. The `Host` field has already been checked. */
export function createInternalPages(options: InternalPagesOptions): InternalPages {
  const { supervisor, live, insight, act } = options
  return (req, res) => {
    const { host, origin, 'sec-fetch-site': site } = req.headers
    checkOrigin({ host, origin, site: typeof site === 'string' ? site : undefined })
    const path = req.url!.slice(DEVELOPMENT_PATH.length).split('?', 1)[0]!
    const key = `${req.method === 'HEAD' ? 'GET' : req.method} ${path}`
    const { state } = supervisor
    if (key === 'GET events') live.connect(res, { type: 'state', build: state.build, state: state.kind })
    else if (key === 'GET client.js') send(res, 'text/javascript; charset=utf-8', CLIENT_SCRIPT)
    else if (key === 'GET notice.css') send(res, 'text/css; charset=utf-8', NOTICE_STYLE)
    else if (key === 'GET ') sendInsight(req, res, insight(), state.build)
    else if (/^GET outbox(?:\/|$)/.test(key)) return sendOutbox(req, res, insight().root, decodeURIComponent(path))
    else if (key.startsWith('POST actions/')) return action(req, res, act, decodeURIComponent(path.slice(8)))
    else throw boomhauerError('page_unknown', { path: req.url })
  }
}

function sendInsight(req: IncomingMessage, res: ServerResponse, insight: Insight, build: string): void {
  const { accept, 'user-agent': userAgent } = req.headers
  if (negotiate({ accept, userAgent }) === 'html') {
    const { headers, body } = insightPage(insight)
    send(res, 'text/html; charset=utf-8', body + reloadScript(build), headers)
  } else send(res, 'application/json', JSON.stringify(insight, null, 2))
}

async function sendOutbox(req: IncomingMessage, res: ServerResponse, root: string, path: string): Promise<void> {
  const { accept, 'user-agent': userAgent } = req.headers
  const answer = await outboxPage(root, path, negotiate({ accept, userAgent }) !== 'html')
  if (answer === undefined) throw boomhauerError('page_unknown', { path: req.url })
  send(res, answer.type, answer.body, answer.headers)
}

/** Handles the button of a page and redirects the browser back. */
async function action(
  req: IncomingMessage,
  res: ServerResponse,
  act: (name: string) => Promise<void>,
  name: string,
): Promise<void> {
  req.resume()
  await act(name)
  const back = URL.parse(req.headers.referer ?? '')
  const same = back?.host === req.headers.host
  res.writeHead(303, { location: same ? `${back!.pathname}${back!.search}` : '/', 'cache-control': 'no-store' }).end()
}

function send(res: ServerResponse, type: string, text: string, headers: Readonly<Record<string, string>> = {}): void {
  const body = Buffer.from(text)
  res.writeHead(200, {
    'content-type': type,
    'content-length': body.byteLength,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  res.end(body)
}
